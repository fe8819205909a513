//! Standard input and output, and the channel for frames.

use std::sync::{Arc, Mutex};

use super::Guest;
use crate::abi::Errno;
use crate::fd::{CHANNEL, Input, Output, StreamSink};
use crate::syscall::Channel;

/// Keeps the bytes that it receives.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Vec<u8>>>);

impl Recorder {
    fn told(&self) -> Vec<Vec<u8>> {
        self.0.lock().unwrap().clone()
    }
}

impl StreamSink for Recorder {
    fn chunk(&self, bytes: &[u8]) {
        self.0.lock().unwrap().push(bytes.to_vec());
    }
}

impl Channel for Recorder {
    fn frame(&self, bytes: &[u8]) -> Result<(), Errno> {
        if bytes == b"full" {
            return Err(Errno::ENOSPC);
        }
        self.0.lock().unwrap().push(bytes.to_vec());
        Ok(())
    }
}

#[test]
fn input_gives_its_bytes_and_ends() {
    let mut guest = Guest::new();
    guest.process.streams.input = Input::new(*b"line one\nline two");
    assert_eq!(guest.read(0, 9).unwrap(), b"line one\n");
    let copy = i64::from(guest.sys("__syscall_dup", &[0]).unwrap());
    assert_eq!(guest.read(copy, 100).unwrap(), b"line two");
    assert_eq!(guest.read(0, 100).unwrap(), b"");
    assert_eq!(guest.seek(0, 0, 0), Err(Errno::ESPIPE));
}

#[test]
fn output_keeps_the_first_bytes_exactly_and_counts_the_rest() {
    let mut guest = Guest::new();
    let recorder = Arc::new(Recorder::default());
    guest.process.streams.output = Output::new(8).with_sink(recorder.clone());
    assert_eq!(guest.write(1, b"hello"), Ok(5));
    assert!(!guest.process.streams.output.truncated());
    assert_eq!(guest.write(1, b" world"), Ok(6), "a full stream does not fail the guest");
    assert_eq!(guest.write(1, b"more"), Ok(4));
    let output = &mut guest.process.streams.output;
    assert_eq!((output.bytes(), output.dropped(), output.truncated()), (&b"hello wo"[..], 7, true));
    assert_eq!(recorder.told(), [b"hello".to_vec(), b" wo".to_vec()]);
    assert_eq!(output.take(), b"hello wo");
    assert!(!output.truncated());
    guest.write(1, b"next run").unwrap();
    assert_eq!(guest.process.streams.output.bytes(), b"next run");
}

#[test]
fn output_and_error_are_apart() {
    let mut guest = Guest::new();
    guest.write(2, b"oops").unwrap();
    guest.write(1, b"fine").unwrap();
    assert_eq!(guest.process.streams.error.bytes(), b"oops");
    assert_eq!(guest.process.streams.output.bytes(), b"fine");
    assert_eq!(guest.seek(1, 0, 1), Err(Errno::ESPIPE));
}

#[test]
fn a_write_to_the_channel_is_one_frame() {
    let mut guest = Guest::new();
    let channel = i64::from(CHANNEL);
    assert_eq!(guest.write(channel, b"nobody"), Err(Errno::EBADF));
    let recorder = Arc::new(Recorder::default());
    guest.process.channel = Some(recorder.clone());
    assert_eq!(guest.write(channel, b"one"), Ok(3));
    let (a, b, count) = (guest.bytes(b"tw"), guest.bytes(b"o!"), guest.space(4));
    let list = guest.list(&[(a, 2), (b, 2)]);
    guest.wasi("fd_write", &[channel, list, 2, count]).unwrap();
    assert_eq!(guest.i32_at(count), 4);
    assert_eq!(guest.write(channel, b"full"), Err(Errno::ENOSPC));
    guest.process.frame_bytes = 3;
    assert_eq!(guest.write(channel, b"four"), Err(Errno::EMSGSIZE));
    assert_eq!(recorder.told(), [b"one".to_vec(), b"two!".to_vec()]);
}

#[test]
fn the_channel_can_only_be_written() {
    let mut guest = Guest::new();
    guest.process.channel = Some(Arc::new(Recorder::default()));
    let channel = i64::from(CHANNEL);
    assert_eq!(guest.read(channel, 1), Err(Errno::EBADF));
    assert_eq!(guest.close(channel), Err(Errno::EBADF));
    assert_eq!(guest.sys("__syscall_dup", &[channel]), Err(Errno::EBADF));
    assert_eq!(guest.sys("__syscall_dup3", &[1, channel, 0]), Err(Errno::EBADF));
    assert_eq!(guest.fstat(channel).unwrap_err(), Errno::EBADF);
    assert_eq!(guest.write(channel, b"still"), Ok(5));
}
