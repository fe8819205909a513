//! The frames that the harness sends while code runs.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::{
    Bytes, Display,
    engine::{Interrupt, Phase},
};
use terrarium_unix::{abi::Errno, syscall::Channel};

/// Collects the frames of one run, up to a bound.
#[derive(Debug)]
pub(super) struct Frames {
    collected: Mutex<FrameContents>,
    bound: u64,
    /// The guest's interrupt, once there is a guest.
    interrupt: OnceLock<Arc<Interrupt>>,
}

/// The content of the frames that the harness sent.
#[derive(Debug, Default)]
pub(super) struct FrameContents {
    /// The displays of the code.
    pub(super) displays: Vec<Display>,
    /// Contents that the values refer to by number.
    pub(super) blobs: Vec<Bytes>,
    /// The JSON text of the values.
    pub(super) values: Vec<u8>,
    /// The bytes of all frames.
    bytes: u64,
}

/// The host's cost of a frame besides its content.
const OVERHEAD: u64 = 128;

impl Frames {
    /// Accepts up to `bound` bytes of frames in a run, and refuses more.
    pub(super) fn new(bound: u64) -> Self {
        Self { collected: Mutex::default(), bound, interrupt: OnceLock::new() }
    }

    /// Registers the interrupt to notify on phase changes.
    pub(super) fn attach(&self, interrupt: &Arc<Interrupt>) {
        self.interrupt.get_or_init(|| Arc::clone(interrupt));
    }

    /// Returns the frames since the last call.
    pub(super) fn take(&self) -> FrameContents {
        std::mem::take(&mut *self.collected.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Channel for Frames {
    fn frame(&self, bytes: &[u8]) -> Result<(), Errno> {
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        let size = (bytes.len() as u64).saturating_add(OVERHEAD);
        let sum = collected.bytes.saturating_add(size);
        if sum > self.bound {
            return Err(Errno::ENOSPC);
        }
        collected.bytes = sum;
        match bytes.split_first() {
            Some((b'D', json)) => {
                let mut display: Display = serde_json::from_slice(json).map_err(|_| Errno::EINVAL)?;
                display.data.iter_mut().for_each(|(mime, data)| plain(mime, data));
                collected.displays.push(display);
            }
            Some((b'B', content)) => collected.blobs.push(Bytes::from(content)),
            Some((b'V', text)) => collected.values.extend_from_slice(text),
            Some((who @ (b'U' | b'P'), [])) => {
                if let Some(interrupt) = self.interrupt.get() {
                    interrupt.enter(if *who == b'U' { Phase::Harness } else { Phase::UserCode });
                }
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }
}

/// Converts a display's data from the form of the protocol to that of notebooks: base64 as a string, JSON as JSON.
fn plain(mime: &str, data: &mut serde_json::Value) {
    if let Some(base64) = data.get_mut("$base64") {
        *data = base64.take();
    } else if let Some(text) = data.as_str()
        && (mime == "application/json" || mime.ends_with("+json"))
        && let Ok(parsed) = serde_json::from_str(text)
    {
        *data = parsed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_takes_the_form_that_notebooks_use() {
        let frames = Frames::new(10_000);
        frames.frame(br#"D{"data": {"image/png": {"$base64": "AA=="}, "application/json": "{\"a\": 1}"}}"#).unwrap();
        let data = &frames.take().displays[0].data;
        assert_eq!(data["image/png"], "AA==");
        assert_eq!(data["application/json"]["a"], 1);
    }

    #[test]
    fn frames_are_collected_by_kind_and_taken_once() {
        let frames = Frames::new(10_000);
        frames.frame(br#"D{"data": {"text/plain": "x"}, "metadata": {}}"#).unwrap();
        frames.frame(b"Bcontent").unwrap();
        frames.frame(b"V[1,").unwrap();
        frames.frame(b"V2]").unwrap();
        let collected = frames.take();
        assert_eq!(collected.displays[0].data["text/plain"], "x");
        assert_eq!(collected.blobs, [Bytes::from("content")]);
        assert_eq!(collected.values, b"[1,2]");
        assert!(frames.take().values.is_empty());
    }

    #[test]
    fn a_guest_cannot_make_the_host_collect_without_end() {
        let frames = Frames::new(1000);
        assert_eq!((0..100).filter(|_| frames.frame(b"B").is_ok()).count(), 7);
        assert_eq!(frames.frame(&[b'B'; 5000]), Err(Errno::ENOSPC));
    }

    #[test]
    fn a_frame_that_is_none_is_refused() {
        let frames = Frames::new(1000);
        for bad in [&b""[..], b"?", b"D{", b"D1"] {
            assert_eq!(frames.frame(bad), Err(Errno::EINVAL), "{bad:?}");
        }
    }
}
