//! [`Bounds`]: the sizes, counts and times that a server, a file or a wheel may use.

use std::time::Duration;

/// The bounds of what is read, and of the time that a server may take.
///
/// A larger input is refused with an error that names it and its bound. The defaults are several times what the largest
/// packages in use need.
///
/// ```
/// let mut bounds = terrarium_index::Bounds::default();
/// bounds.wheel_bytes = 64 << 20;
/// assert_eq!(bounds.page_bytes, 128 << 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// The largest page of an index, after decompression.
    ///
    /// Default: 128 MiB.
    pub page_bytes: u64,
    /// The largest metadata of a wheel.
    ///
    /// Default: 8 MiB.
    pub metadata_bytes: u64,
    /// The largest wheel.
    ///
    /// Default: 1 GiB.
    pub wheel_bytes: u64,
    /// The largest sum of a wheel's members, unpacked.
    ///
    /// Default: 4 GiB.
    pub unpacked_bytes: u64,
    /// The most members of a wheel.
    ///
    /// Default: 200,000.
    pub members: usize,
    /// The most bytes of pages and metadata that stay in the cache after a download.
    ///
    /// Default: 256 MiB.
    pub cache_bytes: u64,
    /// The longest time to connect to a server.
    ///
    /// Default: 15 seconds.
    pub connect: Duration,
    /// The longest silence of a server. A body of less than 16 KiB in that time is refused, too.
    ///
    /// Default: 30 seconds.
    pub read: Duration,
    /// The number of attempts after the first for a request that fails for a passing reason.
    ///
    /// Default: 3.
    pub retries: u32,
    /// The pause before the second attempt; it doubles with each one.
    ///
    /// Default: 250 milliseconds.
    pub backoff: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            page_bytes: 128 << 20,
            metadata_bytes: 8 << 20,
            wheel_bytes: 1 << 30,
            unpacked_bytes: 4 << 30,
            members: 200_000,
            cache_bytes: 256 << 20,
            connect: Duration::from_secs(15),
            read: Duration::from_secs(30),
            retries: 3,
            backoff: Duration::from_millis(250),
        }
    }
}
