//! Arbitrary input for `exercise::settings`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| terrarium_index::exercise::settings(data));
