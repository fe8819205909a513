//! Arbitrary sequences of the guest's calls: what the tests do with fixed seeds, without end.
#![no_main]

use terrarium_unix::syscall::exercise;

libfuzzer_sys::fuzz_target!(|data: &[u8]| exercise::run(data));
