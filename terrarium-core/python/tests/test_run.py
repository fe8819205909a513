"""How programs run: as `__main__`, with the value of the last expression, with what the host hands in."""

import json

import pytest


def test_the_last_expression_is_the_final_value(harness):
    result = harness.run("1 + 1").ok()
    assert (result.final, result.repr, result.stdout, result.stderr) == (2, "2", "", "")


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("x = 1 + 1; x", 2),
        ("'docstring'", "docstring"),
        ("x = 1\n'text'", "text"),
        ("None", None),
        ("x = None\nx", None),
        ("(lambda: 5)()", 5),
        ("5;", 5),
        ("[i for i in range(3)]", [0, 1, 2]),
        ("'a'\n\n# a comment\n", "a"),
        ("f'{1}'", "1"),
        ("(x := 3)", 3),
        ("1 if True else 2", 1),
    ],
)
def test_values_of_last_expressions(harness, code, value):
    result = harness.run(code).ok()
    assert result.response["repr"] is not None
    assert result.final == value


@pytest.mark.parametrize(
    "code",
    [
        "",
        "\n\n",
        "# only a comment",
        "x = 2",
        "print(1)",
        "def f(): 5",
        "[].append(1)",
        "import os",
        "if 1:\n  5",
        "pass",
    ],
)
def test_programs_without_a_final_value(harness, code):
    result = harness.run(code).ok()
    assert result.response["repr"] is None
    assert result.repr is None
    assert result.document == {}


def test_runs_as_main(harness):
    result = harness.run(
        "import sys, types\n"
        "class C: pass\n"
        "[__name__, __file__, sys.modules['__main__'].C is C, C.__module__, type(sys.modules['__main__']).__name__, __doc__]"
    ).ok()
    assert result.final == ["__main__", "main.py", True, "__main__", "module", None]


def test_the_docstring_is_kept(harness):
    assert harness.run('"""What it does."""\nx = 1\n__doc__').final == "What it does."
    assert harness.session('"""Alone."""', "__doc__")[1].final == "Alone."


def test_pickle_dataclasses_and_type_hints_find_main(harness):
    result = harness.run(
        "from __future__ import annotations\n"
        "import pickle, dataclasses, typing\n"
        "@dataclasses.dataclass\n"
        "class P:\n"
        "    x: int\n"
        "    y: 'P | None' = None\n"
        "[pickle.loads(pickle.dumps(P(3))).x, typing.get_type_hints(P)['x'].__name__]"
    ).ok()
    assert result.final == [3, "int"]


def test_inspect_getsource_works(harness):
    code = "import inspect\ndef f(a):\n    # why\n    return a\n\nclass C:\n    def g(self): pass\n"
    assert harness.run(code + "inspect.getsource(f)").final == "def f(a):\n    # why\n    return a\n"
    assert harness.run(code + "inspect.getsource(C)").final == "class C:\n    def g(self): pass\n"


def test_getsource_finds_the_latest_program_of_a_session(harness):
    results = harness.session(
        "import inspect\ndef f(): return 1\ninspect.getsource(f)", "# moved\ndef f(): return 2\ninspect.getsource(f)"
    )
    assert [result.final for result in results] == ["def f(): return 1\n", "def f(): return 2\n"]


def test_from_future_works_and_a_session_remembers_it(harness):
    first, second = harness.session(
        "from __future__ import annotations\ndef f(x: nowhere): pass\nf.__annotations__",
        "def g(x: nope): pass\ng.__annotations__",
    )
    assert first.final == {"x": "nowhere"}
    assert second.final == {"x": "nope"}


