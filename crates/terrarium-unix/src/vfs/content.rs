//! The initial bytes of a file: borrowed, shared or read on demand, and never copied on insertion.

use crate::abi::Errno;
use std::fmt;
use std::io;
use std::sync::Arc;

/// Bytes that are fetched on demand, such as a member of an archive.
///
/// The bytes must never change: all sandboxes share them.
pub trait ReadAt: Send + Sync {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Whether the length is 0.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads from an offset on; returns the number of bytes, 0 only at the end.
    ///
    /// # Errors
    /// Errors of the source, which reach the guest as `EIO`.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// Returns the SHA-256 of all bytes, where it is known without reading them: a wheel lists its files with their
    /// hashes.
    ///
    /// The digest is not verified. Use it as a key for something that was made from the bytes. The code that makes it
    /// reads the bytes anyway, and must first compare their hash, or one file could stand in for another.
    fn digest(&self) -> Option<[u8; 32]> {
        None
    }
}

/// The bytes of a file, immutable and cheap to clone.
#[derive(Clone)]
pub enum Content {
    /// Bytes that are part of the program.
    Static(&'static [u8]),
    /// Shared bytes.
    Shared(Arc<[u8]>),
    /// Shared bytes that were a `Vec` before.
    Owned(Arc<Vec<u8>>),
    /// Read on demand.
    Source(Arc<dyn ReadAt>),
}

impl Content {
    /// No bytes.
    pub const EMPTY: Content = Content::Static(&[]);

    /// Returns the length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Content::Source(source) => source.len(),
            Content::Static(bytes) => bytes.len() as u64,
            Content::Shared(bytes) => bytes.len() as u64,
            Content::Owned(bytes) => bytes.len() as u64,
        }
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns all bytes, if they are in memory.
    pub fn as_slice(&self) -> Option<&[u8]> {
        match self {
            Content::Static(bytes) => Some(bytes),
            Content::Shared(bytes) => Some(bytes),
            Content::Owned(bytes) => Some(bytes),
            Content::Source(_) => None,
        }
    }

    /// Returns the SHA-256 that the source claims, unverified: see [`ReadAt::digest`]. `None` for bytes in memory.
    pub fn digest(&self) -> Option<[u8; 32]> {
        match self {
            Content::Source(source) => source.digest(),
            Content::Static(_) | Content::Shared(_) | Content::Owned(_) => None,
        }
    }

    /// Reads from an offset on, as far as the bytes and the buffer reach; returns the number of bytes.
    ///
    /// # Errors
    /// `EIO` if the source fails or ends early.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        let rest = self.len().saturating_sub(offset);
        let count = usize::try_from(rest).unwrap_or(usize::MAX).min(buf.len());
        let buf = &mut buf[..count];
        match self.as_slice() {
            // `offset` is at most the length here, or `count` is 0.
            Some(_) if count == 0 => {}
            Some(bytes) => buf.copy_from_slice(&bytes[offset as usize..offset as usize + count]),
            None => self.read_source(offset, buf)?,
        }
        Ok(count)
    }

    fn read_source(&self, offset: u64, buf: &mut [u8]) -> Result<(), Errno> {
        let Content::Source(source) = self else {
            return Ok(());
        };
        let mut done = 0;
        while done < buf.len() {
            match source.read_at(offset + done as u64, &mut buf[done..]) {
                Ok(0) => return Err(Errno::EIO),
                Ok(count) => done += count.min(buf.len() - done),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Errno::EIO),
            }
        }
        Ok(())
    }

    /// Returns all bytes as a `Vec`, moved if there is no other reference to them.
    ///
    /// # Errors
    /// `EIO` if the source fails; `ENOMEM` if there is no memory for them.
    pub fn into_vec(self) -> Result<Vec<u8>, Errno> {
        if let Content::Owned(bytes) = self {
            return Ok(Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec()));
        }
        let len = usize::try_from(self.len()).map_err(|_| Errno::ENOMEM)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len).map_err(|_| Errno::ENOMEM)?;
        match self.as_slice() {
            Some(slice) => bytes.extend_from_slice(slice),
            None => {
                bytes.resize(len, 0);
                self.read_source(0, &mut bytes)?;
            }
        }
        Ok(bytes)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.len())
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Content {
        Content::Owned(Arc::new(bytes))
    }
}

impl From<Arc<[u8]>> for Content {
    fn from(bytes: Arc<[u8]>) -> Content {
        Content::Shared(bytes)
    }
}

impl From<Arc<Vec<u8>>> for Content {
    fn from(bytes: Arc<Vec<u8>>) -> Content {
        Content::Owned(bytes)
    }
}

impl From<&'static [u8]> for Content {
    fn from(bytes: &'static [u8]) -> Content {
        Content::Static(bytes)
    }
}

impl<const N: usize> From<&'static [u8; N]> for Content {
    fn from(bytes: &'static [u8; N]) -> Content {
        Content::Static(bytes)
    }
}

impl From<&'static str> for Content {
    fn from(text: &'static str) -> Content {
        Content::Static(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns three bytes at a time.
    struct Slow(&'static [u8], bool);

    impl ReadAt for Slow {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
            if self.1 {
                return Err(io::Error::other("the archive is broken"));
            }
            let rest = &self.0[offset as usize..];
            let count = rest.len().min(buf.len()).min(3);
            buf[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        }
    }

    #[test]
    fn every_kind_reads_the_same() {
        let text: &'static [u8] = b"Hello, terrarium";
        for content in [
            Content::from(text),
            Content::from(text.to_vec()),
            Content::from(Arc::<[u8]>::from(text)),
            Content::Source(Arc::new(Slow(text, false))),
        ] {
            assert_eq!(content.len(), 16);
            let mut buf = [0; 9];
            assert_eq!(content.read_at(7, &mut buf), Ok(9));
            assert_eq!(&buf, b"terrarium");
            assert_eq!(content.read_at(15, &mut buf), Ok(1));
            assert_eq!(content.read_at(16, &mut buf), Ok(0));
            assert_eq!(content.read_at(u64::MAX, &mut buf), Ok(0));
            assert_eq!(content.into_vec().unwrap(), text);
        }
    }

    #[test]
    fn a_digest_is_what_the_source_says() {
        struct Known;
        impl ReadAt for Known {
            fn len(&self) -> u64 {
                1
            }
            fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("not to be read"))
            }
            fn digest(&self) -> Option<[u8; 32]> {
                Some([7; 32])
            }
        }
        assert_eq!(Content::Source(Arc::new(Known)).digest(), Some([7; 32]));
        assert_eq!(Content::Source(Arc::new(Slow(b"abc", false))).digest(), None);
        assert_eq!(Content::from(b"abc").digest(), None);
    }

    #[test]
    fn a_failing_source_is_an_input_output_error() {
        let content = Content::Source(Arc::new(Slow(b"abc", true)));
        assert_eq!(content.read_at(0, &mut [0; 2]), Err(Errno::EIO));
        assert_eq!(content.into_vec().unwrap_err(), Errno::EIO);
    }

    #[test]
    fn a_sole_owner_gets_the_vector_back_without_a_copy() {
        let bytes = vec![7; 1000];
        let address = bytes.as_ptr();
        let back = Content::from(bytes).into_vec().unwrap();
        assert_eq!(back.as_ptr(), address);
    }
}
