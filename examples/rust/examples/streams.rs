//! Feed the standard input, and receive the output while the code runs.

use std::sync::{Arc, Mutex};

use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions};

fn main() -> terrarium_core::Result<()> {
    let received = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&received);
    let options = ExecuteOptions::new().stdin("6\n7\n").on_stdout(move |chunk| {
        print!("{}", String::from_utf8_lossy(chunk));
        if let Ok(mut bytes) = sink.lock() {
            bytes.extend_from_slice(chunk);
        }
    });
    let code = "a, b = int(input()), int(input())\nfor n in range(3):\n    print('step', n)\nprint(a * b)";
    let result = Sandbox::new(SandboxOptions::default())?.execute_with(code, options)?;

    assert_eq!(result.stdout, "step 0\nstep 1\nstep 2\n42\n");
    assert!(received.lock().is_ok_and(|bytes| *bytes == result.stdout.as_bytes()));
    Ok(())
}
