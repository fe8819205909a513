//! Programs that need a deep stack, from a thread with a tiny one: each ends as a Python exception or succeeds, and a
//! failure is a result. The host survives, and the next run works.

use std::{thread, time::Duration};

use terrarium_core::{ExecutionResult, Sandbox, Status};
use terrarium_tests::options;

use crate::support::{int, success};

/// The stack of the calling thread, as small as in some runtimes.
const SMALL: usize = 512 << 10;

const KILLERS: &[(&str, &str)] = &[
    ("nested JSON", "import json\njson.loads('[' * 100_000 + ']' * 100_000)"),
    ("nested JSON objects", "import json\njson.loads('{\"a\":' * 100_000)"),
    ("JSON of nested lists", "import json\nx = []\nfor _ in range(100_000): x = [x]\njson.dumps(x)"),
    ("a long sum", "eval('+'.join(['1'] * 100_000))"),
    ("minus signs", "eval('-' * 500_000 + '1')"),
    ("parentheses", "eval('(' * 100_000 + ')' * 100_000)"),
    ("a tree of syntax", "import ast\nast.parse('not ' * 100_000 + 'x')"),
    // Not deeper: CPython compares each list with all enclosing ones.
    ("repr", "x = []\nfor _ in range(20_000): x = [x]\nrepr(x)"),
    ("comparison", "x, y = [], []\nfor _ in range(200_000): x, y = [x], [y]\nx == y"),
    ("deletion", "x = []\nfor _ in range(200_000): x = [x]\ndel x"),
    ("deletion of tuples", "x = ()\nfor _ in range(200_000): x = (x,)\ndel x"),
    ("pickle", "import pickle\nx = []\nfor _ in range(200_000): x = [x]\npickle.dumps(x)"),
    ("copy", "import copy\nx = []\nfor _ in range(200_000): x = [x]\ncopy.deepcopy(x)"),
    ("marshal", "import marshal\nx = []\nfor _ in range(200_000): x = [x]\nmarshal.dumps(x)"),
    ("__getattr__", "class A:\n    def __getattr__(self, name): return getattr(self, name + 'x')\nA().a"),
    ("__getattr__ of itself", "class A:\n    def __getattr__(self, name): return self.b\nA().a"),
    ("__repr__", "class A:\n    def __repr__(self): return repr(self)\nrepr(A())"),
    ("__eq__", "class A:\n    def __eq__(self, other): return self == other\nA() == A()"),
    ("__del__", "class A:\n    def __del__(self): A()\nA()"),
    ("recursion", "def f(): return f()\nf()"),
    ("recursion through C", "def f(x): return sorted([1, 2], key=f)\nf(1)"),
    ("map", "x = iter([1])\nfor _ in range(100_000): x = map(int, x)\nlist(x)"),
    ("chain", "import itertools\nx = iter([1])\nfor _ in range(100_000): x = itertools.chain(x)\nlist(x)"),
    ("partial", "import functools\nf = print\nfor _ in range(100_000): f = functools.partial(f)\nf()"),
    ("generators", "def g(n):\n    if n: yield from g(n - 1)\n    yield n\nlist(g(50_000))"),
    (
        "exceptions",
        "e = None\nfor _ in range(50_000):\n    n = ValueError()\n    n.__context__ = e\n    e = n\nraise e",
    ),
    ("exception groups", "e = ValueError()\nfor _ in range(50_000): e = ExceptionGroup('x', [e])\nraise e"),
    ("a regular expression", "import re\nre.compile('(' * 50_000 + ')' * 50_000)"),
    ("isinstance", "x = int\nfor _ in range(100_000): x = (x,)\nisinstance('', x)"),
    ("hash", "x = ()\nfor _ in range(200_000): x = (x,)\nhash(x)"),
    (
        "abc",
        "import abc\nclass A(abc.ABC):\n    @classmethod\n    def __subclasshook__(cls, c): return issubclass(c, A)\nissubclass(int, A)",
    ),
];

fn from_a_small_thread(sandbox: &Sandbox, code: &str) -> ExecutionResult {
    thread::scope(|scope| {
        let run = || sandbox.execute(code).unwrap();
        thread::Builder::new().stack_size(SMALL).spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

fn generous() -> Sandbox {
    Sandbox::new(options().timeout(Duration::from_secs(60))).unwrap()
}

#[test]
fn a_program_that_needs_a_deep_stack_fails_in_python_or_succeeds() {
    let sandbox = generous();
    let next = |name: &str| {
        let result = from_a_small_thread(&sandbox, "def f(n): return n and f(n - 1)\nf(500) + 42");
        assert_eq!(success(&result).final_expression, int(42), "after {name}");
    };
    let mut faults = Vec::new();
    for (name, code) in KILLERS {
        let result = from_a_small_thread(&sandbox, code);
        match (result.status, &result.error) {
            (Status::Success, _) => {}
            (Status::Error | Status::MemoryExceeded, Some(_)) => {}
            (status, error) => faults.push(format!("{name}: {status:?} {error:?}")),
        }
        next(name);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn recursion_without_a_limit_is_a_result() {
    let sandbox = generous();
    for code in [
        "def f(): return f()",
        "def f(): return sorted([1], key=lambda x: f())",
        "class A:\n    def __getattr__(self, name): return getattr(self, name)\ndef f(): A().x",
    ] {
        let result = from_a_small_thread(&sandbox, &format!("import sys\nsys.setrecursionlimit(10**9)\n{code}\nf()"));
        assert_ne!(result.status, Status::Success);
        assert!(result.error.is_some(), "{code}: {result:?}");
        assert_eq!(from_a_small_thread(&sandbox, "6 * 7").final_expression, int(42));
    }
}

#[test]
fn a_session_outlives_what_python_can_refuse() {
    let sandbox = generous();
    let mut session = sandbox.session().unwrap();
    session.execute("kept = 41").unwrap();
    thread::Builder::new()
        .stack_size(SMALL)
        .spawn(move || {
            for (name, code) in KILLERS.iter().filter(|(name, _)| name.starts_with("recursion") || name.contains("__"))
            {
                let result = session.execute(code).unwrap();
                assert!(!result.session_lost, "{name}: {:?}", result.error);
                assert_eq!(session.execute("kept + 1").unwrap().final_expression, int(42), "{name}");
            }
        })
        .unwrap()
        .join()
        .unwrap();
}
