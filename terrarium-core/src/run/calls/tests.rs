//! Requests of the guest: any bytes are answered or refused.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;

use super::Calls;
use crate::{Call, HostFunction, HostFunctions, Journal, SandboxOptions, engine::Interrupt};
use terrarium_unix::{abi::Errno, syscall::HostCalls as _};

/// The operations, except the one that waits as long as the guest says.
const OPERATIONS: &[u8] = b"CBFTNXDL?";

fn calls(journal: Option<Journal>) -> Calls {
    let add = HostFunction::new("add", |call: Call| Ok(call.argument::<i64>("a")?.wrapping_add(call.argument("b")?)))
        .signature("(a: int, b: int = 1)");
    let rows = HostFunction::stream("rows", |_: Call| Ok((0..3).map(Ok::<i64, crate::HostError>)));
    let functions = HostFunctions::from_iter([add, rows]);
    let options = SandboxOptions::new().host_call_timeout(Duration::from_secs(20)).host_calls(1_000_000);
    Calls::new(functions, (None, None, journal), None, &options, &Arc::new(Interrupt::default()))
}

#[test]
fn a_call_is_answered_at_once_or_later() {
    let calls = calls(None);
    let answer = calls.serve(b"Cadd\0[[2],{\"b\":3}]", 100).unwrap();
    assert_eq!((answer.status, &answer.bytes[..]), (0, &b"V5"[..]));
    let begun = calls.serve(b"Badd\0[[1],{}]", 100).unwrap().bytes;
    assert_eq!(calls.serve(&[b"W", &1_000_000_000_u64.to_le_bytes()[..]].concat(), 100).unwrap().bytes, begun);
    assert_eq!(calls.serve(&[b"T", &begun[..]].concat(), 100).unwrap().bytes, b"V2");
    assert_eq!(calls.serve(&[b"T", &begun[..]].concat(), 100), Err(Errno::ENOENT));
    // An answer that is larger than the buffer is read in parts.
    let larger = calls.serve(b"Cadd\0[[\"x\"],{}]", 8).unwrap();
    assert_eq!(larger.status, 1);
    let word = |at: usize| u32::from_le_bytes(larger.bytes[at..at + 4].try_into().unwrap());
    let mut whole = Vec::new();
    while whole.len() < word(4) as usize {
        let mut part = [0; 16];
        let read = calls.read(word(0), u32::try_from(whole.len()).unwrap(), &mut part).unwrap();
        whole.extend_from_slice(&part[..read]);
    }
    assert!(whole.starts_with(b"E{"), "{}", String::from_utf8_lossy(&whole));
    assert_eq!(calls.read(word(0), 0, &mut [0; 16]), Err(Errno::ENOENT));
    assert_eq!(calls.finish().count, 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_request_is_answered_or_refused(
        requests in prop::collection::vec(
            (
                prop::sample::select(OPERATIONS),
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..40),
                    (1_u32..8).prop_map(|number| number.to_le_bytes().to_vec()),
                    Just(b"add\0[[1],{}]".to_vec()),
                    Just(b"rows\0[[],{}]".to_vec()),
                    "(add|rows|x)\0\\[\\[[0-9,\"x{}\\[\\]]{0,9}\\],\\{(\"a\":1)?\\}\\]".prop_map(String::into_bytes),
                    Just(b"add\0[[{\"$type\":\"bytes\",\"blob\":0}],{}]".to_vec()),
                ],
            ),
            1..8,
        ),
        content in prop::collection::vec(any::<u8>(), 0..20),
        room in 0_usize..100,
        has_journal in any::<bool>(),
    ) {
        let calls = calls(has_journal.then_some(Journal::Record));
        let _ = calls.content(&content);
        for (operation, rest) in requests {
            let request = [&[operation][..], &rest].concat();
            if let Ok(answer) = calls.serve(&request, room) {
                prop_assert!(answer.bytes.len() <= room.max(8));
            }
            let _ = calls.read(1, 0, &mut [0; 10]);
        }
        let report = calls.finish();
        prop_assert!(report.calls.len() as u64 <= report.count);
    }
}
