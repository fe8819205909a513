"""Sandboxes: options, files, callbacks, and what is refused."""

from __future__ import annotations

import asyncio
import datetime
import io
import json
import os
import re
import threading
import time
import typing
from pathlib import Path

import pytest
import terrarium
from terrarium import Status


def test_a_run_gives_its_value_streams_and_files(sandbox):
    result = sandbox.execute(
        "import sys\nprint('a')\nprint('b', file=sys.stderr)\nopen('o/x.txt', 'w').write('c') if 0 else None\nopen('x.txt', 'w').write('c')\n6 * 7"
    )
    assert (result.status, result.final_expression, result.final_repr) == (Status.SUCCESS, 42, "42")
    assert (result.stdout, result.stderr, result.output_files) == ("a\n", "b\n", {"x.txt": b"c"})
    assert result.error is None
    assert result.exit_code is None


def test_runs_share_nothing(sandbox):
    sandbox.execute("x = 1; open('f', 'w').write('1')")
    assert sandbox.execute("import os; ('x' in globals(), os.listdir())").final_expression == (False, [])


def test_none_is_told_from_no_value(sandbox):
    none, absent = sandbox.execute("None"), sandbox.execute("x = 1")
    assert (none.has_value, none.final_expression) == (True, None)
    assert (absent.has_value, absent.final_expression) == (False, None)


def test_a_failure_is_a_result_with_the_place(sandbox):
    error = sandbox.execute("def f():\n    return 1 / 0\nf()").error
    assert (error.type, error.message, error.line) == ("ZeroDivisionError", "division by zero", 2)
    assert [frame.function for frame in error.frames] == ["<module>", "f"]


def test_files_are_text_bytes_paths_and_open_files(sandbox, tmp_path):
    host = tmp_path / "host.txt"
    host.write_bytes(b"from the host")
    files = {
        "text": "é", "bytes": b"\xff", "array": bytearray(b"ab"), "view": memoryview(b"abcd")[::2], "path": host,
        "binary": io.BytesIO(b"binary"), "stream": io.StringIO("stream"), Path("folder/name"): b"",
    }  # fmt: skip
    read = "import os\n{n: open(n, 'rb').read() for n in ['text','bytes','array','view','path','binary','stream','folder/name']}"
    assert sandbox.execute(read, files).final_expression == {
        "text": "é".encode(), "bytes": b"\xff", "array": b"ab", "view": b"ac", "path": b"from the host",
        "binary": b"binary", "stream": b"stream", "folder/name": b"",
    }  # fmt: skip


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs the devices of Linux")
def test_a_file_without_an_end_is_read_up_to_the_limit(tmp_path):
    small = terrarium.Sandbox(file_bytes=1 << 20)
    for given in (Path("/dev/zero"), io.FileIO("/dev/zero")):
        with pytest.raises(terrarium.TooLargeError, match="file_bytes") as error:
            small.execute("1", {"a": given})
        assert (error.value.option, error.value.limit) == ("file_bytes", 1 << 20)
        with pytest.raises(terrarium.TooLargeError):
            small.execute("1", stdin=given)
        with small.session() as session, pytest.raises(terrarium.TooLargeError):
            session.write_file("a", given)
        with pytest.raises(terrarium.TooLargeError):
            terrarium.Sandbox(file_bytes=1 << 20, files={"a": given})
    large = tmp_path / "large"
    large.write_bytes(bytes(700_000))
    with pytest.raises(terrarium.TooLargeError, match="'b'"):
        small.execute("1", {"a": large, "b": large})
    assert small.execute("len(open('a').read())", {"a": large}).final_expression == 700_000
    assert "Linux" in small.execute("open('v').read()", {"v": Path("/proc/version")}).final_expression


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_nothing_waits_for_a_pipe_without_an_end(sandbox, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ValueError, match="is not a file"):
        sandbox.execute("1", {"a": pipe})
    with pytest.raises(IsADirectoryError):
        sandbox.execute("1", {"a": tmp_path})


