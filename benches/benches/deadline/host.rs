//! The host's own work: what it does before a run, with the guest's output, and after a run.

use std::{
    thread,
    time::{Duration, Instant},
};

use terrarium_core::{CancelHandle, ExecuteOptions, Image, ImageOptions, Packages, Sandbox, SandboxOptions, Value};

use super::{
    Add,
    guest::CORPUS,
    measure::{stop, word},
};

/// The name of the group.
const HOST: &str = "host";

/// Programs whose results are work for the host. Each ends about at its deadline, which `limit` is.
const OUTPUTS: [(&str, &str); 17] = [
    ("result_of_small_numbers", "[1] * {size}"),
    ("result_of_numbers", "list(range({size}))"),
    ("result_of_texts", "['abc'] * {size}"),
    ("result_of_lists", "[[] for _ in range({size})]"),
    ("result_of_dicts", "[{{'a': 1}}] * ({size} // 4)"),
    ("result_of_one_text", "'é' * ({size} * 10)"),
    ("result_of_bytes", "bytes({size} * 20)"),
    ("result_of_a_big_number", "1 << ({size} * 100)"),
    ("result_of_a_deep_list", "x = []\nfor _ in range({size} // 10): x = [x]\nx"),
    ("result_of_objects", "[object() for _ in range({size})]"),
    ("displays", "from IPython.display import display, HTML\nwhile True: display(HTML('<b>a</b>' * ({size} // 1000)))"),
    ("one_display", "from IPython.display import HTML\nHTML('<b>a</b>' * {size})"),
    ("files_many", "for n in range(9000):\n    with open(f'{{n}}', 'w') as f: f.write('a' * 10000)\nwhile True: pass"),
    ("files_large", "open('a', 'wb').write(bytes(90_000_000))\nwhile True: pass"),
    ("files_holes", "for n in range(80):\n    with open(f'{{n}}', 'w') as f: f.truncate(1_000_000)\nwhile True: pass"),
    ("stdout_large", "while True: print('a' * 10_000)"),
    ("stdout_not_text", "import os\nwhile True: os.write(1, bytes(range(256)) * 100)"),
];

/// Measures every case.
pub(crate) fn measure(timeout: Duration, add: Add<'_>) {
    let sandbox = Sandbox::new(SandboxOptions::new().timeout(timeout)).expect("a sandbox");
    for (name, code) in OUTPUTS {
        // Sizes with which the program ends before, about at, and after the deadline.
        for (part, size) in [("", 300_000), ("_larger", 1_500_000), ("_largest", 6_000_000)] {
            if code.contains("{size}") || part.is_empty() {
                let code = code.replace("{size}", &size.to_string()).replace("{{", "{").replace("}}", "}");
                add(HOST, &format!("{name}{part}"), &mut || {
                    stop(timeout, || run(&sandbox, &code, ExecuteOptions::new()))
                });
            }
        }
    }
    inputs(timeout, &sandbox, add);
    streams(timeout, &sandbox, add);
    sessions(timeout, &sandbox, add);
    packages(add);
}

fn run(sandbox: &Sandbox, code: &str, options: ExecuteOptions) -> String {
    word(sandbox.execute_with(code, options).expect("a result").status).to_owned()
}

/// The inputs of a run.
fn inputs(timeout: Duration, sandbox: &Sandbox, add: Add<'_>) {
    const ENDLESS: &str = "while True: pass";
    let numbers = Value::from((0..2_000_000_i64).map(Value::Int).collect::<Vec<_>>());
    add(HOST, "input_of_numbers", &mut || {
        let options = ExecuteOptions::new().input("x", numbers.clone());
        stop(timeout, || run(sandbox, ENDLESS, options))
    });
    let text = "é".repeat(40_000_000);
    add(HOST, "input_of_text", &mut || {
        let options = ExecuteOptions::new().input("x", Value::from(text.as_str()));
        stop(timeout, || run(sandbox, ENDLESS, options))
    });
    let content = vec![b'a'; 90_000_000];
    add(HOST, "file_put_in", &mut || {
        let options = ExecuteOptions::new().file("a", content.clone());
        stop(timeout, || run(sandbox, ENDLESS, options))
    });
    add(HOST, "files_put_in", &mut || {
        let options =
            (0..9000).fold(ExecuteOptions::new(), |options, n| options.file(format!("{n}"), vec![b'a'; 9000]));
        stop(timeout, || run(sandbox, ENDLESS, options))
    });
    add(HOST, "standard_input", &mut || {
        let options = ExecuteOptions::new().stdin(content.clone());
        stop(timeout, || run(sandbox, "import sys\nfor _ in sys.stdin: pass\nwhile True: pass", options))
    });
    let code = format!("x = [\n{}]\n", "1,\n".repeat(5_000_000));
    add(HOST, "long_code", &mut || stop(timeout, || run(sandbox, &code, ExecuteOptions::new())));
    add(HOST, "environment", &mut || {
        let options = (0..4000).fold(ExecuteOptions::new(), |options, n| options.env_var(format!("A{n}"), "a"));
        stop(timeout, || run(sandbox, ENDLESS, options))
    });
}

