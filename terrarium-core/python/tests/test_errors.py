"""Exceptions as data, and tracebacks against the ones that Python itself prints."""

import re
import subprocess

import pytest

PROGRAMS = {
    "plain": "def f(x):\n    return 1 / x\n\nprint('a')\nf(0)\n",
    "anchors": "a = {'b': {}}\nx = (a['b']['c']['d']\n     + 1)\n",
    "unicode anchors": "def f(): return None\ntext = 'ä🌍' + f().attribute + 'ö'\n",
    "cause": "try:\n    int('x')\nexcept ValueError as e:\n    raise KeyError('k') from e\n",
    "context": "try:\n    int('x')\nexcept ValueError:\n    {}['k']\n",
    "suppressed": "try:\n    int('x')\nexcept ValueError:\n    raise KeyError('k') from None\n",
    "notes": "e = ValueError('v')\ne.add_note('first note\\nof two lines')\ne.add_note('second')\nraise e\n",
    "group": "def f(n):\n    try:\n        raise TypeError(n)\n    except TypeError as e:\n        return e\n"
    "raise ExceptionGroup('several', [f(1), ExceptionGroup('inner', [f(2), ValueError(3)])])\n",
    "recursion": "def f(n):\n    return f(n + 1)\nf(0)\n",
    "mutual": "def f(n):\n    g(n)\ndef g(n):\n    if n == 0: raise OSError(2, 'gone')\n    f(n - 1)\nf(3)\n",
    "suggestion": "import math\nnumber = 1\nprint(numbr)\n",
    "attribute suggestion": "class C:\n    value = 1\nC().valu\n",
    "syntax": "x = 1\nif x = 2:\n    pass\n",
    "unclosed": "x = (1 +\n",
    "indentation": "def f():\nreturn 1\n",
    "late syntax": "def f():\n    x = 1\n    global x\n",
    "in a library": "import json\njson.loads('{')\n",
    "import": "import nowhere_to_be_found\n",
    "import from": "from json import nothing\n",
    "exec": "exec('1/0')\n",
    "exec syntax": "exec('x = (')\n",
    "lambda": "(lambda: [].pop())()\n",
    "comprehension": "[1 / n for n in (1, 0)]\n",
    "class body": "class C:\n    x = undefined\n",
    "generator": "def g():\n    yield 1\n    raise RuntimeError('in g')\nlist(g())\n",
    "assertion": "assert 1 == 2, 'not equal'\n",
    "empty message": "raise ValueError\n",
    "many lines": "raise ValueError('one\\ntwo\\n  three')\n",
    "own class": "class Mine(Exception):\n    def __str__(self): return 'mine'\nraise Mine(1)\n",
    "nested class": "class A:\n    class E(Exception): pass\nraise A.E('x')\n",
    "failing str": "class E(Exception):\n    def __str__(self): 1/0\nraise E\n",
    "key": "{}[(1, 'two')]\n",
    "keyboard": "raise KeyboardInterrupt\n",
    "base": "class B(BaseException): pass\nraise B('b')\n",
    "re-raised": "def f():\n    raise ValueError(1)\ntry:\n    f()\nexcept ValueError as e:\n    saved = e\ndef g():\n    raise saved\ng()\n",
    "with": "class M:\n    def __enter__(self): return self\n    def __exit__(self, *a): raise RuntimeError('exit')\n"
    "with M():\n    1/0\n",
    "thrown": "def g():\n    yield\nit = g(); next(it)\nit.throw(ValueError('thrown'))\n",
    "multi-line call": "def f(*a):\n    raise ValueError(len(a))\nf(\n    1,\n    2,\n)\n",
    "decorator": "def d(f):\n    raise TypeError('d')\n@d\ndef g(): pass\n",
    "unpack": "a, b = 1, 2, 3\n",
    "tabs": "if True:\n\tx = 1\n\ty = x / 0\n",
    "missing end of line": "1/0",
    "asyncio": "import asyncio\nasync def f():\n    1/0\nasyncio.run(f())\n",
}

# Before 3.13, uncaught exceptions were printed by C code, which differs in these from the module `traceback`.
PRINTED_IN_C = {"suggestion", "attribute suggestion", "indentation", "late syntax"}


def python_says(python, program, directory):
    """Run a program with Python itself and return its traceback, with the program's name as the harness gives it."""
    path = directory / "main.py"
    path.write_text(program)
    process = subprocess.run([python, "-X", "utf8", str(path)], capture_output=True, text=True, cwd=directory)
    assert process.returncode != 0
    path.unlink()
    return process.stderr.replace(str(path), "main.py")


