//! Environment variables: those of Python, as the guide lists them, and those that packages read.

use std::collections::BTreeSet;

use terrarium_core::{ExecuteOptions, Sandbox, Value};
use terrarium_tests::{options, wheel};

use crate::support::success;

const GUIDE: &str = include_str!("../../../terrarium-core/guide/environment.md");

/// All that a variable of Python's can change.
const WITNESS: &str = "
import asyncio, faulthandler, io, os, sys, tempfile, tracemalloc, warnings
async def debugs(): return asyncio.get_running_loop().get_debug()
streams = [(one.encoding, one.errors, one.write_through) for one in (sys.stdin, sys.stdout, sys.stderr)]
def asserts():
    assert False
    return __debug__
try: asserts()
except AssertionError as error: frame = error.__traceback__.tb_next.tb_lineno
default = open(tempfile.mkstemp()[1]).encoding
[str(sys.flags), sys.path[1:], sys.warnoptions, [item[0] for item in warnings.filters], streams, frame, default,
 tracemalloc.is_tracing(), hash('a'), faulthandler.is_enabled(), os.cpu_count(), os.process_cpu_count(),
 sys.pycache_prefix, sys.dont_write_bytecode, sys.prefix, sys.get_int_max_str_digits(), os.getcwd() in sys.path,
 asyncio.run(debugs()), sys.breakpointhook is sys.__breakpointhook__, sys.gettrace()]";

/// A value, a program, and the value of its last expression without and with the variable.
const EFFECTS: [(&str, &str, &str, &str, &str); 15] = [
    (
        "PYTHONASYNCIODEBUG",
        "1",
        "import asyncio\nasync def f(): return asyncio.get_running_loop().get_debug()\nasyncio.run(f())",
        "False",
        "True",
    ),
    ("PYTHONBREAKPOINT", "sys.getrecursionlimit", "import sys\nisinstance(breakpoint(), int)", "", "True"),
    ("PYTHONDEVMODE", "1", "import sys\nsys.warnoptions", "[]", "['default']"),
    ("PYTHONDONTWRITEBYTECODE", "1", "import sys\nsys.dont_write_bytecode", "True", "True"),
    ("PYTHONFAULTHANDLER", "1", "import faulthandler\nfaulthandler.is_enabled()", "False", "True"),
    ("PYTHONINTMAXSTRDIGITS", "700", "import sys\nsys.get_int_max_str_digits()", "4300", "700"),
    (
        "PYTHONIOENCODING",
        "latin-1:replace",
        "import sys\nsys.stdout.encoding, sys.stdout.errors",
        "('utf-8', 'surrogateescape')",
        "('latin-1', 'replace')",
    ),
    ("PYTHONPATH", "here", "import os, sys\nf'{os.getcwd()}/here' in sys.path", "False", "True"),
    ("PYTHONPYCACHEPREFIX", "/tmp/c", "import sys\nsys.pycache_prefix", "None", "'/tmp/c'"),
    ("PYTHONSAFEPATH", "1", "import os, sys\nos.getcwd() in sys.path", "True", "False"),
    ("PYTHONTRACEMALLOC", "3", "import tracemalloc\ntracemalloc.is_tracing()", "False", "True"),
    ("PYTHONUNBUFFERED", "1", "import sys\nsys.stdout.write_through", "True", "True"),
    ("PYTHONWARNINGS", "error", "import sys\nsys.warnoptions", "[]", "['error']"),
    ("PYTHON_COLORS", "1", "import _colorize\n_colorize.can_colorize()", "False", "True"),
    ("PYTHON_CPU_COUNT", "5", "import os\nos.cpu_count(), os.process_cpu_count()", "(1, 1)", "(5, 5)"),
];

/// Returns the names in the first column of the table under a line of the guide.
fn listed(heading: &str) -> BTreeSet<&'static str> {
    let (_, table) = GUIDE.split_once(heading).unwrap();
    let rows = table.lines().skip_while(|line| !line.starts_with('|')).skip(2).take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').filter(|name| name.starts_with("PYTHON"))).collect()
}

