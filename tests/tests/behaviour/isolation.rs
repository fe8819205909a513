//! Fresh runs see nothing of each other, although they use the same instances: after any program, the next one finds
//! the interpreter that it would find in a new process.

use std::{collections::BTreeMap, path::Path, time::Duration};

use terrarium_core::{
    Deterministic, ExecuteOptions, Image, ImageOptions, Sandbox, SandboxOptions, Session, Status, Value,
};
use terrarium_tests::{Job, Step, options, programs, run_job};

use crate::support::{probe, success};

const WITNESS: &str = include_str!("../../programs/witness.py");

/// Programs that change something that the next program could see, each in another way.
const DIRTY: &[(&str, &str)] = &[
    ("nothing", ""),
    ("an error", "1 / 0"),
    ("a syntax error", "def"),
    ("an exit", "raise SystemExit(7)"),
    (
        "open files",
        "kept = [open(f'f{n}', 'w') for n in range(50)]\nimport sys\nsys.kept = kept\nimport os\nos.pipe(); os.open('/dev/null', 0)",
    ),
    (
        "files everywhere",
        "import os\nopen('/tmp/secret', 'w').write('x')\nos.makedirs('a/b')\nos.chmod('.', 0o700)\nos.symlink('/tmp', 'link')",
    ),
    (
        "threads",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(0.01,)).start()\nthreading.Thread(target=print, daemon=True).start()\nthreading.setprofile(lambda *a: None)\nthreading.stack_size(1 << 20)",
    ),
    (
        "the environment",
        "import os\nos.environ['SECRET'] = 'x'\nos.environ.pop('HOME')\nos.putenv('A', 'b')\nos.umask(0o777)\nos.chdir('/tmp')",
    ),
    (
        "modules",
        "import sys, types, json\nsys.modules['os'] = types.ModuleType('os')\nsys.modules['extra'] = json\ndel sys.modules['re']\nsys.path.insert(0, '/tmp')\nsys.meta_path.clear()\nsys.path_hooks.clear()",
    ),
    (
        "builtins",
        "import builtins\nbuiltins.len = lambda x: 42\nbuiltins.secret = 1\nbuiltins.print = None\nbuiltins.__build_class__ = None",
    ),
    ("cleared builtins", "import builtins\nvars(builtins).clear()"),
    (
        "the standard library",
        "import json, os, io, warnings, re\njson.loads = lambda *a: 'x'\nos.getcwd = lambda: '/secret'\nio.open = None\nwarnings.warn = None\nre._cache.clear()\nos.fspath.__doc__",
    ),
    (
        "garbage collection",
        "import gc\ngc.disable()\ngc.set_threshold(1, 1, 1)\ngc.callbacks.append(print)\ngc.garbage.append(object())\ngc.unfreeze()",
    ),
    ("frozen objects", "import gc\nx = [[] for _ in range(1000)]\ngc.freeze()\ngc.set_debug(gc.DEBUG_SAVEALL)"),
    (
        "signals",
        "import signal\nfor n in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):\n    signal.signal(n, signal.SIG_IGN)\nsignal.set_wakeup_fd(-1)",
    ),
    (
        "a pending signal",
        "import signal, os\nsignal.signal(signal.SIGTERM, lambda *a: None)\nsignal.raise_signal(signal.SIGTERM)",
    ),
    (
        "exit handlers",
        "import atexit, weakref\natexit.register(print, 'late')\nclass A: pass\nkept = A()\nweakref.finalize(kept, print, 'final')",
    ),
    ("an exit handler that fails", "import atexit\natexit.register(lambda: 1 / 0)\natexit.register(open, 'late', 'w')"),
    (
        "the locale",
        "import locale\nlocale.setlocale(locale.LC_ALL, 'C')\nlocale._override_localeconv = {'decimal_point': ','}",
    ),
    (
        "own memory",
        "import ctypes\nx = bytearray(b'x' * 4096)\nctypes.memset(id(x), 0xff, 8)\nctypes.memset((ctypes.c_char * 4096).from_buffer(bytearray(4096)), 1, 4096)",
    ),
    (
        "constants",
        "import ctypes\nctypes.c_uint32.from_address(id(7) + 12).value = 99\nctypes.c_uint32.from_address(id('a') + 16).value = 98",
    ),
    ("recursion", "def f(): return f()\ntry: f()\nexcept RecursionError: pass\nimport sys\nsys.setrecursionlimit(77)"),
    (
        "a high recursion limit",
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return n and f(n - 1)\ntry: f(50_000)\nexcept RecursionError: pass",
    ),
    ("memory", "x = [bytearray(1 << 20) for _ in range(100)]"),
    ("no memory", "x = bytearray(10**9)"),
    (
        "small objects",
        "import sys\nsys.kept = [(n, str(n), [n]) for n in range(20_000)]\nfor n in range(5000): sys.intern(f'name{n}')",
    ),
    (
        "exceptions through C",
        "def bad(x): raise KeyError(x)\nfor _ in range(100):\n    try: list(map(bad, [1]))\n    except KeyError: pass\nsorted([2, 1], key=bad)",
    ),
    (
        "generators",
        "def f():\n    try: yield 1\n    finally: print('end')\nimport sys\nsys.kept = [f() for _ in range(5)]\n[next(g) for g in sys.kept]",
    ),
    (
        "coroutines",
        "import asyncio\nasync def f(): await asyncio.sleep(100)\nasync def main():\n    asyncio.create_task(f())\nawait main()\nasyncio.set_event_loop(asyncio.new_event_loop())",
    ),
    (
        "hooks",
        "import sys\nsys.excepthook = sys.displayhook = sys.unraisablehook = print\nsys.addaudithook(lambda *a: None)\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    ),
    (
        "settings of sys",
        "import sys\nsys.setswitchinterval(1)\nsys.set_int_max_str_digits(0)\nsys.dont_write_bytecode = True\nsys.argv = ['x']\nsys.warnoptions.append('error')\nsys.ps1 = '?'",
    ),
    ("warnings", "import warnings\nwarnings.simplefilter('error')\nwarnings.showwarning = print\nwarnings.warn('x')"),
    (
        "decimals",
        "import decimal\ndecimal.getcontext().prec = 3\ndecimal.DefaultContext.prec = 4\ndecimal.setcontext(decimal.ExtendedContext)",
    ),
    ("seeds", "import random\nrandom.seed(1)\nrandom.random = lambda: 0.5"),
    ("the time zone", "import os, time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()\ntime.localtime()"),
    ("closed descriptors", "import os\nfor n in range(200):\n    try: os.close(n)\n    except OSError: pass"),
    (
        "replaced descriptors",
        "import os\nf = os.open('f', os.O_CREAT | os.O_RDWR)\nfor n in range(3): os.dup2(f, n)\nos.set_blocking(0, False)",
    ),
    (
        "replaced streams",
        "import sys, io\nsys.stdout = sys.stderr = io.StringIO()\nsys.stdin.close()\nsys.__stdout__.reconfigure(encoding='latin-1', errors='replace')",
    ),
    (
        "types",
        "class Meta(type): pass\nimport collections, abc\ncollections.abc.Sized.register(Meta)\nabc._get_dump = None\nint.__subclasses__()\nclass X(int): pass",
    ),
    ("codecs", "import codecs\ncodecs.register(lambda name: None)\ncodecs.register_error('secret', lambda e: ('', 0))"),
    ("contexts", "import contextvars\nv = contextvars.ContextVar('v')\nv.set('secret')"),
    (
        "regular expressions",
        "import re\nfor n in range(600): re.compile(f'secret{n}')\nre.match('(a|b)*c', 'ab' * 1000)",
    ),
    ("a callback", "import ctypes\nf = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)\nf()"),
    (
        "sqlite",
        "import sqlite3\ndb = sqlite3.connect('x.db')\ndb.execute('create table t(x)')\nsqlite3.register_adapter(int, str)",
    ),
    ("an exit of the process", "import os\nos._exit(0)"),
    ("a crash", "import ctypes\nctypes.memset(16, 255, 20_000_000)"),
    ("an abort", "import os\nos.abort()"),
    (
        "the harness",
        "import sys\nfor name in list(sys.modules):\n    if name.startswith('_terrarium'):\n        for key in list(vars(sys.modules[name])): vars(sys.modules[name])[key] = None",
    ),
    ("a timeout", "while True: pass"),
    ("a stubborn timeout", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
];

/// Makes a sandbox whose instances no other test uses, so that each program gets the instance of the one before.
fn alone(options: SandboxOptions) -> Sandbox {
    let base = Image::build(ImageOptions::default()).unwrap();
    Sandbox::on_image(Image::open(&base.info().path).unwrap(), options).unwrap()
}

/// Fixes everything that the program does not cause, so that the whole memory can be compared.
fn fixed() -> SandboxOptions {
    options().deterministic(Deterministic::default()).timeout(Duration::from_secs(20))
}

/// Returns options with which the witness reads all of the memory that an interpreter starts with.
fn witness() -> ExecuteOptions {
    let size = Image::build(ImageOptions::default()).unwrap().info().memory;
    let inputs = BTreeMap::from([("size".to_owned(), Value::Int(size.try_into().unwrap()))]);
    ExecuteOptions::new().inputs(inputs)
}

/// Returns the witness's report in a process in which nothing ran before.
fn in_a_new_process(options: &SandboxOptions, execute: &ExecuteOptions) -> String {
    let step = Step { code: WITNESS.to_owned(), options: execute.clone(), ..Step::default() };
    let job = Job { options: options.clone(), steps: vec![step], ..Job::default() };
    let report = run_job(probe(), &job, &[], Duration::from_secs(120));
    assert!(report.is_healthy(), "{:?} {:?} {}", report.ending, report.errors, report.stderr);
    said(&success(&report.results[0].0).stdout).to_owned()
}

fn said(text: &str) -> &str {
    assert!(text.lines().count() > 25, "{text}");
    text
}

/// Compares reports by lines.
#[track_caller]
fn assert_same(now: &str, expected: &str, after: &str) {
    if now != expected {
        let differing = now.lines().zip(expected.lines()).filter(|(now, expected)| now != expected);
        let shown: Vec<String> =
            differing.map(|(now, expected)| format!("  is  {now:.1500}\n  was {expected:.1500}")).collect();
        panic!("after {after}:\n{}", shown.join("\n"));
    }
}

#[test]
fn whatever_a_program_did_the_next_finds_the_interpreter_of_a_new_process() {
    let sandbox = alone(fixed());
    let execute = witness();
    let expected = in_a_new_process(&fixed(), &execute);
    for (name, code) in DIRTY {
        let timeout = name.contains("timeout").then_some(Duration::from_millis(50));
        let dirty = ExecuteOptions::new().timeout(timeout).stdin("secret");
        // Twice, so that it also runs in the instance of the witness.
        for _ in 0..2 {
            sandbox.execute_with(code, dirty.clone()).unwrap();
            let result = sandbox.execute_with(WITNESS, execute.clone()).unwrap();
            assert_same(said(&success(&result).stdout), &expected, name);
        }
    }
}

#[test]
fn the_programs_of_these_tests_leave_nothing_to_the_next() {
    let sandbox = alone(fixed());
    let execute = witness();
    let expected = in_a_new_process(&fixed(), &execute);
    for folder in ["pass", "fail"] {
        for program in programs(folder).iter().filter(|program| program.timeout.is_none()) {
            sandbox.execute_with(&program.source, program.execute_options()).unwrap();
            let result = sandbox.execute_with(WITNESS, execute.clone()).unwrap();
            assert_same(said(&success(&result).stdout), &expected, &program.name);
        }
    }
}

#[test]
fn what_one_sandbox_is_given_another_of_the_same_image_does_not_see() {
    let base = Image::build(ImageOptions::default()).unwrap();
    let image = Image::open(&base.info().path).unwrap();
    let expected = in_a_new_process(&fixed(), &witness());
    let plain = Sandbox::on_image(image.clone(), fixed()).unwrap();
    let rich = fixed()
        .env_var("SECRET", "sandbox")
        .file("secret.txt", "sandbox")
        .arg("secret")
        .home("/home/secret")
        .threads(false)
        .deterministic(Deterministic::new().seed(77).time(1e9));
    let rich = Sandbox::on_image(image, rich).unwrap();
    let given = ExecuteOptions::new()
        .env_var("SECRET", "run")
        .file("given.txt", "run")
        .input("secret", Value::from(1))
        .arg("run")
        .stdin("secret")
        .filename("secret.py")
        .store_last(true);
    for _ in 0..3 {
        let code = "import os, sys\nassert os.environ['SECRET'] == 'run' and secret and sys.argv[1:] == ['run']\n42";
        success(&rich.execute_with(code, given.clone()).unwrap());
        let result = plain.execute_with(WITNESS, witness()).unwrap();
        assert_same(said(&success(&result).stdout), &expected, "a run of another sandbox");
    }
}

#[test]
fn a_session_starts_as_if_nothing_had_run() {
    let sandbox = alone(fixed());
    let run = |session: &mut Session| {
        let result = session.execute_with(WITNESS, witness()).unwrap();
        said(&success(&result).stdout).to_owned()
    };
    let expected = run(&mut sandbox.session().unwrap());
    // The instances are those of fresh runs, which another test checks in every case.
    for (name, code) in DIRTY.iter().filter(|(name, _)| !name.contains("timeout")).step_by(5) {
        sandbox.execute(code).unwrap();
        let mut session = sandbox.session().unwrap();
        assert_same(&run(&mut session), &expected, name);
    }
    let mut session = sandbox.session().unwrap();
    session.execute("secret = 1\nimport sys\nsys.secret = 1").unwrap();
    session.reset().unwrap();
    assert_same(&run(&mut session), &expected, "a reset");
}

#[test]
fn files_of_a_run_are_not_there_in_the_next() {
    let sandbox = alone(options());
    let code = "import os\nbefore = sorted(os.listdir('.') + os.listdir('/tmp'))\nopen('a', 'w').write('x')\nopen('/tmp/b', 'w').write('x')\nos.chmod('a', 0)\nbefore";
    for _ in 0..3 {
        let result = sandbox.execute_with(code, ExecuteOptions::new().file("given", "x")).unwrap();
        assert_eq!(success(&result).final_repr.as_deref(), Some("['given']"));
        assert_eq!(result.output_files.keys().collect::<Vec<_>>(), ["a"]);
    }
    assert!(!Path::new("/tmp/b").exists());
}

#[test]
fn many_threads_that_share_instances_get_only_their_own() {
    let sandbox = alone(options());
    std::thread::scope(|scope| {
        for thread in 0..8_i64 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                for turn in 0..100 {
                    let secret = thread * 1000 + turn;
                    let code = format!(
                        "import sys, builtins, os\nassert not hasattr(builtins, 'secret') and not hasattr(sys, 'secret'), sys.secret\n\
                         assert os.listdir() == ['mine'] and open('mine').read() == '{secret}'\n\
                         builtins.secret = sys.secret = {secret}\nopen('left', 'w').write('{secret}')\nprint(sys.secret)"
                    );
                    let result = sandbox.execute_with(&code, ExecuteOptions::new().file("mine", secret.to_string())).unwrap();
                    assert_eq!(result.status, Status::Success, "{:?}", result.error);
                    assert_eq!(result.stdout, format!("{secret}\n"));
                }
            });
        }
    });
}
