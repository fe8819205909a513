//! The frames that the harness sends while code runs.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use serde::de::DeserializeSeed as _;
use serde_json::Value as Json;

use super::{
    displays::{DisplayBounds, Displays},
    receivers::Receivers,
};
use crate::{
    Bytes, Display, Event, Progress,
    engine::{Interrupt, Phase},
    value::{Decoder, Plain},
};
use terrarium_unix::{abi::Errno, syscall::Channel};

/// The limit of a run's displays: the bytes of their frames.
const DISPLAY_BYTES: u64 = 64 << 20;
/// The memory of a run's displays, as a multiple of their limit.
const DISPLAY_FACTOR: u64 = 4;
/// The bytes of values beyond their limit: the text around them, and the substitutes for values that are too large.
const AROUND_VALUES: u64 = 16 << 20;
/// The longest identifier of a display.
const ID_BYTES: usize = 4 << 10;
/// The host's cost of a frame besides its content.
const OVERHEAD: u64 = 128;

/// Collects the frames of one run, up to bounds.
#[derive(Debug)]
pub(super) struct Frames {
    collected: Mutex<FrameContents>,
    /// The bound of the bytes of values.
    value_bytes: u64,
    /// The bound of the bytes of displays.
    display_bytes: u64,
    /// The guest's interrupt, once there is a guest.
    interrupt: OnceLock<Arc<Interrupt>>,
    /// The receivers of the present run's displays.
    receivers: Mutex<Option<Arc<Receivers>>>,
}

/// The content of the frames that the harness sent.
#[derive(Debug, Default)]
pub(super) struct FrameContents {
    /// The displays of the code.
    pub(super) displays: Displays,
    /// Contents that the values refer to by number.
    pub(super) blobs: Vec<Bytes>,
    /// The JSON text of the values.
    pub(super) values: Vec<u8>,
    /// The bytes of the frames other than displays.
    pub(super) bytes: u64,
}

impl Frames {
    /// Accepts frames of values with `value_bytes` in a run, and of displays, and refuses more.
    pub(super) fn new(value_bytes: u64) -> Self {
        Self {
            collected: Mutex::default(),
            value_bytes: value_bytes.saturating_add(AROUND_VALUES),
            display_bytes: DISPLAY_BYTES,
            interrupt: OnceLock::new(),
            receivers: Mutex::default(),
        }
    }

    /// Returns the size of the largest frame that can be accepted.
    pub(super) fn largest(&self) -> u64 {
        self.value_bytes.max(self.display_bytes)
    }

    /// Registers the interrupt to notify on phase changes.
    pub(super) fn attach(&self, interrupt: &Arc<Interrupt>) {
        self.interrupt.get_or_init(|| Arc::clone(interrupt));
    }

    /// Returns the frames since the last call.
    pub(super) fn take(&self) -> FrameContents {
        std::mem::take(&mut *self.lock())
    }

    /// Sets the receivers of the next run's displays.
    pub(super) fn tell(&self, receivers: Option<Arc<Receivers>>) {
        *self.receivers.lock().unwrap_or_else(PoisonError::into_inner) = receivers;
    }

