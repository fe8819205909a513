"""The runner of the tests' programs: a harness in a clean process for each.

The same tests run against the harness inside a sandbox: `--server COMMAND` starts a program that reads one job a line as
JSON and answers each with one line of JSON. A job is

    {"directory": path,      the working directory, to be made inside with
     "files": {name: base64},
     "boot": text,           the argument of `boot`; its channel number may be replaced
     "prepare": text,        Python to run after boot with `harness` bound to `_terrarium.main`, mostly empty
     "calls": [{"function": name, "request": text, "stdin": base64}]}

to be run in a new interpreter, and the answer is

    {"results": [{"answer": text or null, "frames": [base64], "stdout": base64, "stderr": base64, "seconds": 0.1}],
     "import": 0.1, "boot": 0.1,      seconds
     "modules": [name]}               what was loaded since the import of the harness began
"""

from __future__ import annotations

import json
import marshal
import os
import shlex
import subprocess
import sys
import tempfile
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CHANNEL = 1_000_000


@dataclass
class Result:
    """The response to `execute`, with everything that came with it."""

    response: dict[str, Any]
    stdout: str
    stderr: str
    frames: list[bytes]
    seconds: float

    @property
    def status(self) -> str:
        return self.response["status"]

    @property
    def error(self) -> dict[str, Any]:
        assert self.response["error"] is not None, self.response
        return self.response["error"]

    @property
    def traceback(self) -> str:
        return self.error["traceback"]

    @property
    def repr(self) -> str | None:
        return self.response["repr"]

    @property
    def document(self) -> dict[str, Any]:
        text = b"".join(frame[1:] for frame in self.frames if frame[:1] == b"V")
        if "final" in self.response:
            assert not text, "the value came twice"
            return {"final": self.response["final"], "outputs": {}}
        return json.loads(text) if text else {}

    @property
    def final(self) -> Any:
        return self.document["final"]

    @property
    def outputs(self) -> dict[str, Any]:
        return self.document["outputs"]

    @property
    def blobs(self) -> list[bytes]:
        return [frame[1:] for frame in self.frames if frame[:1] == b"B"]

    @property
    def displays(self) -> list[dict[str, Any]]:
        """The displays, and the updates with a mark."""
        marks = {b"D": {}, b"E": {"update": True}}
        kept = [frame for frame in self.frames if frame[:1] in marks]
        return [{**json.loads(frame[1:]), **marks[frame[:1]]} for frame in kept]

    def ok(self) -> Result:
        assert self.status == "success", self.response
        return self


@dataclass
class Job:
    """Calls that one interpreter gets in order."""

    calls: list[tuple[str, bytes, bytes]] = field(default_factory=list)


def result_of(raw: dict[str, Any]) -> Result:
    return Result(
        json.loads(raw["answer"]) if raw["answer"] else {},
        raw["stdout"].decode(),
        raw["stderr"].decode(),
        raw["frames"],
        raw["seconds"],
    )


class Server:
    """A process of tests/server.py."""

    def __init__(self, python: str) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        environment = {"PYTHONUTF8": "1", "PATH": os.environ.get("PATH", ""), "HOME": "/"}
        self._process = subprocess.Popen(
            [python, str(HERE / "server.py"), str(to_read), str(to_write)],
            pass_fds=(to_read, to_write),
            env=environment,
            cwd="/",
        )
        os.close(to_read)
        os.close(to_write)

    def job(self, job: dict[str, Any]) -> dict[str, Any]:
        body = marshal.dumps(job, 4)
        data = memoryview(len(body).to_bytes(8, "little") + body)
        while data:
            data = data[os.write(self._write, data[: 1 << 20]) :]
        size = int.from_bytes(self._exactly(8), "little")
        return marshal.loads(self._exactly(size))

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = os.read(self._read, min(size - len(data), 1 << 20))
            assert part, "the test server is gone"
            data += part
        return bytes(data)

    def close(self) -> None:
        os.close(self._write)
        self._process.wait()
        os.close(self._read)


