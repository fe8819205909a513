//! Fuzz target: arbitrary sequences of the guest's calls. The tests do the same with fixed seeds.
#![no_main]

use terrarium_unix::syscall::exercise;

libfuzzer_sys::fuzz_target!(|data: &[u8]| exercise::run(data));