@pytest.mark.parametrize("name", PROGRAMS)
def test_tracebacks_are_pythons_own(harness, tmp_path, python, version, name):
    if name in PRINTED_IN_C and version < (3, 13):
        pytest.skip("this Python prints it in another way than its module traceback")
    asked = subprocess.check_output([python, "-c", "import sys; print(*sys.version_info[:2])"], text=True)
    if asked.split() != [str(number) for number in version]:
        pytest.skip("there is no Python of this version to compare with")
    expected = python_says(python, PROGRAMS[name], tmp_path)
    text = harness.run(PROGRAMS[name]).traceback
    # The harness needs a few frames of the recursion limit for itself.
    repeated = r"\[Previous line repeated \d+ more times\]"
    assert re.sub(repeated, "[...]", text) == re.sub(repeated, "[...]", expected)


def test_the_error_of_an_exception(harness):
    error = harness.run("# c1\n# c2\nv = Symbol('v')").error
    assert error == {
        "type": "NameError",
        "module": "builtins",
        "message": "name 'Symbol' is not defined",
        "traceback": error["traceback"],
        "frames": [
            {
                "file": "main.py",
                "line": 3,
                "end_line": 3,
                "column": 5,
                "end_column": 11,
                "function": "<module>",
                "source": "v = Symbol('v')",
            }
        ],
        "file": "main.py",
        "line": 3,
        "end_line": 3,
        "column": 5,
        "end_column": 11,
        "source": "v = Symbol('v')",
        "incomplete_input": False,
    }


def test_columns_count_characters(harness):
    error = harness.run("x = '世界🌍' + 1").error
    assert (error["column"], error["end_column"]) == (5, 14)


def test_places_are_those_of_the_text_before_dedenting(harness):
    error = harness.run("\n    x = 1\n    y = x / 0").error
    assert (error["line"], error["column"], error["end_column"]) == (3, 9, 14)
    assert error["source"] == "    y = x / 0"
    error = harness.run("    x = 1\n    x = = 2").error
    assert (error["line"], error["column"], error["source"]) == (2, 9, "    x = = 2")


def test_the_place_is_the_innermost_one_of_the_program(harness):
    error = harness.run("import json\ndef load():\n    return json.loads('x')\nload()").error
    assert (error["type"], error["module"]) == ("JSONDecodeError", "json.decoder")
    assert (error["file"], error["line"], error["source"]) == ("main.py", 3, "    return json.loads('x')")
    assert [frame["function"] for frame in error["frames"]][:2] == ["<module>", "load"]
    assert error["frames"][-1]["file"].endswith("json/decoder.py")
    assert error["frames"][-1]["source"].strip().startswith("raise JSONDecodeError")


def test_errors_in_modules_beside_the_program(harness, tmp_path):
    (tmp_path / "broken.py").write_text("x = (\n")
    error = harness.run("import broken").error
    assert error["type"] == "SyntaxError"
    assert (error["file"], error["line"]) == ("main.py", 1)
    assert "broken.py" in error["traceback"]
    assert error["incomplete_input"] is False
    (tmp_path / "failing.py").write_text("def f():\n    1/0\n")
    error = harness.run("import failing\nfailing.f()").error
    assert error["frames"][1]["source"] == "    1/0"


def test_qualified_names_of_exception_classes(harness):
    error = harness.run("class A:\n    class E(Exception): pass\nraise A.E('x')").error
    assert (error["type"], error["module"], error["message"]) == ("A.E", "__main__", "x")


def test_runs_of_a_session_keep_their_own_source(harness):
    results = harness.session(
        "def f(x):\n    return 1 / x  # the first", "# another text\n# on these lines\nf(0)  # the second"
    )
    text = results[1].traceback
    assert "    f(0)  # the second" in text
    assert "    return 1 / x  # the first" in text
    assert [frame["source"] for frame in results[1].error["frames"]] == [
        "f(0)  # the second",
        "    return 1 / x  # the first",
    ]


def test_the_file_name_is_the_one_of_the_request(harness):
    assert 'File "cell 7", line 1' in harness.run("1/0", filename="cell 7").traceback
    assert 'File "<stdin>", line 1' in harness.run("1/0", filename="<stdin>").traceback


@pytest.mark.parametrize(
    "code",
    [
        "class E(Exception):\n    __class__ = property(lambda self: 1/0)\nraise E('x')",
        "class E(Exception):\n    __class__ = SystemExit\n    code = 0\nraise E('x')",
        "class E(Exception):\n    def __getattribute__(self, name): raise SystemExit(0)\nraise E('x')",
        "class E(Exception):\n    def __str__(self): raise SystemExit(0)\nraise E('x')",
        "class E(Exception):\n    def __repr__(self): raise KeyboardInterrupt\n    __str__ = __repr__\nraise E('x')",
        "class M(type):\n    __name__ = __qualname__ = __module__ = property(lambda c: 1/0)\n"
        "class E(Exception, metaclass=M): pass\nraise E('x')",
        "class E(Exception):\n    __cause__ = __context__ = __traceback__ = __notes__ = property(lambda self: 1/0)\nraise E('x')",
        "class E(Exception):\n    __module__ = 5\nraise E('x')",
        "class E(SyntaxError): pass\ne = E('x'); e.lineno = 'a'; e.offset = []; e.filename = 'main.py'; e.text = 5\nraise E",
        "class E(Exception):\n    def __str__(self): return '\\ud800'\nraise E('x')",
        "class E(Exception):\n    def __str__(self):\n        return self.__str__()\nraise E('x')",
        "e = Exception(); e.__cause__ = e; raise e",
        "e = Exception(); e.__notes__ = 5; raise e",
        "e = Exception(); e.args = None or (e,); raise e",
    ],
)
def test_unusual_exceptions_are_reported(harness, code):
    result = harness.run("print('before')\n" + code, outputs=["x"])
    assert result.status == "error"
    assert result.error["type"] in {"E", "Exception", "TypeError", "AttributeError"}
    assert result.stdout == "before\n"
    assert result.traceback


