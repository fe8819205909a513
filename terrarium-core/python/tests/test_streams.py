"""Standard output, error and input: exact, flushed, and still there whatever a program does to them."""

import pytest


@pytest.mark.parametrize(
    ("code", "stdout", "stderr"),
    [
        ("print('a')\nprint('b', end='')", "a\nb", ""),
        ("import sys; sys.stdout.write('no newline')", "no newline", ""),
        ("import sys; sys.stderr.write('err'); print('out')", "out\n", "err"),
        ("print('Hello 世界! 🌍')", "Hello 世界! 🌍\n", ""),
        ("import sys; sys.stdout.buffer.write(b'raw\\x00\\n')", "raw\0\n", ""),
        ("import os; os.write(1, b'direct'); os.write(2, b'e')", "direct", "e"),
        ("print('a\\r\\nb')", "a\r\nb\n", ""),
        ("import sys; print('\\ud800', file=sys.stderr)", "", "\\ud800\n"),
        ("print('x' * 100_000)", "x" * 100_000 + "\n", ""),
        ("import sys; print(1, file=sys.__stdout__)", "1\n", ""),
    ],
)
def test_what_is_written_arrives(harness, code, stdout, stderr):
    result = harness.run(code)
    assert (result.stdout, result.stderr) == (stdout, stderr)


def test_a_lone_surrogate_on_stdout_is_an_error(harness):
    result = harness.run("print('ok')\nprint('\\ud800')")
    assert result.error["type"] == "UnicodeEncodeError"
    assert result.stdout == "ok\n"


def test_output_before_an_error_is_kept(harness):
    result = harness.run("print('before', end='')\n1/0")
    assert (result.status, result.stdout) == ("error", "before")


def test_text_is_written_as_it_is_printed(harness):
    # A run that is stopped hard has no chance to flush.
    result = harness.run("import os\nprint('line')\nprint('more', end='')\nos.write(1, b'direct|')")
    assert result.stdout == "line\nmoredirect|"


def test_encoding_of_the_streams(harness):
    result = harness.run(
        "import sys\n[[s.encoding, s.errors, s.name, s.mode] for s in (sys.stdin, sys.stdout, sys.stderr)]"
    )
    assert result.final == [
        ["utf-8", "surrogateescape", "<stdin>", "r"],
        ["utf-8", "surrogateescape", "<stdout>", "w"],
        ["utf-8", "backslashreplace", "<stderr>", "w"],
    ]


def test_stdin_is_read(harness):
    result = harness.run("import sys\na = input()\nb = sys.stdin.read()\n[a, b]", stdin="first\nséc\nthird")
    assert result.final == ["first", "séc\nthird"]


def test_input_writes_its_prompt_and_meets_the_end(harness):
    result = harness.run("input('name? ')")
    assert result.stdout == "name? "
    assert (result.error["type"], result.error["message"]) == ("EOFError", "EOF when reading a line")


def test_stdin_of_a_session_starts_anew_with_each_call(harness):
    results = harness.session(
        {"code": "input()", "stdin": "a\nleft over\n"},
        {"code": "input()", "stdin": "b\n"},
        {"code": "input()", "stdin": ""},
    )
    assert [results[0].final, results[1].final] == ["a", "b"]
    assert results[2].error["type"] == "EOFError"


BROKEN = [
    "import sys; print('kept'); sys.stdout = None",
    "import sys; print('kept'); del sys.stdout",
    "import sys; print('kept'); sys.stdout.close()",
    "import sys; print('kept'); sys.stdout.detach()",
    "import sys; print('kept'); sys.stdout = object()",
    "import builtins; print('kept'); builtins.print = None",
    "import os; print('kept'); os.write = os.writev = None",
    "import os; print('kept'); os.close(1)",
    "import os; print('kept'); os.closerange(0, 1000)",
    "import sys; print('kept'); sys.stdout.flush = None",
    "import sys\nclass S:\n    def write(self, t): 1/0\n    def flush(self): raise SystemExit(9)\nprint('kept')\nsys.stdout = S()",
]


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_stdout_does_not_hide_the_result(harness, code):
    result = harness.run(code + "\n1 + 1").ok()
    assert (result.final, result.repr, result.stdout) == (2, "2", "kept\n")


@pytest.mark.parametrize(
    "code", [code for code in BROKEN if "object()" not in code and "class S" not in code and "print =" not in code]
)
def test_a_session_gets_its_stdout_back(harness, code):
    results = harness.session(code, "print('again')")
    assert results[1].ok().stdout == "again\n"


def test_a_replaced_stdout_of_a_session_stays(harness):
    results = harness.session("import io, sys; sys.stdout = io.StringIO()", "print('x'); sys.stdout.getvalue()")
    assert results[1].final == "x\n"
    assert results[1].stdout == ""


def test_text_that_is_still_buffered_is_flushed_when_stdout_was_replaced(harness):
    result = harness.run("import sys\nprint('kept', end='')\nsys.stdout = None\nsys.stderr = None\n3").ok()
    assert (result.stdout, result.final) == ("kept", 3)


def test_many_lines(harness):
    result = harness.run("for i in range(10_000): print(i)")
    assert result.stdout == "".join(f"{i}\n" for i in range(10_000))


def test_nothing_waits_to_be_flushed(harness):
    code = (
        "import os, sys\nprint('a', end='')\nsys.stdout.buffer.write(b'b')\nsys.stdout.write('c')\nos.write(1, b'd')\n"
        "print('e')\nsys.stderr.write('err')\nos.write(2, b'|')"
    )
    result = harness.run(code)
    assert (result.stdout, result.stderr) == ("abcde\n", "err|")


@pytest.mark.native
def test_output_of_a_program_that_is_stopped_by_force_is_there(harness):
    code = "import os, sys\nif os.fork() == 0:\n    print('out', end='')\n    sys.stderr.write('err')\n    os._exit(0)\nos.wait()\nNone"
    result = harness.run(code)
    assert (result.stdout, result.stderr) == ("out", "err")
