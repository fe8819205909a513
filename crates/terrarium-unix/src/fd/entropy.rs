//! The source of random bytes.

use std::fmt;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use crate::abi::Errno;

/// Random bytes for the guest.
///
/// A clone of a seeded generator continues from the same state, so both give the same bytes.
pub enum Entropy {
    /// The generator of the operating system.
    System,
    /// ChaCha20 from a seed: the same seed gives the same bytes, on every machine.
    Seeded(Box<ChaCha20Rng>),
}

impl Entropy {
    /// Makes a generator that gives the same bytes for the same `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Box::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// Makes a generator for many bytes, seeded with a few bytes of this one, so that most bytes need no system call.
    ///
    /// # Errors
    /// `EIO` when the operating system has no random bytes.
    pub fn stretched(&mut self) -> Result<Self, Errno> {
        let mut seed = [0; 32];
        self.fill(&mut seed)?;
        Ok(Self::Seeded(Box::new(ChaCha20Rng::from_seed(seed))))
    }

    /// Fills `buffer`.
    ///
    /// # Errors
    /// `EIO` when the operating system has no random bytes.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Errno> {
        match self {
            Self::System => getrandom::fill(buffer).map_err(|_| Errno::EIO),
            Self::Seeded(generator) => {
                generator.fill_bytes(buffer);
                Ok(())
            }
        }
    }
}

impl Clone for Entropy {
    fn clone(&self) -> Self {
        match self {
            Self::System => Self::System,
            Self::Seeded(generator) => {
                Self::Seeded(Box::new(ChaCha20Rng::deserialize_state(&generator.serialize_state())))
            }
        }
    }
}

/// Hides the state of the generator.
impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Seeded(_) => "Seeded",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(entropy: &mut Entropy) -> [u8; 32] {
        let mut buffer = [0; 32];
        entropy.fill(&mut buffer).unwrap();
        buffer
    }

    #[test]
    fn a_seed_fixes_the_bytes_and_a_clone_goes_on_with_them() {
        let mut one = Entropy::seeded(7);
        let mut two = Entropy::seeded(7);
        assert_eq!(bytes(&mut one), bytes(&mut two));
        let mut clone = one.clone();
        let next = bytes(&mut one);
        assert_eq!(next, bytes(&mut clone));
        assert_ne!(next, bytes(&mut one));
        assert_ne!(bytes(&mut Entropy::seeded(8)), bytes(&mut Entropy::seeded(7)));
    }

    #[test]
    fn the_system_does_not_repeat_itself() {
        let mut system = Entropy::System;
        assert_ne!(bytes(&mut system), bytes(&mut system));
    }
}