class CommandServer:
    """A program that runs the harness somewhere else, as described at the top."""

    def __init__(self, command: str) -> None:
        self._process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def job(self, job: dict[str, Any]) -> dict[str, Any]:
        directory = Path(job["directory"])
        files = {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}
        line = {
            "directory": job["directory"],
            "files": {name: b64encode(data).decode() for name, data in files.items()},
            "boot": job["boot"].decode(),
            "prepare": job["prepare"],
            "calls": [
                {"function": function, "request": request.decode(), "stdin": b64encode(stdin).decode()}
                for function, request, stdin in job["calls"]
            ],
        }
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        for result in answer.get("results", ()):
            result["answer"] = None if result["answer"] is None else result["answer"].encode()
            result["frames"] = [b64decode(frame) for frame in result["frames"]]
            result["stdout"], result["stderr"] = b64decode(result["stdout"]), b64decode(result["stderr"])
        return answer

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


class Harness:
    """Runs programs; each job in a separate interpreter."""

    def __init__(self, server: Server | CommandServer, directory: Path) -> None:
        self._server = server
        self.directory = directory
        self.last: dict[str, Any] = {}

    def calls(
        self,
        calls: list[tuple[str, dict[str, Any], str]],
        prepare: str = "",
        site: list[str] | None = None,
        **boot: Any,
    ) -> list[dict[str, Any]]:
        config = {
            "channel": CHANNEL,
            "cwd": str(self.directory),
            "argv": ["main.py"],
            "env": None,
            "seed": None,
            **boot,
        }
        self.last = self._server.job(
            {
                "path": str(HERE.parent),
                "directory": str(self.directory),
                "boot": json.dumps(config).encode(),
                "prepare": prepare,
                "calls": [
                    (name, json.dumps(request).encode(), stdin.encode("utf-8", "surrogateescape"))
                    for name, request, stdin in calls
                ],
            }
        )
        assert "died" not in self.last, self.last
        return self.last["results"]

    def run(
        self, code: str, *, stdin: str = "", boot: dict[str, Any] | None = None, prepare: str = "", **request: Any
    ) -> Result:
        """Run one program in a fresh interpreter."""
        return result_of(self.calls([("execute", {"code": code, **request}, stdin)], prepare, **(boot or {}))[0])

    def session(self, *codes: str | dict[str, Any], boot: dict[str, Any] | None = None) -> list[Result]:
        """Run several programs in one session."""
        calls = []
        for code in codes:
            request = {"code": code} if isinstance(code, str) else dict(code)
            name = request.pop("call", "execute")
            stdin = request.pop("stdin", "")
            calls.append((name, {"keep": True, **request}, stdin))
        return [result_of(raw) for raw in self.calls(calls, **(boot or {}))]

    def call(self, name: str, **request: Any) -> Any:
        """Call one of the other functions."""
        return json.loads(self.calls([(name, request, "")])[0]["answer"])


def pytest_addoption(parser):
    parser.addoption("--server", default=None, help="a command that runs the harness somewhere else")
    parser.addoption("--python", default=sys.executable, help="the interpreter that the harness runs in")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--server") is not None:
        for item in items:
            if item.get_closest_marker("native"):
                item.add_marker(pytest.mark.skip("needs a native interpreter"))


@pytest.fixture(scope="session")
def python(request) -> str:
    """The interpreter that the harness runs in."""
    return request.config.getoption("--python")


@pytest.fixture(scope="session")
def version(server) -> tuple[int, int]:
    """The version of the Python that the harness runs in."""
    with tempfile.TemporaryDirectory() as directory:
        result = Harness(server, Path(directory)).run("import sys; sys.version_info[:2]")
    major, minor = result.final["items"]
    return major, minor


@pytest.fixture(scope="session")
def server(request, python):
    command = request.config.getoption("--server")
    made = Server(python) if command is None else CommandServer(command)
    yield made
    made.close()


@pytest.fixture
def harness(server: Server | CommandServer, tmp_path: Path) -> Harness:
    return Harness(server, tmp_path)