/// Listeners, and the handle that cancels.
fn streams(timeout: Duration, sandbox: &Sandbox, add: Add<'_>) {
    const FLOOD: &str = "while True: print('a' * 1000)";
    // A call of the listener that has begun is waited for, however long it takes: that is the listener's own time.
    add(HOST, "slow_listener", &mut || {
        let options = ExecuteOptions::new().on_stdout(|_| thread::sleep(Duration::from_millis(20)));
        stop(timeout, || run(sandbox, FLOOD, options))
    });
    for (name, code) in [("cancel_a_loop", "while True: pass"), ("cancel_a_sort", "sorted(range(10**7), key=str)")] {
        add(HOST, name, &mut || {
            let handle = CancelHandle::new();
            let options = ExecuteOptions::new().timeout(Duration::from_secs(100)).cancel(handle.clone());
            thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(timeout);
                    handle.cancel();
                });
                stop(timeout, || run(sandbox, code, options))
            })
        });
    }
}

/// The ends of sessions, which have no deadline: all of their time is the delay.
fn sessions(timeout: Duration, sandbox: &Sandbox, add: Add<'_>) {
    let session_with = |code: &str| {
        let mut session = sandbox.session().expect("a session");
        session.execute_with(code, ExecuteOptions::new().timeout(Duration::from_secs(100))).expect("a result");
        session
    };
    for (name, code) in [
        ("close_a_session", "x = [[n] for n in range(2_000_000)]"),
        ("close_a_session_with_bytes", "x = bytearray(400_000_000)"),
        ("close_a_session_with_files", "open('a', 'wb').write(bytes(90_000_000))"),
    ] {
        add(HOST, name, &mut || {
            let session = session_with(code);
            stop(Duration::ZERO, || {
                drop(session);
                "closed".to_owned()
            })
        });
    }
    add(HOST, "reset_a_session", &mut || {
        let mut session = session_with("x = [[n] for n in range(2_000_000)]");
        stop(Duration::ZERO, || session.reset().map_or_else(|error| error.to_string(), |()| "reset".to_owned()))
    });
    add(HOST, "session_after_a_forced_stop", &mut || {
        let mut session = session_with("x = bytearray(300_000_000)");
        stop(timeout, || word(session.execute("sum(iter(int, 1))").expect("a result").status).to_owned())
    });
}

/// Packages and images, in a cache folder without any.
fn packages(add: Add<'_>) {
    let limit = Duration::from_secs(2);
    for (name, code) in
        [("compile_packages", "import pandas\nwhile True: pass"), ("compile_a_package", "import lxml.etree")]
    {
        add(HOST, name, &mut || {
            let cache = tempfile::tempdir().expect("a folder");
            Sandbox::new(SandboxOptions::new().cache_dir(cache.path())).expect("the bare image");
            let options = SandboxOptions::new().packages(Packages::Auto).package_source(CORPUS);
            let sandbox = Sandbox::new(options.preload(false).cache_dir(cache.path()).timeout(limit));
            let sandbox = sandbox.expect("a sandbox");
            let stopped = stop(limit, || run(&sandbox, code, ExecuteOptions::new()));
            settle(cache);
            stopped
        });
    }
    for (name, packages, prepare) in [
        ("image_whose_code_loops", &[][..], "while True: pass"),
        ("image_whose_code_ignores", &[], "while True:\n  try:\n    while True: pass\n  except BaseException: pass"),
        ("image_with_packages", &["numpy", "pandas"], ""),
    ] {
        add(HOST, name, &mut || {
            let cache = tempfile::tempdir().expect("a folder");
            Sandbox::new(SandboxOptions::new().cache_dir(cache.path())).expect("the bare image");
            let options = packages.iter().fold(ImageOptions::new(), |options, name| options.package(*name));
            let options = options.package_source(CORPUS).prepare(prepare).cache_dir(cache.path()).timeout(limit);
            let stopped = stop(limit, || match Image::build(options) {
                Ok(_) => "made".to_owned(),
                Err(_) => "timeout".to_owned(),
            });
            settle(cache);
            stopped
        });
    }
}

/// Waits until compiling in the background has ended, so that it does not slow the next measurement.
fn settle(cache: tempfile::TempDir) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(120)
        && std::fs::read_dir("/proc/self/task").is_ok_and(|tasks| {
            tasks.flatten().any(|task| {
                std::fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.starts_with("terrarium-image"))
            })
        })
    {
        thread::sleep(Duration::from_millis(200));
    }
    drop(cache);
}
