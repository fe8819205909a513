//! Fuzz target: the record of a wheel. The tests do the same with fixed seeds.
#![no_main]

use terrarium_core::exercise;

libfuzzer_sys::fuzz_target!(|data: &[u8]| exercise::record(data));
