//! Bodies of responses, read with bounds on their size and on the patience with a server.

use std::{
    io::{self, Read},
    time::{Duration, Instant},
};

use super::{Fault, Reply, Stop};
use crate::{Error, error::redacted};

/// The least number of bytes in the time of [`Bounds::read`](crate::Bounds::read).
pub(crate) const LEAST: u64 = 16 << 10;
const BLOCK: usize = 1 << 16;

/// The pace of a body: a server that sends a few bytes now and then does not hold a call for hours.
pub(crate) struct Pace {
    window: Duration,
    start: Instant,
    bytes: u64,
}

impl Pace {
    pub(crate) fn new(window: Duration) -> Self {
        Self { window, start: Instant::now(), bytes: 0 }
    }

    /// Adds bytes that arrived. Returns whether the server is too slow.
    pub(crate) fn is_too_slow(&mut self, count: usize) -> bool {
        self.bytes += count as u64;
        if self.bytes >= LEAST {
            (self.start, self.bytes) = (Instant::now(), 0);
        }
        self.start.elapsed() > self.window
    }
}

/// Reads a body of at most `limit` bytes, and unpacks it if it is compressed.
pub(crate) fn read_all(
    reply: Reply,
    limit: u64,
    bound: &'static str,
    window: Duration,
    stop: &Stop,
) -> Result<Vec<u8>, Fault> {
    let too_large = |url: &url::Url| Fault::Final(Error::TooLarge { what: redacted(url), limit, bound });
    let Reply { url, headers, body, length, .. } = reply;
    let is_packed = match headers.get("content-encoding").map(|value| value.as_bytes().to_ascii_lowercase()).as_deref()
    {
        None | Some(b"" | b"identity") => false,
        Some(b"gzip" | b"x-gzip") => true,
        Some(_) => return Err(Fault::Final(Error::request(&url, "its compression is not gzip", None))),
    };
    if length.is_some_and(|length| length > limit) {
        return Err(too_large(&url));
    }
    let watched = Watched { body, pace: Pace::new(window), stop, left: length };
    let mut reader: Box<dyn Read> =
        if is_packed { Box::new(flate2::read::GzDecoder::new(watched)) } else { Box::new(watched) };
    let (mut bytes, mut block) = (Vec::new(), vec![0; BLOCK]);
    loop {
        let count = match reader.read(&mut block) {
            Ok(count) => count,
            Err(_) if stop.is_set() => return Err(Fault::Final(Error::Cancelled)),
            Err(error) => return Err(Fault::of_io(&url, error)),
        };
        if count == 0 {
            return Ok(bytes);
        }
        if (bytes.len() + count) as u64 > limit {
            return Err(too_large(&url));
        }
        bytes.extend_from_slice(&block[..count]);
    }
}

/// A body that ends with an error when it is cancelled, too slow, or shorter than announced.
struct Watched<'s> {
    body: Box<dyn Read + Send>,
    pace: Pace,
    stop: &'s Stop,
    left: Option<u64>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_set() {
            return Err(io::Error::other("cancelled"));
        }
        let count = self.body.read(buf)?;
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(count as u64);
            if count == 0 && *left > 0 && !buf.is_empty() {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed before the end"));
            }
        }
        match self.pace.is_too_slow(count) {
            true => Err(io::Error::new(io::ErrorKind::TimedOut, "the server is too slow")),
            false => Ok(count),
        }
    }
}
