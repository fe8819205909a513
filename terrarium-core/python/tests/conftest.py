"""What the tests run programs with: a harness in a clean process for each."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
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
        return [json.loads(frame[1:]) for frame in self.frames if frame[:1] == b"D"]

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


class Harness:
    """Runs programs; each job in an interpreter of its own."""

    def __init__(self, server: Server, directory: Path) -> None:
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
    parser.addoption("--python", default=sys.executable, help="the interpreter that the harness runs in")


@pytest.fixture(scope="session")
def python(request) -> str:
    """The interpreter that the harness runs in."""
    return request.config.getoption("--python")


@pytest.fixture(scope="session")
def version(python) -> tuple[int, int]:
    """Its version."""
    text = subprocess.check_output([python, "-c", "import sys; print(*sys.version_info[:2])"], text=True)
    major, minor = text.split()
    return int(major), int(minor)


@pytest.fixture(scope="session")
def server(python):
    made = Server(python)
    yield made
    made.close()


@pytest.fixture
def harness(server: Server, tmp_path: Path) -> Harness:
    return Harness(server, tmp_path)
