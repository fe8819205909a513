//! Feeds arbitrary bytes to the readers of messages of a guest and of files of packages, and checks what must hold.
//!
//! The fuzz targets and the bounded tests share these functions. No input may panic, take long, or take more memory than
//! its limit allows.

pub use crate::{
    guest::exercise as answer,
    package::{exercise_lock as lock, exercise_record as record},
};

/// Returns a text of the words that the bytes select: arbitrary bytes are seldom a document.
pub(crate) fn text(data: &[u8], words: &[&str]) -> String {
    let word = |byte: &u8| words.get(usize::from(*byte) % words.len()).copied();
    data.iter().filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use chacha20::{
        ChaCha20Rng,
        rand_core::{Rng as _, SeedableRng as _},
    };

    use super::*;

    /// Calls a function with random bytes of fixed seeds, so that a failure can be repeated.
    fn drive(exercise: fn(&[u8])) {
        for seed in 0..2000 {
            let mut data = vec![0; 64 + usize::try_from(seed % 500).unwrap()];
            ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut data);
            exercise(&data);
        }
    }

    #[test]
    fn no_answer_of_a_guest_does_harm() {
        drive(answer);
    }

    #[test]
    fn no_record_of_a_wheel_does_harm() {
        drive(record);
    }

    #[test]
    fn no_lock_does_harm() {
        drive(lock);
    }
}