@pytest.mark.parametrize("is_async", [False, True])
def test_a_slow_listener_does_not_delay_the_end_and_misses_nothing(sandbox, is_async):
    pieces = []

    def listen(data):
        time.sleep(0.1)
        pieces.append(data)

    code = "n = 0\nwhile True: print(n := n + 1)"
    begun = time.monotonic()
    if is_async:
        result = asyncio.run(sandbox.execute_async(code, timeout=0.5, on_stdout=listen))
    else:
        result = sandbox.execute(code, timeout=0.5, on_stdout=listen)
    assert time.monotonic() - begun < 5
    assert result.status == "timeout"
    assert b"".join(pieces).decode() == result.stdout


def test_an_option_that_is_no_json_is_named(sandbox):
    deep: list = []
    for _ in range(200):
        deep = [deep]
    deeper: list = []
    for _ in range(100_000):
        deeper = [deeper]
    for name, value in [
        ("args", ["\ud800"]), ("env", {"a": "\udfff"}), ("env", {"\ud800": "a"}), ("filename", "\ud800"),
        ("timeout", float("nan")), ("args", [float("inf")]), ("args", deep), ("env", {"a": deeper}),
    ]:  # fmt: skip
        with pytest.raises((TypeError, ValueError), match=f"option [`']{name}[`']"):
            sandbox.execute("1", **{name: value})
    for arguments, options in [(("\ud800",), {}), (("1", {"\ud800": b""}), {}), (("1",), {"inputs": {"\ud800": 1}})]:
        with pytest.raises(ValueError, match=r"^(code|files|inputs): the text has a lone surrogate"):
            sandbox.execute(*arguments, **options)


def test_a_wrong_argument_is_named(sandbox):
    with pytest.raises(TypeError, match=r"files\['a.csv'\]: expected str, bytes, a path or a file object, not int"):
        sandbox.execute("1", {"a.csv": 1})
    with pytest.raises(TypeError, match="files: expected a mapping"):
        sandbox.execute("1", ["a.csv"])
    with pytest.raises(TypeError, match="files: a path is a str, not int"):
        sandbox.execute("1", {1: b""})
    with pytest.raises(ValueError, match=r"files\['a'\]: the text has a lone surrogate at 1"):
        sandbox.execute("1", {"a": "x\udc80"})
    with pytest.raises(FileNotFoundError, match="no-such-file"):
        sandbox.execute("1", {"a": Path("no-such-file")})
    with pytest.raises(TypeError, match=r"inputs\['x'\]: a value of the class builtins.object cannot be an input"):
        sandbox.execute("1", inputs={"x": object()})
    with pytest.raises(TypeError, match="on_stdout: expected a function, not int"):
        sandbox.execute("1", on_stdout=3)
    with pytest.raises(TypeError, match="cancel: expected a CancelHandle, not int"):
        sandbox.execute("1", cancel=3)
    with pytest.raises(TypeError, match="unknown option 'memroy': there is no such option; did you mean `memory`"):
        terrarium.Sandbox(memroy=1)
    with pytest.raises(TypeError, match="timeout"):
        sandbox.execute("1", timeout="soon")
    with pytest.raises(TypeError, match="packages_from"):
        terrarium.Sandbox(packages_from=[1])
    with pytest.raises(TypeError, match="option 'args'"):
        sandbox.execute("1", args={"a", "b"})
    with pytest.raises(ValueError, match="option 'timeout'"):
        sandbox.execute("1", timeout=float("inf"))


