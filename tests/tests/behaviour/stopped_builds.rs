//! Builds that end before their time: killed, stopped by the caller, or without space. Nothing is left of them, and the next
//! build is whole.

use std::{
    cell::Cell,
    fs,
    io::Write as _,
    ops::ControlFlow,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use terrarium_core::{CacheFolder, CancelHandle, Image, ImageOptions, ImageProgress, Sandbox};
use terrarium_tests::{Job, Step, corpus, options};

use crate::support::probe;

/// An empty cache folder.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    dir
}

/// A job that builds the bare image, also in a program that contains one.
fn job(cache: &Path) -> String {
    let step = Step { code: "40 + 2".to_owned(), ..Step::default() };
    let image = Some(ImageOptions::new().cache_dir(cache));
    let job = Job { options: options().cache_dir(cache), image, steps: vec![step], ..Job::default() };
    serde_json::to_string(&job).unwrap()
}

/// Starts the probe with a job, in a shell that sets it up.
fn start(set_up: &str, cache: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{set_up} exec \"$0\"")]).arg(probe());
    command.env("CACHE", cache).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The process may end before it reads.
    let _ = writeln!(child.stdin.take().unwrap(), "{}", job(cache));
    child
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Checks that a folder has whole files only: an image that is there can be opened, and no file is partial.
fn assert_whole(cache: &Path) {
    for entry in fs::read_dir(cache).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        assert!(!name.starts_with('.'), "{name}");
        assert!(!name.ends_with(".timg") || Image::inspect(entry.path()).is_ok(), "{name}");
    }
}

#[test]
fn a_killed_build_leaves_whole_files_and_the_next_one_succeeds() {
    let dir = folder();
    let mut killed = 0;
    for wait in [300, 1500, 4000, 7000, 10_000] {
        let mut child = start("", dir.path());
        thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().signal() == Some(9));
        assert_whole(dir.path());
    }
    assert!(killed >= 2, "{killed}");
    let output = start("", dir.path()).wait_with_output().unwrap();
    assert!(text(&output).contains("42"), "{}", text(&output));
    CacheFolder::open(Some(dir.path())).unwrap().prune(None, None).unwrap();
    let locks = fs::read_dir(dir.path()).unwrap().flatten().filter(|entry| entry.path().extension().unwrap() == "lock");
    assert_eq!(locks.count(), 0);
}

#[test]
fn a_limit_of_the_file_size_is_an_error_that_names_it() {
    let dir = folder();
    // In blocks of 512 bytes: enough for the machine code of the interpreter, not for an image.
    let output = start("ulimit -f 60000;", dir.path()).wait_with_output().unwrap();
    assert_eq!(output.status.signal(), None);
    assert!(text(&output).contains("ulimit -f") && text(&output).contains(".timg"), "{}", text(&output));
    assert_whole(dir.path());
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    let dir = folder();
    let set_up =
        "mount -t tmpfs -o size=35m none \"$CACHE\" && chmod 700 \"$CACHE\" || exit 99; trap 'ls -A \"$CACHE\"' EXIT;";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &format!("{set_up} \"$0\"")]).arg(probe());
    command.env("CACHE", dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Not every system lets a user mount a file system.
    let Ok(mut child) = command.spawn() else { return };
    let _ = writeln!(child.stdin.take().unwrap(), "{}", job(dir.path()));
    let output = child.wait_with_output().unwrap();
    if [Some(99), Some(1)].contains(&output.status.code()) && text(&output).contains("unshare")
        || output.status.code() == Some(99)
    {
        return;
    }
    let text = text(&output);
    assert!(text.contains("No space left on device") && text.contains(".timg"), "{text}");
    assert!(!text.lines().any(|line| line.starts_with('.') || line.ends_with(".timg")), "{text}");
}

#[test]
fn a_caller_stops_a_build_at_once_and_builds_later() {
    let dir = folder();
    let options = ImageOptions::new().cache_dir(dir.path());
    let (stopped, ticks) = (Cell::new(None), Cell::new(0));
    let progress = |step: ImageProgress| {
        // The interpreter is compiled before it boots, which takes seconds.
        ticks.set(ticks.get() + u32::from(step == ImageProgress::Boot));
        if ticks.get() < 10 {
            return ControlFlow::Continue(());
        }
        stopped.set(Some(Instant::now()));
        ControlFlow::Break(())
    };
    let error = Image::build_with(options.clone(), progress).unwrap_err();
    let took = stopped.get().unwrap().elapsed();
    assert_eq!(error.code(), "cancelled");
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_whole(dir.path());

    let cancel = CancelHandle::new();
    let other = cancel.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(700));
        other.cancel();
    });
    // With a package of compiled code: the program may contain the bare image.
    let sandbox = terrarium_tests::options().package("kiwisolver").package_source(corpus()).cache_dir(dir.path());
    assert_eq!(cancel.guard(|| Sandbox::new(sandbox.clone())).unwrap_err().code(), "cancelled");
    let go_on = |_| ControlFlow::Continue(());
    let made = Sandbox::new_with(sandbox, go_on).unwrap();
    assert_eq!(made.execute("40 + 2").unwrap().final_repr.as_deref(), Some("42"));
}