def test_system_exit_by_a_hostile_code(harness):
    result = harness.run("class C(SystemExit):\n    code = property(lambda self: 1/0)\nraise C")
    assert (result.status, result.response["exit_code"]) == ("error", 1)


def test_huge_messages_are_bounded(harness):
    result = harness.run("raise ValueError('x' * 100_000_000)")
    assert len(result.error["message"]) < 70_000
    assert result.error["message"].endswith("[99934464 more characters]")
    assert len(result.traceback) < 200_000
    result = harness.run("e = ValueError('v')\nfor i in range(1000): e.add_note('n' * 100_000)\nraise e")
    assert len(result.traceback) < 600_000


def test_huge_tracebacks_are_bounded(harness):
    code = "def f(n):\n    g(n)\ndef g(n):\n    f(n + 1)\nimport sys\nsys.setrecursionlimit(30_000)\nf(0)"
    error = harness.run(code).error
    assert error["type"] == "RecursionError"
    assert len(error["traceback"]) < 1 << 19
    assert len(error["frames"]) == 32
    assert error["frames_omitted"] > 20_000


def test_long_source_lines_are_bounded(harness):
    error = harness.run("x = [" + "1, " * 100_000 + "1/0]").error
    assert len(error["source"]) < 1100
    assert len(error["traceback"]) < 1 << 19


def test_the_programs_own_excepthook_is_called(harness):
    result = harness.run("import sys\nsys.excepthook = lambda t, e, tb: print('hook', t.__name__, e)\n1/0")
    assert result.stdout == "hook ZeroDivisionError division by zero\n"
    assert result.error["type"] == "ZeroDivisionError"


def test_a_broken_excepthook_does_not_hide_the_result(harness):
    for hook in ("None", "5", "lambda *a: 1/0", "lambda *a: sys.exit(0)"):
        result = harness.run(f"import sys\nsys.excepthook = {hook}\nprint('x')\n1/0")
        assert (result.error["type"], result.stdout) == ("ZeroDivisionError", "x\n")


def test_nothing_is_written_to_stderr_for_an_exception(harness):
    assert harness.run("1/0").stderr == ""


@pytest.mark.native
def test_memory_error_is_reported(harness):
    code = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (300 << 20, resource.RLIM_INFINITY))\nx = bytearray(1 << 30)"
    assert harness.run(code).error["type"] == "MemoryError"


def test_warnings_name_the_program(harness):
    result = harness.run("import warnings\nwarnings.warn('careful')")
    assert result.stderr == "main.py:2: UserWarning: careful\n  warnings.warn('careful')\n"


LITTLE_MEMORY = "import resource\nused = int(open('/proc/self/statm').read().split()[0]) << 12\nresource.setrlimit(resource.RLIMIT_AS, (used + (50 << 20), resource.RLIM_INFINITY))\n"
HOARD = (
    "def hoard(x):\n    size = 10_000\n    while size > 30:\n        try:\n            while True: x.append(bytes(size))\n"
    "        except MemoryError:\n            size = size // 2\n    while True: x.append([None])\n"
)


@pytest.mark.native
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("code", ["x = []\nhoard(x)", "def f():\n    x = []\n    hoard(x)\nf()"])
def test_a_program_that_takes_all_the_memory_is_reported(harness, code, keep):
    result = harness.run(LITTLE_MEMORY + HOARD + code, keep=keep)
    assert (result.error["type"], result.error["module"]) == ("MemoryError", "builtins")
    assert result.error["traceback"].endswith("MemoryError\n")
    assert result.error["line"] == (LITTLE_MEMORY + HOARD).count("\n")


@pytest.mark.native
def test_a_swallowed_memory_error_leaves_a_response(harness):
    code = "x = []\ntry:\n    hoard(x)\nexcept MemoryError:\n    pass"
    result = harness.run(LITTLE_MEMORY + HOARD + code + "\n1 + 1", keep=True)
    assert result.status == "success" or result.error["type"] == "MemoryError"


def test_a_request_that_there_is_no_memory_for_is_a_memory_error(harness):
    prepare = (
        "import _terrarium.run as run\nclass Run:\n    def __init__(self, request): raise MemoryError\nrun.Run = Run"
    )
    result = harness.run("1", prepare=prepare)
    assert (result.error["type"], result.error["module"]) == ("MemoryError", "builtins")