def test_future_features_end_with_the_run(harness):
    calls = [
        ("execute", {"code": "from __future__ import annotations\nx: nope = 1"}, ""),
        ("execute", {"code": "def f(x: nope): pass\nf.__annotations__"}, ""),
    ]
    assert b'"NameError"' in harness.calls(calls)[1]["answer"]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("  x = 1\n  x + 1", 2),
        ("\tif True:\n\t\tx = 3\n\tx", 3),
        ("\n\n    y = '''a\n      b\n    c'''\n    y", "a\n  b\nc"),
        ("    x = 1\n# comment\n    x", 1),
        ("    x = 1\n\n   \n    x", 1),
        ("x = '''\n    kept\n'''\nx", "\n    kept\n"),
        ("  x = [\n  1,\n  2]\n  x", [1, 2]),
        ("    # first\n    7", 7),
        ("  # only comments", None),
    ],
)
def test_uniformly_indented_programs_are_dedented(harness, code, value):
    result = harness.run(code).ok()
    assert result.document.get("final") == value


def test_other_indentation_is_an_error_as_in_python(harness):
    error = harness.run("    x = 1\ny = 2").error
    assert (error["type"], error["message"], error["line"]) == ("IndentationError", "unexpected indent", 1)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("\ufeffx = 1\nx", 1),
        ("x = 1\r\ny = 2\r\nx + y\r\n", 3),
        ("x = 1\ry = 2\rx + y", 3),
        ("'''a\r\nb'''", "a\nb"),
        ("# -*- coding: latin-1 -*-\n'é'", "é"),
        ("if 1:\n\tx = 4\nx", 4),
        ("\x0cx = 1\nx", 1),
        ("变量 = '世界 🌍'; 变量", "世界 🌍"),
        ("'a\x0bb'", "a\x0bb"),
        ("'a\u2028b'", "a\u2028b"),
    ],
)
def test_encodings_and_line_ends(harness, code, value):
    assert harness.run(code).ok().final == value


@pytest.mark.parametrize(
    ("code", "message", "line", "column"),
    [
        ("x = (1 +", "'(' was never closed", 1, 5),
        ("x = 1\ny = \0", "source code cannot contain null bytes", 2, 5),
        ("x = 1\n'é\ud800'", "source code cannot contain the lone surrogate U+D800", 2, 3),
        ("def f():\nreturn", "expected an indented block after function definition on line 1", 2, 1),
        ("return 1", "'return' outside function", 1, 1),
        ("    x = 1\n    y = = 2", "invalid syntax", 2, 9),
        ("é = 1\n'éé' 1", None, 2, None),
    ],
)
def test_syntax_errors_say_where(harness, code, message, line, column):
    error = harness.run(code).error
    assert (error["file"], error["line"], error["frames"]) == ("main.py", line, [])
    assert message is None or error["message"] == message
    assert column is None or error["column"] == column
    assert "_terrarium" not in error["traceback"]


@pytest.mark.parametrize(
    "code", ["print('ran')\nx = (1 +", "print('ran')\nreturn", "print('ran')\n'\0'", "print('ran')\n1 = 2"]
)
def test_nothing_of_a_program_with_a_syntax_error_runs(harness, code):
    result = harness.run(code)
    assert (result.status, result.stdout) == ("error", "")


def test_incomplete_input_is_told(harness):
    assert harness.run("x = (1 +").error["incomplete_input"] is True
    assert harness.run("x = )").error["incomplete_input"] is False
    assert harness.run("1/0").error["incomplete_input"] is False


def test_very_nested_programs_fail_or_run_as_python_does(harness):
    deep = harness.run("-" * 100_000 + "1")
    assert deep.error["type"] in {"RecursionError", "MemoryError", "SyntaxError"}
    assert harness.run("+".join(["1"] * 400)).final == 400


def test_argv_env_and_cwd(harness, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "helper.py").write_text("where = __file__")
    result = harness.run(
        "import sys, os, helper\n[sys.argv, os.environ['A'], os.environ.get('B'), os.getcwd(), helper.where]",
        boot={"argv": ["main.py", "x"], "env": {"A": "1"}},
        argv=["prog", "*", "$HOME", "ä"],
        env={"B": "2"},
        cwd=str(tmp_path / "sub"),
    ).ok()
    sub = str(tmp_path / "sub")
    assert result.final == [["prog", "*", "$HOME", "ä"], "1", "2", sub, sub + "/helper.py"]


