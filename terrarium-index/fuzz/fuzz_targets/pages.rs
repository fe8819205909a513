//! Arbitrary input for `exercise::pages`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| terrarium_index::exercise::pages(data));
