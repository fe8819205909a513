"""Packages that code installs, from a real index on the loopback interface."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile

import pytest
import terrarium


def wheel(name, version, files, requires=()):
    """Return the content of a wheel."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        lines = "".join(f"Requires-Dist: {line}\n" for line in requires)
        info = f"{name}-{version}.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{lines}")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    return content.getvalue()


class Index(http.server.BaseHTTPRequestHandler):
    """A Python index (PEP 691)."""

    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        kind, name = self.path.strip("/").split("/")[:2]
        if kind == "simple":
            if name == "slow-package":
                server.slow.wait(30)
            files = [
                {
                    "filename": file,
                    "url": f"/files/{file}",
                    "hashes": {"sha256": "0" * 64 if name == "forged-package" else hashlib.sha256(content).hexdigest()},
                }
                for file, content in server.wheels.items()
                if file.split("-")[0].replace("_", "-") == name
            ]
            page = {"meta": {"api-version": "1.1"}, "name": name, "files": files}
            body, form = json.dumps(page).encode(), "application/vnd.pypi.simple.v1+json"
            self.send_response(200 if files else 404)
        else:
            body, form = server.wheels[name], "application/octet-stream"
            self.send_response(200)
        self.send_header("Content-Type", form)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def index(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    server.asked, server.slow = [], threading.Event()
    upper = {"upper_package/__init__.py": "from lower_package import x\ny = x + 1\n"}
    server.wheels = {
        "upper_package-1.0-py3-none-any.whl": wheel("upper_package", "1.0", upper, ["lower-package"]),
        "lower_package-2.0-py3-none-any.whl": wheel("lower_package", "2.0", {"lower_package.py": "x = 41\n"}),
        "native_package-1-py3-none-any.whl": wheel("native_package", "1", {"native_package/a.so": "\0asm"}),
        "forged_package-1-py3-none-any.whl": wheel("forged_package", "1", {"forged_package.py": ""}),
        "slow_package-1-py3-none-any.whl": wheel("slow_package", "1", {"slow_package.py": ""}),
    }
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://reader:secret@127.0.0.1:{server.server_port}/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    yield server
    server.slow.set()
    server.shutdown()
    server.server_close()


PROGRAM = "await __import__('micropip').install('upper-package')\nimport upper_package\nupper_package.y"


def test_code_installs_from_the_index_once_and_no_other_sandbox_sees_it(index, tmp_path):
    sandbox = terrarium.Sandbox(install="index", cache_dir=tmp_path)
    result = sandbox.execute("%pip install upper-package\nimport upper_package\nupper_package.y")
    assert (result.stdout.splitlines()[-1], result.stderr) == (
        "Successfully installed lower-package-2.0 upper-package-1.0",
        "",
    )
    assert result.final_expression == 42
    assert result.metrics.packages == ["lower-package", "upper-package"]
    assert len(index.asked) == 4
    assert sandbox.execute(PROGRAM).final_expression == 42
    assert len(index.asked) == 4, "it was here"
    assert terrarium.PackageStore(tmp_path).list() == []
    for install in ("local", "off"):
        error = terrarium.Sandbox(install=install, cache_dir=tmp_path).execute(PROGRAM).error
        assert error.type == "ValueError", install
    with pytest.raises(terrarium.PackageError):
        terrarium.Sandbox(packages=["upper-package"], cache_dir=tmp_path)
    index.shutdown()
    assert sandbox.execute(PROGRAM).final_expression == 42


def test_what_the_index_has_not_or_has_wrong_is_refused_without_its_address(index, tmp_path):
    session = terrarium.Sandbox(install="index", cache_dir=tmp_path).session()
    for name, expected in (
        ("nobody-has-this-one", 'no package "nobody-has-this-one"'),
        ("forged-package", "has another hash"),
        ("native-package", "native-package 1 has compiled libraries"),
        ("upper-package>7", "you require upper-package>7"),
    ):
        result = session.execute(f"%pip install '{name}'")
        assert expected in result.stderr
        assert all(secret not in result.stderr for secret in ("127.0.0.1", "secret", str(tmp_path)))
    assert session.execute(PROGRAM).final_expression == 42


def test_a_run_ends_at_its_deadline_while_the_index_is_slow_and_others_go_on(index, tmp_path):
    sandbox = terrarium.Sandbox(install="index", cache_dir=tmp_path, timeout=10)
    sandbox.execute("1")
    session = sandbox.session()
    session.execute("x = 5")
    begun = time.monotonic()
    result = session.execute("%pip install slow-package", timeout=1)
    assert result.status == "timeout"
    assert time.monotonic() - begun < 8
    assert session.execute("x").final_expression == 5, "the session is kept"
    assert sandbox.execute(PROGRAM).final_expression == 42
    index.slow.set()
    assert "Successfully installed slow-package-1" in session.execute("%pip install slow-package").stdout


def test_a_cancelled_run_ends_while_the_index_is_slow_and_the_session_is_kept(index, tmp_path):
    session = terrarium.Sandbox(install="index", cache_dir=tmp_path, timeout=60).session()
    session.execute("x = 5")
    cancel = terrarium.CancelHandle()

    def cancel_soon():
        while not any("slow-package" in path for path in index.asked):
            time.sleep(0.01)
        cancel.cancel()

    threading.Thread(target=cancel_soon, daemon=True).start()
    begun = time.monotonic()
    result = session.execute("%pip install slow-package", cancel=cancel)
    assert result.status == "cancelled"
    assert time.monotonic() - begun < 8
    # The store of packages that code installs is free again.
    assert session.execute(f"{PROGRAM} + x").final_expression == 47


# A program that installs the packages that its arguments name, and prints the values of their modules.
WORKER = """
import sys, terrarium
folder, *names = sys.argv[1:]
code = "".join(f"%pip install {name}\\nimport {name.replace('-', '_')} as module\\nprint(module.x)\\n" for name in names)
result = terrarium.Sandbox(install="index", cache_dir=folder, timeout=100).execute(code)
lines = [line for line in result.stdout.splitlines() if line.isdigit()]
print(result.status, *lines, result.stderr)
"""


def test_processes_install_at_the_same_time_and_one_that_is_killed_leaves_nothing(index, tmp_path):
    for number in range(4):
        name = f"own{number}_package"
        text = f"from lower_package import x as y\nx = y + {number}\n" + "# padding\n" * 20_000
        index.wheels[f"{name}-1-py3-none-any.whl"] = wheel(name, "1", {f"{name}.py": text}, ["lower-package"])
    terrarium.Sandbox(install="index", cache_dir=tmp_path).execute("1")

    def start(*names):
        command = [sys.executable, "-c", WORKER, str(tmp_path), *names]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait_for(name):
        end = time.monotonic() + 60
        while not any(name in path for path in index.asked):
            assert time.monotonic() < end, index.asked
            time.sleep(0.01)

    hung = start("own0-package", "slow-package")
    wait_for("/simple/slow-package")
    others = [start(f"own{number % 4}-package", "lower-package") for number in range(7)]
    time.sleep(1)
    hung.send_signal(signal.SIGKILL)
    assert hung.wait(30) == -signal.SIGKILL
    hung.stdout.close()
    for number, process in enumerate(others):
        text, _ = process.communicate(timeout=200)
        assert (process.returncode, text.strip()) == (0, f"success {41 + number % 4} 41"), text

    store = tmp_path / "guest-packages"
    lock = json.loads((store / "pyodide-lock.json").read_text())["packages"]
    files = {package["file_name"]: package["sha256"] for package in lock.values()}
    expected = {f"own{number}_package-1-py3-none-any.whl" for number in range(4)} | {
        "lower_package-2.0-py3-none-any.whl"
    }
    assert set(files) == expected
    assert {path.name for path in store.iterdir() if path.suffix == ".whl" or path.name.startswith(".new")} == expected
    for name, sha256 in files.items():
        assert hashlib.sha256((store / name).read_bytes()).hexdigest() == sha256
    fetched = [path for path in index.asked if path.startswith("/files/")]
    assert len(fetched) == len(set(fetched)), "each file is fetched once"
    assert not (tmp_path / "guest-index" / "wheels").exists() or os.listdir(tmp_path / "guest-index" / "wheels") == []
