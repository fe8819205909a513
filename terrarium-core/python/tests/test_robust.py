"""Changes of the interpreter by programs do not break the harness."""

import pytest

VANDALS = {
    "builtins are None": "import builtins\nfor n in list(vars(builtins)):\n"
    "    if n not in ('__import__', '__build_class__'): builtins.__dict__[n] = None",
    "builtins are gone": "import builtins\nvars(builtins).clear()",
    "import is None": "import builtins\nbuiltins.__import__ = None",
    "type checks lie": "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.type = lambda *a: str\nbuiltins.len = lambda x: 0",
    "modules are gone": "import sys\nsys.modules.clear()",
    "modules is another": "import sys\nsys.modules = {}",
    "modules is None": "import sys\nsys.modules = None",
    "module os is gone": "import sys\ndel sys.modules['os'], sys.modules['io'], sys.modules['_terrarium']",
    "no finders": "import sys\nsys.meta_path.clear(); sys.path_hooks.clear(); sys.path_importer_cache.clear()",
    "no path": "import sys\nsys.path = None; sys.meta_path = None",
    "os functions are None": "import os\nfor n in ('write', 'writev', 'fspath', 'stat', 'getcwd', 'chdir'): setattr(os, n, None)",
    "posix functions are None": "import posix\nposix.writev = posix.write = None",
    "json is None": "import json, sys\njson.dumps = json.loads = None",
    "traceback is None": "import traceback\ntraceback.TracebackException = traceback.StackSummary = None",
    "linecache raises": "import linecache\nlinecache.getline = linecache.checkcache = None; linecache.cache = None",
    "a module shadows": "import sys, types\nfor n in ('traceback', 'linecache', 'json', 'binascii', 'math'): sys.modules[n] = types.ModuleType(n)",
    "recursion limit": "import sys\nsys.setrecursionlimit(30)",
    "tracing": "import sys\ndef t(*a): raise RuntimeError\nsys.setprofile(lambda *a: None)",
    "main is gone": "import sys\ndel sys.modules['__main__']",
    "main is another": "import sys\nsys.modules['__main__'] = 5",
    "globals are gone": "keep = 1\nglobals().clear()",
    "builtins name is gone": "del __builtins__",
    "excepthook": "import sys\ndef h(*a): raise SystemExit(1)\nsys.excepthook = sys.unraisablehook = sys.displayhook = h",
    "argv is gone": "import sys\ndel sys.argv",
    "int digits": "import sys\nsys.set_int_max_str_digits(640)",
    "no collector": "import gc\ngc.disable(); gc.set_threshold(0)\ngc.callbacks.append(lambda *a: 1/0)",
    "signal handler": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)",
    "atexit raises": "import atexit\natexit.register(lambda: 1/0); atexit.register(exit)",
    "current directory is gone": "import os, tempfile\nd = tempfile.mkdtemp(); os.chdir(d); os.rmdir(d)",
    "environment is gone": "import os\nos.environ.clear(); os.environ = None",
    "warnings are errors": "import warnings\nwarnings.simplefilter('error')",
    "the local file json.py": "open('json.py', 'w').write('1/0'); open('traceback.py', 'w').write('1/0')",
}


@pytest.mark.parametrize("name", VANDALS)
def test_the_value_comes_out(harness, name):
    result = harness.run(VANDALS[name] + "\n(1, {2: 3})").ok()
    assert result.final == {"$type": "tuple", "items": [1, {"$type": "dict", "items": [[2, 3]]}]}
    assert result.repr == "(1, {2: 3})"


@pytest.mark.parametrize("name", VANDALS)
def test_the_error_comes_out(harness, name):
    result = harness.run(VANDALS[name] + "\n(1).missing")
    assert result.error["type"] == "AttributeError"
    assert result.error["message"] == "'int' object has no attribute 'missing'"
    assert result.error["line"] == VANDALS[name].count("\n") + 2
    if "module shadows" not in name:
        assert result.traceback.startswith('Traceback (most recent call last):\n  File "main.py", line')
        assert "    (1).missing\n" in result.traceback


@pytest.mark.parametrize("name", VANDALS)
def test_a_session_answers_the_next_call(harness, name):
    results = harness.session(VANDALS[name], "1 + 1", "(2, 3)", "1 +", {"call": "check", "code": "1"})
    assert (results[1].ok().final, results[1].repr) == (2, "2")
    assert results[2].ok().repr == "(2, 3)"
    assert results[3].error["type"] == "SyntaxError"
    assert results[4].response == {"complete": "complete"}


def test_a_session_keeps_what_the_program_changed(harness):
    results = harness.session(
        "import builtins, sys\nbuiltins.print = len\nsys.modules['fake'] = 5\n1/0",
        "import fake, sys\n[print('abc'), fake]",
    )
    assert results[1].ok().final == [3, 5]


def test_the_recursion_limit_of_a_session_stays(harness):
    results = harness.session(
        "import sys\nsys.setrecursionlimit(5000)",
        "sys.getrecursionlimit()",
        "sys.setrecursionlimit(60)",
        "sys.getrecursionlimit()",
    )
    assert [results[1].final, results[3].final] == [5000, 60]


def test_a_fresh_run_is_not_touched_by_an_earlier_one(harness):
    calls = [
        ("execute", {"code": "import sys\nsys.setrecursionlimit(5000)"}, ""),
        ("execute", {"code": "import sys\nsys.getrecursionlimit()"}, ""),
    ]
    assert b'"repr":"1000"' in harness.calls(calls)[1]["answer"]


def test_warnings_point_at_the_program(harness):
    result = harness.run("import warnings\ndef f(): warnings.warn('w', stacklevel=2)\nf()")
    assert result.stderr.startswith("main.py:3: UserWarning: w\n")


def test_syntax_warnings_are_printed_once(harness):
    result = harness.run("x = 1\nx is 1")
    assert result.stderr.count("SyntaxWarning") == 1
    assert result.stderr.startswith("main.py:2: SyntaxWarning")


def test_garbage_of_a_run_does_not_stay(harness):
    code = "import gc, weakref\nclass C: pass\nc = C()\nc.me = c\n"
    calls = [
        ("execute", {"code": code + "c\n1/0"}, ""),
        ("execute", {"code": "import gc\ngc.collect()\n[o for o in gc.get_objects() if type(o).__name__ == 'C']"}, ""),
    ]
    assert b'"repr":"[]"' in harness.calls(calls)[1]["answer"]


@pytest.mark.native
def test_thousand_runs_of_a_session_do_not_grow(harness):
    measure = "import resource\nresource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
    results = harness.session(*(["x = 1\nx"] * 300), measure, *(["def f(): return 1\nf()"] * 1500), measure)
    assert results[-1].final - results[300].final < 6000
