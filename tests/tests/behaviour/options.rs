//! Options at their bounds, and values that are refused before anything runs.

use std::time::Duration;

use terrarium_core::{Deterministic, Error, ExecuteOptions, Sandbox, SandboxOptions, Value};
use terrarium_tests::{run_in, sandbox, session};

use crate::support::{error_of, int, success};

/// Returns the option that is refused.
fn refused(change: impl FnOnce(&mut SandboxOptions)) -> String {
    let mut options = SandboxOptions::default();
    change(&mut options);
    let by_validation = options.validate();
    match Sandbox::new(options) {
        Err(error @ (Error::InvalidOption { .. } | Error::InvalidPath { .. })) => {
            if let Error::InvalidOption { option, .. } = &error {
                assert!(by_validation.is_err());
                assert!(error.to_string().contains(option));
            }
            error.to_string()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn limits_are_validated_at_their_boundaries() {
    let mib = 1 << 20;
    for memory in [0, 1, 48 * mib - 1, 4096 * mib + 1, u64::MAX] {
        assert!(refused(|o| o.memory = memory).contains("`memory`"), "{memory}");
    }
    for timeout in [Duration::ZERO, Duration::MAX, Duration::from_secs(400 * 24 * 3600)] {
        assert!(refused(|o| o.timeout = Some(timeout)).contains("`timeout`"), "{timeout:?}");
    }
    assert!(refused(|o| o.grace = Duration::from_secs(61)).contains("`grace`"));
    for count in [0, 15, 10_000_001] {
        assert!(refused(|o| o.file_count = count).contains("`file_count`"), "{count}");
    }
    for count in [0, 7, 65_537] {
        assert!(refused(|o| o.open_files = count).contains("`open_files`"), "{count}");
    }
    for (name, set) in SIZES {
        assert!(refused(|o| set(o, u64::MAX)).contains(&format!("`{name}`")), "{name}");
    }
    for home in ["", "/", "home", "./home"] {
        assert!(refused(|o| o.home = home.to_owned()).contains("`home`"), "{home}");
    }
    for (key, value) in [("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "\0")] {
        assert!(refused(|o| drop(o.env.insert(key.to_owned(), value.to_owned()))).contains("`env`"), "{key:?}");
    }
    assert!(refused(|o| o.args = vec!["a\0b".to_owned()]).contains("`args`"));
}

/// The options that are a number of bytes.
type SetSize = fn(&mut SandboxOptions, u64);
const SIZES: [(&str, SetSize); 5] = [
    ("stream_bytes", |o, n| o.stream_bytes = n),
    ("file_bytes", |o, n| o.file_bytes = n),
    ("code_bytes", |o, n| o.code_bytes = n),
    ("value_bytes", |o, n| o.value_bytes = n),
    ("repr_bytes", |o, n| o.repr_bytes = n),
];

#[test]
fn the_least_and_the_most_of_each_option_run() {
    let least = SandboxOptions::new()
        .memory(48 << 20)
        .timeout(Duration::from_secs(10))
        .grace(Duration::ZERO)
        .stream_bytes(0)
        .file_bytes(0)
        .value_bytes(0)
        .repr_bytes(0)
        .file_count(16)
        .open_files(8);
    let result = run_in(least, "print('x' * 10)\nimport json, re, datetime\n[1, 2, 3]");
    assert_eq!((success(&result).stdout.as_str(), result.stdout_truncated), ("", true));
    let most = SandboxOptions::new()
        .memory(4 << 30)
        .timeout(None)
        .grace(Duration::from_secs(60))
        .stream_bytes(16 << 30)
        .file_bytes(16 << 30)
        .code_bytes(16 << 30)
        .value_bytes(16 << 30)
        .repr_bytes(16 << 30)
        .file_count(10_000_000)
        .open_files(65_536);
    assert_eq!(success(&run_in(most, "6 * 7")).final_expression, int(42));
}

#[test]
fn paths_that_lead_elsewhere_are_refused_by_name() {
    let sandbox = sandbox();
    let long = "x".repeat(256);
    let deep = "d/".repeat(2100) + "f";
    for path in ["../a", "a/../../b", "..", "a/..", "/etc/passwd", "/", "", ".", "a\0b", "\0", "a/", &long, &deep] {
        let refusal = sandbox.execute_with("1", ExecuteOptions::new().file(path, "content"));
        assert!(
            matches!(&refusal, Err(Error::InvalidPath { path: named, .. }) if named == path),
            "{path:?}: {refusal:?}"
        );
        let options = SandboxOptions::new().file(path, "x");
        // The sandbox's own files may be absolute.
        let made = Sandbox::new(options);
        assert!(matches!(made, Err(Error::InvalidPath { .. })) || path.starts_with('/'), "{path:?}: {made:?}");
        let mut session = session();
        assert!(matches!(session.write_file(path, "x"), Err(Error::InvalidPath { .. })), "{path:?}");
        if path != "/etc/passwd" {
            assert!(matches!(session.read_file(path), Err(Error::InvalidPath { .. })), "{path:?}");
            assert!(matches!(session.remove_file(path), Err(Error::InvalidPath { .. })), "{path:?}");
        }
    }
    let good = ["a", "a.b", ".hidden", "sub/dir/f", "...", "a b", "é/世", "-rf", "*", "a\nb", "con", "x..y", "~"];
    let result = sandbox
        .execute_with(
            "import os\nsorted(os.path.join(f, n)[2:] for f, _, names in os.walk('.') for n in names)",
            ExecuteOptions::new().files(good.map(|p| (p, "x"))),
        )
        .unwrap();
    let mut expected = good;
    expected.sort_unstable();
    assert_eq!(success(&result).final_expression, Some(Value::from(expected.to_vec())));
}

#[test]
fn bad_inputs_name_what_is_wrong_and_folders_are_made() {
    let result = sandbox().execute_with(
        "import os\n(open('a/b/c.txt').read(), os.listdir('a'))",
        ExecuteOptions::new().file("a/b/c.txt", "text"),
    );
    assert_eq!(success(&result.unwrap()).final_repr.as_deref(), Some("('text', ['b'])"));

    let unknown = serde_json::from_str::<SandboxOptions>(r#"{"memroy": 5}"#).unwrap_err().to_string();
    assert!(unknown.contains("memroy") && unknown.contains("memory"), "{unknown}");
    let unknown = serde_json::from_str::<ExecuteOptions>(r#"{"stdout": ""}"#).unwrap_err().to_string();
    assert!(unknown.contains("stdout"), "{unknown}");
    for bad in [r#"{"timeout": -1}"#, r#"{"timeout": "x"}"#, r#"{"memory": -5}"#, r#"{"files": {"a": "***"}}"#] {
        assert!(serde_json::from_str::<SandboxOptions>(bad).is_err(), "{bad}");
    }

    let mut session = session();
    for cwd in ["../x", "a\0b"] {
        let options = ExecuteOptions::new().cwd(cwd);
        let refusal = session.execute_with("1", options);
        assert!(matches!(&refusal, Err(Error::InvalidPath { path, .. }) if path == cwd), "{refusal:?}");
    }
    let options = ExecuteOptions::new().timeout(Duration::ZERO);
    assert!(session.execute_with("1", options).unwrap_err().to_string().contains("`timeout`"));
    let options = ExecuteOptions::new().env_var("A=", String::new());
    assert!(session.execute_with("1", options).unwrap_err().to_string().contains("`env`"));
    let options = ExecuteOptions::new().arg("\0");
    assert!(session.execute_with("1", options).unwrap_err().to_string().contains("`args`"));
    let object = Value::Object { class: "m.C".to_owned(), repr: "<C>".to_owned() };
    let options = ExecuteOptions::new().input("thing", object);
    let said = match session.execute_with("1", options) {
        Err(error) => error.to_string(),
        Ok(result) => result.error.expect("an error").message,
    };
    assert!(said.contains("thing"), "{said}");
    // A file in the way of a folder.
    session.write_file("x", "file").unwrap();
    let refusal = session.write_file("x/y", "below a file").unwrap_err();
    assert!(matches!(&refusal, Error::File { path, .. } if path == "x/y"), "{refusal}");
    assert_eq!(session.execute("6 * 7").unwrap().final_expression, int(42));
}

#[test]
fn what_is_too_large_is_refused_with_its_option() {
    let options = SandboxOptions::new().code_bytes(100).file_bytes(1000);
    let sandbox = Sandbox::new(options).unwrap();
    let too_large = |refusal| match refusal {
        Err(Error::TooLarge { option, limit, used, .. }) => (option, limit, used),
        other => panic!("{other:?}"),
    };
    assert_eq!(too_large(sandbox.execute(&"#".repeat(101))), ("code_bytes", 100, 101));
    assert!(sandbox.execute(&"#".repeat(100)).is_ok());
    let files = [("a", "x".repeat(600)), ("b", "x".repeat(401))];
    assert_eq!(too_large(sandbox.execute_with("1", ExecuteOptions::new().files(files))), ("file_bytes", 1000, 1001));
    let options = ExecuteOptions::new().stdin(vec![b'x'; 1001]);
    assert_eq!(too_large(sandbox.execute_with("1", options)), ("file_bytes", 1000, 1001));
    assert!(Sandbox::new(SandboxOptions::new().file("a", vec![0; 1001]).file_bytes(1000)).is_err());
}

#[test]
fn an_error_of_a_file_says_what_was_done_and_why_it_failed() {
    let sandbox = Sandbox::new(SandboxOptions::new().file_bytes(1000)).unwrap();
    let mut session = sandbox.session().unwrap();
    session.write_file("d/full", "x".repeat(900)).unwrap();
    for (refusal, operation, errno, text) in [
        (
            session.write_file("a", "x".repeat(200)).unwrap_err(),
            "write",
            "ENOSPC",
            r#"cannot write "a" in the sandbox: no space left on device (ENOSPC)"#,
        ),
        (
            session.read_file("b").unwrap_err(),
            "read",
            "ENOENT",
            r#"cannot read "b" in the sandbox: no such file or directory (ENOENT)"#,
        ),
        (
            session.remove_file("c").unwrap_err(),
            "remove",
            "ENOENT",
            r#"cannot remove "c" in the sandbox: no such file or directory (ENOENT)"#,
        ),
    ] {
        assert_eq!((refusal.code(), refusal.to_string().as_str()), ("file", text));
        let details = serde_json::to_value(refusal.details()).unwrap();
        assert_eq!((&details["operation"], &details["errno"]), (&operation.into(), &errno.into()));
    }
}

#[test]
fn a_home_that_cannot_be_made_is_an_error_of_its_folder() {
    let refusal = Sandbox::new(SandboxOptions::new().home("/dev/null/home")).unwrap_err();
    assert_eq!(refusal.code(), "file");
    assert!(refusal.to_string().starts_with(r#"cannot create the folder "/dev/null/home""#), "{refusal}");
}

#[test]
fn options_are_the_same_after_json() {
    let options = SandboxOptions::new()
        .timeout(Duration::from_millis(1500))
        .grace(Duration::from_millis(20))
        .env_var("A", "é")
        .file("f", vec![0, 255])
        .deterministic(Deterministic::new().time(5.5).seed(7));
    let json = serde_json::to_string(&options).unwrap();
    assert_eq!(serde_json::from_str::<SandboxOptions>(&json).unwrap(), options);
    assert_eq!(serde_json::from_str::<SandboxOptions>("{}").unwrap(), SandboxOptions::default());
}

#[test]
fn a_deterministic_sandbox_does_the_same_twice() {
    let options = SandboxOptions::new().deterministic(Deterministic::default());
    let code = "import random, time, uuid, os, secrets, datetime, tempfile
start = time.perf_counter()
time.sleep(3600)
[random.random(), time.time(), str(uuid.uuid4()), os.urandom(4).hex(), secrets.token_hex(4),
 str(datetime.datetime.now()), time.perf_counter() - start, hash('text'), tempfile.mktemp(), {'a', 'b', 'c'}]";
    let sandbox = Sandbox::new(options.clone()).unwrap();
    let first = sandbox.execute(code).unwrap();
    let second = sandbox.execute(code).unwrap();
    assert_eq!(success(&first).final_repr, second.final_repr);
    assert!(first.metrics.run < Duration::from_secs(5), "its sleep is not real: {:?}", first.metrics.run);
    let repr = first.final_repr.unwrap();
    assert!(repr.contains("2026-01-01 01:00:00"), "{repr}");
    let other = Deterministic::new().seed(1);
    let third = run_in(options.deterministic(other), code);
    assert_ne!(third.final_repr.unwrap(), repr);
}

#[test]
fn threads_run_in_order_unless_the_option_says_otherwise() {
    let code = "import threading
done = []
threads = [threading.Thread(target=done.append, args=(n,)) for n in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
done";
    assert_eq!(success(&run_in(SandboxOptions::default(), code)).final_repr.as_deref(), Some("[0, 1, 2]"));
    let refused = run_in(SandboxOptions::new().threads(false), code);
    assert_eq!(error_of(&refused), ("RuntimeError", "can't start new thread"));
}
