//! Arbitrary input for `exercise::requirements`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| terrarium_index::exercise::requirements(data));
