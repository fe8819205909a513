//! Runs that reach a limit, or are stopped.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    time::{Duration, Instant},
};

use crate::support::{ran, spawn, terrarium};

#[test]
fn a_loop_ends_at_its_deadline() {
    for code in ["print('x')\nwhile True: pass", "print('x')\nimport time; time.sleep(100)"] {
        let begun = Instant::now();
        let ran = ran(&["run", "--timeout", "300ms", "-c", code]);
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        assert_eq!((ran.code, &*ran.stdout), (Some(124), "x\n"), "{}", ran.stderr);
        assert!(ran.stderr.ends_with("TimeoutError: the run was stopped after 0.3 s\n"), "{}", ran.stderr);
    }
}

#[test]
fn a_reader_that_does_not_read_does_not_delay_the_end() {
    let begun = Instant::now();
    let mut child = spawn(&mut terrarium(&["run", "--timeout", "500ms", "-c", "while True: print('x' * 1000)"]));
    let status = child.wait().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(status.code(), Some(124), "{stderr}");
    assert!(stderr.contains("bytes of output are lost") && stderr.contains("TimeoutError"), "{stderr}");
}

#[test]
fn a_slow_reader_gets_all_output_of_a_run_that_ended() {
    let code = "for n in range(20_000): print(n)";
    let mut child = spawn(&mut terrarium(&["run", "--timeout", "10s", "-c", code]));
    std::thread::sleep(Duration::from_secs(2));
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(stdout.lines().count(), 20_000);
}

#[test]
fn no_timeout_is_possible() {
    let ran = ran(&["run", "--timeout", "none", "-c", "print(1)"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "1\n"), "{}", ran.stderr);
}

#[test]
fn too_much_memory_ends_with_137() {
    let ran = ran(&["run", "--memory", "128MiB", "-c", "print('x')\nbytearray(300 << 20)"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(137), "x\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("MemoryError"), "{}", ran.stderr);
}

#[test]
fn a_memory_error_can_be_caught() {
    let code = "try:\n    bytearray(300 << 20)\nexcept MemoryError:\n    print('caught')";
    let ran = ran(&["run", "--memory", "128MiB", "-c", code]);
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "caught\n", ""));
}

#[test]
fn output_beyond_the_limit_is_dropped_and_said_so() {
    let ran = ran(&["run", "--stream-bytes", "1KiB", "-c", "print('x' * 5000); open('f', 'w')"]);
    assert_eq!((ran.code, ran.stdout.len()), (Some(0), 1024));
    assert_eq!(ran.stderr, "terrarium: the standard output was cut at 1KiB: raise --stream-bytes\n");
}

#[test]
fn files_beyond_the_limit_do_not_fit() {
    let ran = ran(&["run", "--file-bytes", "1MiB", "-c", "open('f', 'wb').write(bytes(2 << 20))"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("No space left on device"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_the_run() {
    use rustix::process::{Pid, Signal, kill_process};
    for code in [
        "print('begun')\nwhile True: pass",
        "print('begun')\nwhile True:\n try:\n  while True: pass\n except BaseException: pass",
    ] {
        let mut child = spawn(&mut terrarium(&["run", "--timeout", "none", "-c", code]));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        // Streamed: the run has not ended.
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "begun\n");
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let begun = Instant::now();
        let status = child.wait().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert_eq!(status.code(), Some(130), "a code of its own, and not a signal");
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(stderr.ends_with("CancelledError: the run was cancelled\n"), "{stderr}");
    }
}
