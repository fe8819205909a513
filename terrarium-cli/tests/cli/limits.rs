//! Runs that reach a limit, or are stopped.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    time::{Duration, Instant},
};

use crate::support::{ran, spawn, terrarium};

#[test]
fn a_loop_ends_at_its_deadline() {
    // Before the clock starts.
    crate::support::cache();
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
    crate::support::cache();
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

#[cfg(unix)]
#[test]
fn a_signal_that_ends_the_program_leaves_its_files_and_its_result() {
    use rustix::process::{Pid, Signal, kill_process};
    let ignored = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = ignored.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim).unwrap_or_default();
    let ignores_hup = u64::from_str_radix(ignored, 16).is_ok_and(|mask| mask & 1 != 0);
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        if signal == Signal::HUP && ignores_hup {
            // The tests run below nohup, and so does the program.
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let program = "open('saved', 'w').write('state')\nwhile True: pass";
        let mut command = terrarium(&["run", "--json", "--timeout", "none", "-o"]);
        command.arg(&out).args(["-c", program]);
        let child = spawn(&mut command);
        // The program cannot report with `--json`: it has had this time to write its file.
        std::thread::sleep(Duration::from_secs(3));
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(result["status"], "cancelled");
        assert_eq!(std::fs::read_to_string(out.join("saved")).unwrap(), "state");
    }
}

/// Runs a program in a shell that sets a limit first.
#[cfg(target_os = "linux")]
fn limited(limit: &str) -> crate::support::Ran {
    let program = terrarium(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &format!("{limit} && exec \"$0\" run -c 'print(6 * 7)'")]).arg(program.get_program());
    shell.env("TERRARIUM_CACHE_DIR", crate::support::cache()).stdin(std::process::Stdio::null());
    shell.output().unwrap().into()
}

#[cfg(target_os = "linux")]
#[test]
fn with_little_address_space_a_program_runs_or_is_refused_with_the_amount() {
    for gibibytes in [10, 12, 16] {
        let enough = limited(&format!("ulimit -v {}", gibibytes << 20));
        assert_eq!((enough.code, &*enough.stdout), (Some(0), "42\n"), "{gibibytes}: {}", enough.stderr);
    }
    for gibibytes in [4, 8] {
        let short = limited(&format!("ulimit -v {}", gibibytes << 20));
        assert_eq!(short.code, Some(70), "{}", short.stderr);
        let has = format!("the process may have {gibibytes}.0 GiB");
        assert!(short.stderr.contains("reserves 8.3 GiB") && short.stderr.contains(&has), "{}", short.stderr);
    }
}
