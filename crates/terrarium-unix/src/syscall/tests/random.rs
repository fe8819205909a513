//! Arbitrary sequences of calls with arbitrary arguments break no guarantee.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use crate::syscall::exercise;

/// Fixed seeds, so that a failure can be repeated; the fuzz target searches further.
#[test]
fn random_calls_neither_panic_nor_pass_a_limit() {
    for seed in 0..2000 {
        let mut data = vec![0; 4096];
        ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut data);
        exercise::run(&data);
    }
}