def test_boot_sets_argv_and_environment(harness, tmp_path):
    result = harness.run(
        "import sys, os\n[sys.argv, dict(os.environ), os.getcwd()]", boot={"argv": ["a", "b"], "env": {"K": "v"}}
    )
    assert result.final == [["a", "b"], {"K": "v"}, str(tmp_path)]


def test_a_missing_working_directory_is_a_fault_of_the_request(harness):
    error = harness.run("1", cwd="/nowhere/at/all").error
    assert error["type"] == "HarnessError"
    assert "/nowhere/at/all" in error["message"]


def test_modules_beside_the_program_can_be_imported(harness, tmp_path):
    (tmp_path / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    assert harness.run("import helper\nhelper.double(4)").final == 8


def test_modules_beside_the_program_win_over_those_of_an_image(harness, tmp_path):
    (tmp_path / "json.py").write_text("mine = True")
    calls = [
        ("settle", {}, ""),
        ("configure", {"channel": 1_000_000, "cwd": str(tmp_path)}, ""),
        ("execute", {"code": "import json\njson.mine"}, ""),
        ("execute", {"code": "class R:\n    def _repr_json_(self): return {'a': 1}\nR()"}, ""),
    ]
    results = harness.calls(calls)
    assert b'"repr":"True"' in results[2]["answer"]
    assert b"application/json" in results[3]["frames"][0]


def test_the_harness_never_imports_what_lies_beside_the_program(harness, tmp_path):
    boot = {"channel": 1_000_000, "cwd": str(tmp_path)}
    code = "import sys\nfor name in ('json', 'traceback', 'linecache', 'keyword'):\n    open(name + '.py', 'w').write('1/0')\n'' in sys.path"
    results = harness.calls(
        [
            ("configure", boot, ""),
            ("execute", {"code": code}, ""),
            ("execute", {"code": "nowhere"}, ""),
            ("check", {"code": "1"}, ""),
        ],
        prepare="import sys; sys.path.insert(0, '')",
    )
    assert b'"repr":"False"' in results[1]["answer"]
    assert b"Traceback (most recent call last):" in results[2]["answer"]
    assert results[3]["answer"] == b'{"complete":"complete"}'


def test_a_second_boot_sets_everything_anew(harness, tmp_path):
    (tmp_path / "sub").mkdir()
    boot = {"channel": 1_000_000, "cwd": str(tmp_path / "sub"), "argv": ["again"], "env": {"A": "2"}, "seed": 5}
    code = "import sys, os, random\n[sys.argv, dict(os.environ), os.getcwd(), sys.path.count(os.getcwd()), random.random()]"
    results = harness.calls(
        [("execute", {"code": "import random"}, ""), ("configure", boot, ""), ("execute", {"code": code}, "")]
    )
    import json

    expected = harness.run("import random; random.random()", boot={"seed": 5}).final
    text = b"".join(frame[1:] for frame in results[2]["frames"])
    sub = str(tmp_path / "sub")
    assert json.loads(text)["final"] == [["again"], {"A": "2"}, sub, 1, expected]
    assert b"%s" % str(tmp_path).encode() not in results[2]["stderr"]


def test_inputs_are_bound_before_the_run(harness):
    result = harness.run(
        "[a + 1, b, type(c).__name__]", inputs={"a": 1, "b": [1, None], "c": {"$type": "tuple", "items": [1]}}
    )
    assert result.final == [2, [1, None], "tuple"]


def test_an_input_that_cannot_be_had_is_named(harness):
    error = harness.run("1", inputs={"data": {"$type": "object", "repr": "<x>"}}).error
    assert error["type"] == "HarnessError"
    assert "data" in error["message"]


def test_outputs_are_picked_by_name(harness):
    result = harness.run("a = 1\nb = (2,)\nc = 'x'\n9", outputs=["a", "b", "missing"])
    assert result.outputs == {"a": 1, "b": {"$type": "tuple", "items": [2]}}
    assert result.final == 9


def test_outputs_are_picked_after_an_exception_too(harness):
    result = harness.run("a = 1\n1/0\nb = 2", outputs=["a", "b"])
    assert result.status == "error"
    assert result.document == {"outputs": {"a": 1}}


def test_a_session_keeps_its_globals_also_after_an_error(harness):
    results = harness.session("x = 41", "1/0", "x + 1")
    assert results[1].error["type"] == "ZeroDivisionError"
    assert results[2].final == 42


def test_fresh_runs_share_no_globals(harness):
    calls = [("execute", {"code": "x = 1"}, ""), ("execute", {"code": "x"}, "")]
    assert b"NameError" in harness.calls(calls)[1]["answer"]


def test_reset_globals_forgets_names(harness):
    results = harness.session(
        {"code": "x = 1; import os; def_ = 2; x", "store_last": True},
        {"call": "reset_globals"},
        "sorted(globals())",
        "x",
        {"code": "_", "keep": True},
    )
    assert results[2].final == sorted(
        ["__builtins__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__spec__"]
    )
    assert results[3].error["type"] == "NameError"
    assert results[4].error["type"] == "NameError"


def test_store_last_binds_underscore(harness):
    results = harness.session(
        {"code": "20 + 1", "store_last": True},
        {"code": "_ * 2", "store_last": True},
        {"code": "print()", "store_last": True},
        "_",
    )
    assert [results[1].final, results[3].final] == [42, 42]


@pytest.mark.parametrize(
    ("code", "exit_code", "status", "stderr"),
    [
        ("import sys; sys.exit()", 0, "success", ""),
        ("import sys; sys.exit(0)", 0, "success", ""),
        ("exit(0)", 0, "success", ""),
        ("import sys; sys.exit(3)", 3, "error", ""),
        ("import sys; sys.exit(-1)", -1, "error", ""),
        ("import sys; sys.exit(256)", 256, "error", ""),
        ("import sys; sys.exit(True)", 1, "error", ""),
        ("import sys; sys.exit(10**30)", -1, "error", ""),
        ("import sys; sys.exit('stop here')", 1, "error", "stop here\n"),
        ("import sys; sys.exit((1, 2))", 1, "error", "(1, 2)\n"),
        ("raise SystemExit", 0, "success", ""),
        ("quit(5)", 5, "error", ""),
    ],
)
def test_system_exit_is_an_exit_code(harness, code, exit_code, status, stderr):
    result = harness.run(code)
    assert (result.response["exit_code"], result.status, result.stderr) == (exit_code, status, stderr)
    if status == "error":
        assert (result.error["type"], result.error["exit_code"]) == ("SystemExit", exit_code)
    else:
        assert result.response["error"] is None


def test_a_session_lives_on_after_exit(harness):
    results = harness.session("x = 1", "exit()", {"code": "[x, input()]", "stdin": "line\n"})
    assert results[2].final == [1, "line"]


def test_a_run_that_does_not_exit_has_no_exit_code(harness):
    assert harness.run("1").response["exit_code"] is None
    assert harness.run("1/0").response["exit_code"] is None


def test_atexit_callbacks_run_at_the_end_of_a_fresh_run(harness):
    result = harness.run("import atexit\natexit.register(print, 'bye')\nprint('end')\n7")
    assert (result.stdout, result.final) == ("end\nbye\n", 7)
    results = harness.session("import atexit\natexit.register(print, 'bye')", "1")
    assert [result.stdout for result in results] == ["", ""]


def test_a_failing_atexit_callback_does_not_change_the_result(harness):
    result = harness.run("import atexit\n@atexit.register\ndef f(): 1/0\n7").ok()
    assert result.final == 7
    assert "ZeroDivisionError" in result.stderr


def test_seed_makes_random_repeat(harness):
    code = "import random\n[random.random(), random.randint(0, 10**9)]"
    first = harness.run(code, boot={"seed": 7}).final
    assert harness.run(code, boot={"seed": 7}).final == first
    assert harness.run(code, boot={"seed": 8}).final != first
    assert harness.run(code).final != harness.run(code).final
    assert harness.run("import random; r = random.Random(7); r.random()").final == first[0]


def test_unknown_keys_are_ignored(harness):
    assert harness.run("1", boot={"new": 1}, other=[1, {}]).final == 1


@pytest.mark.parametrize("request_bytes", [b"", b"[]", b"{", b'{"code": 1}', b'{"code"', b"\xff", b"{}x"])
def test_bad_requests_are_answered(harness, request_bytes, monkeypatch):
    import json

    monkeypatch.setattr(
        json,
        "dumps",
        lambda value: request_bytes.decode("latin-1") if "code" in value else json.JSONEncoder().encode(value),
    )
    answer = harness.calls([("execute", {"code": ""}, "")])[0]["answer"]
    response = json.loads(answer)
    assert response["status"] == "error"
    assert response["error"]["type"] == "HarnessError"


def test_a_failed_boot_is_told_by_the_calls_that_follow(harness):
    results = harness.calls([("configure", {"channel": "no"}, ""), ("execute", {"code": "1"}, "")])
    assert b"HarnessError" in results[1]["answer"]
    assert b"the channel is a descriptor number" in results[1]["answer"]


OPEN_FILES = {
    "a name": "f = open('a', 'w'); f.write('text')",
    "a name beside a function": "def g(): pass\nf = open('a', 'w'); f.write('text')",
    "a local name of a frame": "def g():\n    f = open('a', 'w'); f.write('text')\n    1/0\ng()",
    "an exception": "f = open('a', 'w'); f.write('text')\n1/0",
    "bytes": "f = open('a', 'wb'); f.write(b'text')",
    "an exit": "import sys\nf = open('a', 'w'); f.write('text')\nsys.exit(3)",
    "a cycle": "f = open('a', 'w'); f.write('text'); l = [f]; l.append(l); del f",
    "a module": "import sys\nsys.f = open('a', 'w'); sys.f.write('text')",
    "the final value": "f = open('a', 'w'); f.write('text'); f",
    "a high descriptor": "l = [open(f'{i}', 'w') for i in range(6)]; f = open('a', 'w')\nfor x in l: x.close()\n(lambda: f.write('text'))()",
    "a finalizer": "class A:\n    def __init__(self): self.f = open('a', 'w')\n    def __del__(self): self.f.write('text')\na = A()",
    "the second file": "e = open('b', 'w'); f = open('a', 'w'); f.write('text'); e.close()",
}


@pytest.mark.parametrize("code", OPEN_FILES.values(), ids=OPEN_FILES)
def test_files_that_are_left_open_are_written_although_garbage_is_collected_often(harness, code, tmp_path):
    code = "import gc; gc.set_threshold(1)\n" + code
    result = harness.calls([("execute", {"code": code}, ""), ("execute", {"code": "open('a').read()"}, "")])
    assert json.loads(result[1]["answer"])["repr"] == "'text'"


@pytest.mark.parametrize("code", OPEN_FILES.values(), ids=OPEN_FILES)
def test_files_that_are_left_open_are_written_at_the_end_of_a_fresh_run(harness, code, tmp_path):
    result = harness.calls([("execute", {"code": code}, ""), ("execute", {"code": "open('a').read()"}, "")])
    assert json.loads(result[1]["answer"])["repr"] == "'text'"


def test_an_archive_that_is_left_open_is_whole(harness):
    codes = [
        "import zipfile\nz = zipfile.ZipFile('a.zip', 'w'); z.writestr('x', 'y')",
        "import zipfile\nzipfile.ZipFile('a.zip').namelist()",
    ]
    results = harness.calls([("execute", {"code": code}, "") for code in codes])
    assert json.loads(results[1]["answer"])["repr"] == "['x']"


def test_the_files_of_a_session_stay_open(harness):
    results = harness.session("f = open('a', 'w'); f.write('text')", "f.write(' more')", "f.close(); open('a').read()")
    assert results[2].repr == "'text more'"


@pytest.mark.parametrize("name", ["pyodide", "_pyodide", "_pyodide_core", "pyodide_js", "js", "pyodide.ffi"])
def test_the_distribution_does_not_show(harness, name):
    result = harness.run(
        f"import importlib.util, sys\ns = importlib.util.find_spec({name.partition('.')[0]!r})\nassert s is None\nimport {name}"
    )
    assert (result.error["type"], result.error["message"]) == (
        "ModuleNotFoundError",
        f"No module named {name.partition('.')[0]!r}",
    )
    assert "_terrarium" not in result.traceback


def test_a_module_can_be_refused_with_a_reason(harness):
    prepare = "from _terrarium.hooks import finder\nfinder.refuse('colorsys', 'no colours here')"
    result = harness.run(
        "try:\n    import colorsys\nexcept ImportError as e:\n    x = e.name, str(e)\nx", prepare=prepare
    )
    assert result.repr == "('colorsys', 'no colours here')"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("None", "None"), ("(None)", "None"), ("print(1)", None), ("(print(1))", None), ("x if (x := 5) else 0", "5"),
        ("x=5", None), ("1;2", "2"), ("1 # comment", "1"), ("  1 + 1", "2"), ("lambda: (yield)", "<function"),
        ("[i for i in range(3)]", "[0, 1, 2]"), ("'doc'", "'doc'"), ("'doc'; __doc__", "'doc'"), ("__name__", "'__main__'"),
        ("1, 2", "(1, 2)"), ("{}.get(1)", None), ("x == 1 if False else 7", "7"), ("*[1], 2", "(1, 2)"),
        ("(await __import__('asyncio').sleep(0, 3))", "3"), ("eval('1')", "1"), ("print", "<built-in function print>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "\n", "\nNone or 0"])
def test_a_program_of_one_line(harness, code, shown, end):
    result = harness.run(code + end)
    if end == "\nNone or 0":
        assert result.status == "error" if code.startswith(" ") else result.ok().repr == "0"
    elif shown is None:
        assert result.ok().repr is None
    else:
        assert result.ok().repr.startswith(shown)


def test_the_places_of_an_error_in_one_expression(harness):
    error = harness.run("(1 +\t1) / 0").error
    assert (error["line"], error["column"], error["end_column"], error["frames"][0]["function"]) == (
        1,
        1,
        12,
        "<module>",
    )
    assert "(1 +\t1) / 0" in error["traceback"]


@pytest.mark.parametrize("end", ["", "None", "1", "f()", "1 / 0"])
def test_tracing_ends_with_the_program(harness, end):
    code = "import sys\ndef trace(frame, event, arg): print(frame.f_code.co_name)\ndef f(): pass\nsys.settrace(trace)\nf()\n"
    assert set(harness.run(code + end).stdout.split()) == {"f"}


@pytest.mark.parametrize("end", ["sys.exit(0)", "1 / 0", "0"])
def test_garbage_is_collected_while_exit_functions_run(harness, end):
    code = f"import atexit, gc, sys\natexit.register(lambda: print(gc.isenabled()))\n{end}"
    assert harness.run(code).stdout == "True\n"


def test_a_warning_that_is_an_error_comes_once_and_the_value_stays(harness):
    code = (
        "import warnings\nwarnings.simplefilter('ignore')\nx = 0\nwarnings.simplefilter('error')\nNone if x else None"
    )
    assert harness.run(code).ok().repr == "None"


def test_features_of_a_session_hold_for_its_final_values(harness):
    last = harness.session("from __future__ import barry_as_FLUFL", "None if 1 <> 2 else 3")[1]
    assert last.ok().repr == "None"


def test_what_is_left_is_finalized_in_the_order_of_a_process(harness):
    code = (
        "class A:\n    def __init__(self, name): self.name = name\n    def __del__(self): print(self.name, word, _word)\n"
        "word, _word = 1, 2\na = A('a'); _b = A('_b'); c = A('c'); c.me = c; z = A('z')"
    )
    assert harness.run(code).stdout == "a 1 2\n_b 1 2\nc 1 2\nz 1 2\n"


def test_a_generator_that_is_left_is_closed(harness):
    code = "def g():\n    try:\n        yield 1\n    finally:\n        print('closed')\nx = g(); next(x)\nl = [x]; l.append(l)"
    assert harness.run(code).stdout == "closed\n"
