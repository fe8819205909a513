//! Bound what code may use, and stop it from outside. Nothing it does is an error of the host.

use std::{thread, time::Duration};

use terrarium_core::{CancelHandle, ExecuteOptions, Sandbox, SandboxOptions, Status};

fn main() -> terrarium_core::Result<()> {
    let sandbox =
        Sandbox::new(SandboxOptions::new().timeout(Duration::from_millis(500)).memory(128 << 20).stream_bytes(1000))?;

    let endless = sandbox.execute("print('started')\nwhile True: pass")?;
    let greedy = sandbox.execute("x = bytearray(1_000_000_000)")?;
    let talkative = sandbox.execute("print('x' * 5000)")?;

    let cancel = CancelHandle::new();
    let canceller = cancel.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        canceller.cancel();
    });
    let options = ExecuteOptions::new().cancel(cancel);
    let cancelled = sandbox.execute_with("import time; time.sleep(60)", options)?;

    assert_eq!((endless.status, endless.stdout.as_str()), (Status::Timeout, "started\n"));
    assert_eq!(greedy.status, Status::MemoryExceeded);
    assert_eq!((talkative.stdout.len(), talkative.stdout_truncated), (1000, true));
    assert_eq!(cancelled.status, Status::Cancelled);
    Ok(())
}
