//! [`Hashes`]: the hashes that a file must have.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Read},
    str::FromStr,
};

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A hash function that protects a file.
///
/// ```
/// assert_eq!("sha256".parse(), Ok(terrarium_index::Algorithm::Sha256));
/// assert!("md5".parse::<terrarium_index::Algorithm>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    const fn digits(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha384 => 96,
            Self::Sha512 => 128,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        })
    }
}

impl FromStr for Algorithm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "sha256" => Ok(Self::Sha256),
            "sha384" => Ok(Self::Sha384),
            "sha512" => Ok(Self::Sha512),
            _ => Err(format!("the hash function {text:?} is not sha256, sha384 or sha512")),
        }
    }
}

/// The hashes of a file, in hexadecimal. Weaker hash functions than SHA-256 are left out.
///
/// ```
/// let mut hashes = terrarium_index::Hashes::default();
/// assert!(hashes.add("md5", "d41d8cd98f00b204e9800998ecf8427e").is_err());
/// hashes.add("sha256", &"0".repeat(64)).unwrap();
/// assert_eq!(hashes.to_string(), format!("sha256:{}", "0".repeat(64)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hashes(BTreeMap<Algorithm, String>);

impl Hashes {
    /// Adds a hash.
    ///
    /// # Errors
    /// A text for another hash function, or for digits that are not its result.
    pub fn add(&mut self, algorithm: &str, digits: &str) -> Result<(), String> {
        let algorithm: Algorithm = algorithm.trim().parse()?;
        let digits = digits.trim().to_ascii_lowercase();
        if digits.len() != algorithm.digits() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(format!("a {algorithm} has {} hexadecimal digits", algorithm.digits()));
        }
        self.0.insert(algorithm, digits);
        Ok(())
    }

    /// Returns the hash of an algorithm.
    #[must_use]
    pub fn get(&self, algorithm: Algorithm) -> Option<&str> {
        self.0.get(&algorithm).map(String::as_str)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the algorithms with their hashes.
    pub fn iter(&self) -> impl Iterator<Item = (Algorithm, &str)> {
        self.0.iter().map(|(algorithm, digits)| (*algorithm, digits.as_str()))
    }

    /// Parses the fragment of an address, such as `sha256=…`.
    pub(crate) fn of_fragment(fragment: &str) -> Self {
        let mut hashes = Self::default();
        for part in fragment.split('&') {
            if let Some((algorithm, digits)) = part.split_once('=') {
                let _ = hashes.add(algorithm, digits);
            }
        }
        hashes
    }

    /// Compares with the hashes of the bytes of `reader`, and returns their SHA-256.
    ///
    /// # Errors
    /// The system's reason, or `Ok(Err(mismatch))` for a hash that differs.
    pub(crate) fn check(&self, reader: &mut dyn Read) -> io::Result<Result<String, Mismatch>> {
        let needs = |algorithm| self.0.contains_key(&algorithm);
        let (mut first, mut second, mut third) = (Sha256::new(), Sha384::new(), Sha512::new());
        let mut block = vec![0; 1 << 16];
        loop {
            let count = reader.read(&mut block)?;
            if count == 0 {
                break;
            }
            first.update(&block[..count]);
            if needs(Algorithm::Sha384) {
                second.update(&block[..count]);
            }
            if needs(Algorithm::Sha512) {
                third.update(&block[..count]);
            }
        }
        let sha256 = format!("{:x}", first.finalize());
        let (second, third) = (format!("{:x}", second.finalize()), format!("{:x}", third.finalize()));
        for (algorithm, expected) in self.iter() {
            let found = match algorithm {
                Algorithm::Sha256 => &sha256,
                Algorithm::Sha384 => &second,
                Algorithm::Sha512 => &third,
            };
            if found != expected {
                return Ok(Err(Mismatch { algorithm, found: found.clone(), expected: expected.to_owned() }));
            }
        }
        Ok(Ok(sha256))
    }
}

/// A hash that differs from the stated one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    algorithm: Algorithm,
    pub(crate) found: String,
    pub(crate) expected: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its {} is {}, expected is {}", self.algorithm, self.found, self.expected)
    }
}

impl fmt::Display for Hashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.iter().map(|(algorithm, digits)| format!("{algorithm}:{digits}")).collect();
        f.write_str(&texts.join(" "))
    }
}

/// Returns the SHA-256 of bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stated_hash_must_match() {
        let bytes = b"wheel";
        let mut hashes = Hashes::default();
        hashes.add("sha256", &sha256(bytes)).unwrap();
        hashes.add("SHA512", &format!("{:x}", Sha512::digest(bytes))).unwrap();
        assert_eq!(hashes.check(&mut &bytes[..]).unwrap(), Ok(sha256(bytes)));
        hashes.add("sha384", &"0".repeat(96)).unwrap();
        assert!(hashes.check(&mut &bytes[..]).unwrap().unwrap_err().to_string().contains("sha384"));
    }

    #[test]
    fn fragments_with_weak_or_broken_hashes_have_none() {
        for fragment in ["", "md5=d41d8cd98f00b204e9800998ecf8427e", "sha256=xy", "egg=a&sha256"] {
            assert!(Hashes::of_fragment(fragment).is_empty(), "{fragment}");
        }
        assert!(!Hashes::of_fragment(&format!("egg=a&sha256={}", "A".repeat(64))).is_empty());
    }
}
