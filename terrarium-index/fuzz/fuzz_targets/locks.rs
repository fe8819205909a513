//! Arbitrary input for `exercise::locks`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| terrarium_index::exercise::locks(data));
