//! Fuzz target: the lock of a distribution. The tests do the same with fixed seeds.
#![no_main]

use terrarium_core::exercise;

libfuzzer_sys::fuzz_target!(|data: &[u8]| exercise::lock(data));