def test_options_have_the_cores_names_and_help_names_them(sandbox):
    core = json.loads(sandbox._native.options())
    assert set(terrarium.SandboxOptions.__annotations__) == set(core) | {"functions", "decide"}
    assert core["memory"] == 512 << 20
    makers = [
        (terrarium.SandboxOptions, terrarium.Sandbox, {"functions", "decide"}),
        (
            terrarium.ExecuteOptions,
            lambda **options: sandbox.execute("1", **options),
            {"cancel", "functions", "decide", "on_stdout", "on_stderr", "on_display", "on_event"},
        ),
        (terrarium.ImageOptions, terrarium.Image.build, set()),
        (terrarium.Deterministic, lambda **options: terrarium.Sandbox(deterministic={**options}), set()),
    ]
    for options, make, special in makers:
        with pytest.raises(TypeError) as refused:
            make(qqqqqqqqqq=1)
        known = set(str(refused.value).partition("the options are ")[2].split(", "))
        assert set(options.__annotations__) | {"files"} == known | special | {"files"}
    for options, text in (
        (terrarium.SandboxOptions, terrarium.Sandbox.__init__.__doc__),
        (terrarium.ExecuteOptions, terrarium.Sandbox.execute.__doc__),
        (terrarium.ImageOptions, terrarium.Image.build.__doc__),
    ):
        assert set(options.__annotations__) <= set(re.findall(r"`([a-z_]+)`", text))


@pytest.mark.parametrize("name", ["Deterministic", "ExecuteOptions", "ImageOptions", "Mount", "SandboxOptions"])
def test_the_types_of_options_are_there_at_run_time(name):
    options = getattr(terrarium, name)
    assert set(typing.get_type_hints(options)) == set(options.__annotations__)


def test_each_option_says_what_it_means_and_its_default():
    from terrarium import _option_types

    lines = Path(_option_types.__file__).read_text().splitlines()
    members = [at for at, line in enumerate(lines) if re.match(r"    [a-z_]+: ", line)]
    assert len(members) == 66
    for at in members:
        text = "\n".join(lines[at + 1 :]).partition('"""')[2].partition('"""')[0]
        assert lines[at + 1].startswith('    """'), lines[at]
        assert re.search(r"Default:\s", text), lines[at]


def test_a_sandbox_gives_its_options_back_as_they_were_given(tmp_path):
    (tmp_path / "f").write_text("text")
    given = {
        "timeout": datetime.timedelta(seconds=7),
        "files": {"f": tmp_path / "f"},
        "env": {"KEY": "secret"},
        "memory": 1 << 28,
    }
    made = terrarium.Sandbox(**given)
    assert dict(made.options) == given
    assert all(made.options[name] is value for name, value in given.items())
    with pytest.raises(TypeError, match="item assignment"):
        made.options["memory"] = 1
    assert repr(made) == "<Sandbox timeout=datetime.timedelta(seconds=7) files=... env=... memory=268435456>"
    assert dict(terrarium.Sandbox().options) == {}


def test_options_take_the_languages_own_types(tmp_path):
    made = terrarium.Sandbox(
        timeout=datetime.timedelta(seconds=7), grace=datetime.timedelta(milliseconds=20), args=("a", "b"),
        env={"X": "1"}, files={"f": "text"}, cwd="w", deterministic={"seed": 7}, memory=128 << 20,
    )  # fmt: skip
    core = json.loads(made._native.options())
    assert (core["timeout"], core["grace"], core["args"]) == (7.0, 0.02, ["a", "b"])
    result = made.execute("import os, sys; (sys.argv[1:], os.environ['X'], open('../f').read(), os.getcwd())")
    assert result.final_expression == (["a", "b"], "1", "text", "/home/earth/w"), result.error


def test_options_of_a_run(sandbox):
    result = sandbox.execute(
        "import sys, os; y = (x, sys.stdin.read(), sys.argv[1:], os.environ['K'])", inputs={"x": [1]}, stdin="typed",
        outputs=["y", "no"], args=["a"], env={"K": "v"}, filename="prog.py",
    )  # fmt: skip
    assert result.outputs == {"y": ([1], "typed", ["a"], "v")}
    assert sandbox.execute("1/0", filename="prog.py").error.file == "prog.py"