fn shown(sandbox: &Sandbox, code: &str, env: Option<(&str, &str)>) -> String {
    sandbox.execute_with(code, ExecuteOptions::new().env(env)).unwrap().final_repr.unwrap_or_default()
}

#[test]
fn the_variables_that_the_guide_lists_take_effect() {
    let sandbox = Sandbox::new(options()).unwrap();
    for (name, value, code, without, with) in EFFECTS {
        if name != "PYTHONBREAKPOINT" {
            assert_eq!(shown(&sandbox, code, None), without, "{name}");
        }
        assert_eq!(shown(&sandbox, code, Some((name, value))), with, "{name}");
    }
    let tested: BTreeSet<&str> = EFFECTS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(listed("These take effect all the same:"), tested);
}

#[test]
fn the_others_change_nothing() {
    let sandbox = Sandbox::new(options()).unwrap();
    let names = listed("These have no effect:");
    assert!(names.len() > 30, "{names:?}");
    let usual = shown(&sandbox, WITNESS, None);
    assert!(usual.len() > 300, "{usual}");
    for name in names {
        assert_eq!(shown(&sandbox, WITNESS, Some((name, "1"))), usual, "{name}");
    }
    // The witness notices what the others do.
    for (name, value) in [("PYTHONIOENCODING", "ascii"), ("PYTHONDEVMODE", "1"), ("PYTHON_CPU_COUNT", "7")] {
        assert_ne!(shown(&sandbox, WITNESS, Some((name, value))), usual, "{name}");
    }
    for (name, value) in [("PYTHONTRACEMALLOC", "much"), ("PYTHONIOENCODING", "nonsense"), ("PYTHON_CPU_COUNT", "x")] {
        assert_eq!(shown(&sandbox, WITNESS, Some((name, value))), usual, "{name}");
    }
}

#[test]
fn output_has_the_encoding_that_the_variable_names() {
    let sandbox = Sandbox::new(options()).unwrap();
    let run = ExecuteOptions::new().env([("PYTHONIOENCODING", "utf-16-le:replace")]).stdin("a\0b\0");
    let result = sandbox.execute_with("print(input() + '\u{e9}')", run).unwrap();
    success(&result);
    assert_eq!(result.stdout, "a\0b\0\u{fffd}\0\n\0");
}

#[test]
fn a_package_of_an_image_sees_a_variable_that_the_program_sets_before_its_import() {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("keeper/__init__.py", "from keeper.reader import MODE\n"),
        ("keeper/reader.py", "import os\nMODE = os.environ.get('KEEPER_MODE')\n"),
        ("other.py", "import keeper\n"),
    ];
    wheel(dir.path(), "keeper", "1", &files, &[]);
    let options = options().package("keeper").package_source(dir.path().to_str().unwrap().to_owned());
    let sandbox = Sandbox::new(options).unwrap();
    let code = "
import os, sys, other
old = sys.modules['keeper']
os.environ['KEEPER'] = os.environ['OTHER_NAME'] = 'x'
same = sys.modules.get('keeper') is old and sys.modules.get('other') is not other
os.environ['KEEPER_MODE'] = 'new'
import keeper
os.environ['KEEPER_MODE'] = 'late'
[same, old.MODE, keeper.MODE, __import__('keeper').MODE]";
    let result = sandbox.execute(code).unwrap();
    let text = |text: &str| Value::Str(text.to_owned());
    let expected = vec![Value::Bool(true), Value::None, text("new"), text("new")];
    assert_eq!(success(&result).final_expression, Some(Value::List(expected)));
    // The same in the sandbox's own variables: those are there when the image is made.
    assert_eq!(shown(&sandbox, "import keeper; keeper.MODE", Some(("KEEPER_MODE", "given"))), "'given'");
}