    fn receivers(&self) -> Option<Arc<Receivers>> {
        self.receivers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lock(&self) -> MutexGuard<'_, FrameContents> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a clearing of displays that waits take effect, if there was text since.
    pub(super) fn settle(&self, is_fresh: bool) {
        self.lock().displays.settle(is_fresh);
    }

    /// Takes a display, or the update of one.
    fn show(&self, json: &[u8], is_update: bool) -> Result<(), Errno> {
        let size = (json.len() as u64).saturating_add(OVERHEAD);
        let bounds =
            DisplayBounds { bytes: self.display_bytes, memory: self.display_bytes.saturating_mul(DISPLAY_FACTOR) };
        let most = Displays::most(bounds, size).ok_or(Errno::ENOSPC)?;
        let (display, memory) = self.display(json, most)?;
        let (display, memory) = (Arc::new(display), memory.saturating_add(OVERHEAD));
        let event = {
            let mut collected = self.lock();
            let displays = &mut collected.displays;
            match (&display.id, is_update) {
                (Some(id), true) => {
                    let room = displays.room_of_update(bounds, id, size).ok_or(Errno::ENOSPC)?;
                    if memory > room {
                        return Err(Errno::ENOSPC);
                    }
                    displays.update(&display, size, memory);
                    Event::Update(display)
                }
                _ => {
                    let room = displays.room(bounds, size).ok_or(Errno::ENOSPC)?;
                    if memory > room {
                        return Err(Errno::ENOSPC);
                    }
                    displays.add(Arc::clone(&display), size, memory);
                    Event::Display(display)
                }
            }
        };
        if let Some(receivers) = self.receivers() {
            receivers.tell(event);
        }
        Ok(())
    }

    /// Reads a display, and returns it with the memory that it takes.
    fn display(&self, json: &[u8], memory: u64) -> Result<(Display, u64), Errno> {
        // The guest waits meanwhile, so its deadline ends this.
        let is_late = || self.is_stopping();
        let decoder = Decoder::new(memory, Vec::new(), &is_late);
        let read = |text: &[u8]| {
            let mut reader = serde_json::Deserializer::from_slice(text);
            let json = Plain(&decoder).deserialize(&mut reader)?;
            reader.end().map(|()| json)
        };
        let refused = |_| match (decoder.is_late(), decoder.is_full()) {
            (true, _) => Errno::EINTR,
            (_, true) => Errno::ENOSPC,
            _ => Errno::EINVAL,
        };
        let Json::Object(mut members) = read(json).map_err(refused)? else { return Err(Errno::EINVAL) };
        let mut part = |name: &str| match members.remove(name) {
            Some(Json::Object(members)) => Ok(members.into_iter().collect()),
            Some(_) => Err(Errno::EINVAL),
            None => Ok(BTreeMap::new()),
        };
        let (data, metadata) = (part("data")?, part("metadata")?);
        let id = match members.remove("id") {
            Some(Json::String(id)) if id.len() > ID_BYTES => return Err(Errno::EMSGSIZE),
            Some(Json::String(id)) => Some(id),
            Some(_) => return Err(Errno::EINVAL),
            None => None,
        };
        let mut display = Display { id, data, metadata };
        for (mime, data) in &mut display.data {
            plain(mime, data, |text| read(text.as_bytes()).ok());
        }
        Ok((display, decoder.used()))
    }
}

impl Channel for Frames {
    fn is_stopping(&self) -> bool {
        self.interrupt.get().is_some_and(|interrupt| interrupt.reason().is_some())
    }

    fn has_more(&self) -> bool {
        self.lock().displays.is_fresh()
    }

    fn clear(&self, waits: bool, is_fresh: bool) -> Result<(), Errno> {
        self.lock().displays.clear(waits, is_fresh);
        if let Some(receivers) = self.receivers() {
            receivers.tell(Event::Clear { wait: waits });
        }
        Ok(())
    }

    fn progress(&self, step: &str, done: Option<u64>, total: Option<u64>) {
        if let Some(receivers) = self.receivers() {
            receivers.tell(Event::Progress(Progress { step: step.to_owned(), done, total }));
        }
    }

    fn frame(&self, bytes: &[u8]) -> Result<(), Errno> {
        // Signs, of which nothing is kept.
        if let [sign @ (b'U' | b'P' | b'F' | b'R')] = bytes {
            if let Some(interrupt) = self.interrupt.get() {
                match sign {
                    b'U' => interrupt.enter(Phase::Harness),
                    b'P' => interrupt.enter(Phase::UserCode),
                    b'F' => interrupt.enter(Phase::Release),
                    _ => interrupt.repeat(),
                }
            }
            return Ok(());
        }
        if let Some((kind @ (b'D' | b'E'), json)) = bytes.split_first() {
            return self.show(json, *kind == b'E');
        }
        let mut collected = self.lock();
        let size = (bytes.len() as u64).saturating_add(OVERHEAD);
        let sum = collected.bytes.saturating_add(size);
        if sum > self.value_bytes {
            return Err(Errno::ENOSPC);
        }
        collected.bytes = sum;
        match bytes.split_first() {
            Some((b'B', content)) => {
                let mut copy = Vec::new();
                copy.try_reserve_exact(content.len()).map_err(|_| Errno::ENOMEM)?;
                copy.extend_from_slice(content);
                collected.blobs.push(Bytes::from(copy));
            }
            Some((b'V', text)) => {
                collected.values.try_reserve(text.len()).map_err(|_| Errno::ENOMEM)?;
                collected.values.extend_from_slice(text);
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }
}

/// Converts a display's data from the form of the protocol to that of notebooks: base64 as a string, JSON as JSON.
fn plain(mime: &str, data: &mut Json, parse: impl Fn(&str) -> Option<Json>) {
    if let Some(base64) = data.get_mut("$base64") {
        *data = base64.take();
    } else if let Some(text) = data.as_str()
        && (mime == "application/json" || mime.ends_with("+json"))
        && let Some(parsed) = parse(text)
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
        let data = &frames.take().displays.into_vec()[0].data;
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
        assert_eq!(collected.displays.into_vec()[0].data["text/plain"], "x");
        assert_eq!(collected.blobs, [Bytes::from("content")]);
        assert_eq!(collected.values, b"[1,2]");
        assert!(frames.take().values.is_empty());
    }

    #[test]
    fn a_guest_cannot_make_the_host_collect_without_end() {
        let frames = Frames { value_bytes: 1000, ..Frames::new(0) };
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