def test_faults_of_the_host_are_typed_and_carry_their_fields():
    with pytest.raises(terrarium.InvalidOptionError) as error:
        terrarium.Sandbox(memory=1)
    assert (error.value.code, error.value.option) == ("invalid_option", "memory")
    assert "1 is not between" in error.value.reason
    assert isinstance(error.value, (terrarium.TerrariumError, ValueError))
    with pytest.raises(terrarium.InvalidPathError) as error:
        terrarium.Sandbox(files={"../up": b""})
    assert error.value.path == "../up"
    with pytest.raises(terrarium.TooLargeError) as error:
        terrarium.Sandbox(code_bytes=8).execute("print(123456)")
    assert (error.value.option, error.value.limit, error.value.used) == ("code_bytes", 8, 13)
    with pytest.raises(terrarium.InvalidOptionError, match="timeout"):
        terrarium.Sandbox(timeout=-1)
    with pytest.raises(terrarium.InvalidOptionError, match='neither a list nor "auto"'):
        terrarium.Sandbox(packages="numpy")


def test_limits_end_as_a_status():
    small = terrarium.Sandbox(timeout=0.3, memory=64 << 20)
    assert small.execute("while True: pass").status is Status.TIMEOUT
    assert small.execute("x = bytearray(1 << 30)").status is Status.MEMORY_EXCEEDED
    result = small.execute("import os; print('kept', flush=True); os._exit(3)")
    assert (result.status, result.exit_code, result.stdout) == (Status.ERROR, 3, "kept\n")


def test_output_is_heard_while_the_code_runs_and_on_the_callers_thread(sandbox):
    heard, threads = [], set()

    def listen(data):
        heard.append((data, time.monotonic()))
        threads.add(threading.get_ident())

    result = sandbox.execute(
        "import time\nfor i in range(3):\n    print(i); time.sleep(0.2)", on_stdout=listen, on_stderr=listen
    )
    assert b"".join(data for data, _ in heard) == b"0\n1\n2\n" == result.stdout.encode()
    assert heard[-1][1] - heard[0][1] > 0.2
    assert threads == {threading.get_ident()}


def test_an_exception_of_a_listener_stops_the_run_and_is_raised(sandbox):
    def listen(data):
        raise KeyError("stop")

    begun = time.monotonic()
    with pytest.raises(KeyError, match="stop"):
        sandbox.execute("while True: print('x' * 1000)", on_stdout=listen)
    assert time.monotonic() - begun < 10


def test_a_listener_may_run_code_itself(sandbox):
    inner = []
    sandbox.execute("print(1)", on_stdout=lambda data: inner.append(sandbox.execute("2").final_expression))
    assert set(inner) == {2}


def test_much_output_reaches_a_slow_listener(sandbox):
    total = []
    sandbox.execute("for i in range(5000): print(i)", on_stdout=lambda data: total.append(len(data)))
    assert sum(total) == sum(len(str(i)) + 1 for i in range(5000))


def test_a_cancel_handle_stops_from_another_thread(sandbox):
    cancel = terrarium.CancelHandle()
    threading.Timer(0.3, cancel.cancel).start()
    assert sandbox.execute("while True: pass", cancel=cancel).status is Status.CANCELLED
    assert cancel.is_cancelled
    assert sandbox.execute("1", cancel=cancel).status is Status.CANCELLED


def test_threads_run_in_parallel_and_the_interpreter_is_free(sandbox):
    count = 0
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(sandbox.execute("import time; time.sleep(0.5); 1")))
        for _ in range(4)
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        count += 1
        time.sleep(0.01)
    assert [result.final_expression for result in results] == [1] * 4
    assert time.monotonic() - begun < 1.9
    assert count > 10


def test_about_and_repr_say_what_it_is(sandbox):
    assert terrarium.about().python.startswith("3.14.")
    assert terrarium.about().terrarium == terrarium.__version__
    assert repr(sandbox) == "<Sandbox timeout=20>"
