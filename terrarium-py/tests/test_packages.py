"""The package store, against a real server on the loopback interface that has real wheels."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import http.server
import json
import pickle
import shutil
import threading

import pytest
import terrarium

from .conftest import ROOT

CORPUS = ROOT / "tests/corpus"
NAMES = ("six", "python-dateutil", "cycler")


class Distribution:
    """A folder with a lock and wheels, and the address that it is served at."""

    def __init__(self, folder):
        self.folder = folder
        lock = json.loads((CORPUS / "pyodide-lock.json").read_text())
        lock["packages"] = {name: lock["packages"][name] for name in NAMES}
        self.lock = lock
        self.write()
        for name in NAMES:
            shutil.copy(CORPUS / self.file(name), folder)
        quiet = type("Handler", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=folder))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def file(self, name):
        return self.lock["packages"][name]["file_name"]

    def write(self):
        (self.folder / "pyodide-lock.json").write_text(json.dumps(self.lock))


@pytest.fixture
def distribution(tmp_path):
    (tmp_path / "distribution").mkdir()
    distribution = Distribution(tmp_path / "distribution")
    yield distribution
    distribution.server.shutdown()
    distribution.server.server_close()


class Index(http.server.BaseHTTPRequestHandler):
    """A Python index (PEP 691) with the wheels of the corpus."""

    def do_GET(self):
        path = self.path.strip("/").split("/")
        wheels = {file.name: file for file in CORPUS.glob("*.whl")}
        if path[0] == "simple":
            own = [name for name in wheels if name.split("-")[0].replace("_", "-").lower() == path[1]]
            files = [
                {"filename": name, "url": f"/files/{name}", "hashes": {"sha256": sha256(wheels[name])}} for name in own
            ]
            page = {"meta": {"api-version": "1.1"}, "name": path[1], "files": files}
            body, kind = json.dumps(page).encode(), "application/vnd.pypi.simple.v1+json"
            self.send_response(200 if own else 404)
        else:
            body, kind = wheels[path[-1]].read_bytes(), "application/octet-stream"
            self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def index():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    server.server_close()


@pytest.fixture
def store(tmp_path):
    return terrarium.PackageStore(tmp_path / "cache")


def test_packages_are_added_with_what_they_need_used_and_removed(distribution, store, tmp_path):
    seen = []
    added = store.add("python_dateutil", from_=distribution.url, progress=seen.append)
    assert [(package.name, package.asked) for package in added] == [("python-dateutil", True), ("six", False)]
    assert added[1] == terrarium.StoredPackage("six", "1.17.0", 11050, False, distribution.url)
    assert {type(progress) for progress in seen} == {terrarium.DownloadProgress}
    assert any((step.file_name, step.done, step.total) == (distribution.file("six"), 11050, 11050) for step in seen)
    assert seen[-1].all_done == seen[-1].all_total > 11050
    assert store.list() == added
    assert store.add("six", from_=distribution.url) == []
    assert (store.path / distribution.file("six")).is_file()
    assert repr(store) == f"<PackageStore {store.path}>"
    assert pickle.loads(pickle.dumps(store)).path == store.path

    distribution.server.shutdown()
    sandbox = terrarium.Sandbox(packages=["six"], cache_dir=tmp_path / "cache", preload=False)
    assert sandbox.execute("import six; six.__version__").final_expression == "1.17.0"

    with pytest.raises(terrarium.PackageError, match="needs it") as error:
        store.remove("six")
    assert error.value.code == "package_store"
    assert [package.name for package in store.remove("python-dateutil", "six")] == ["python-dateutil", "six"]
    assert store.list() == []


def test_a_folder_is_a_distribution_too_and_an_update_takes_its_versions(distribution, store):
    store.add("six", from_=distribution.folder)
    assert store.update() == []
    distribution.lock["packages"]["six"]["sha256"] = distribution.lock["packages"]["cycler"]["sha256"]
    distribution.lock["packages"]["six"]["file_name"] = distribution.file("cycler")
    distribution.lock["packages"]["six"]["version"] = "2"
    distribution.write()
    assert [(package.name, package.version) for package in store.update("six")] == [("six", "2")]


def test_what_the_distribution_does_not_have_comes_from_the_index(index, distribution, store, tmp_path):
    """The distribution's own server cannot be reached here, as on a machine that only has a mirror of the index."""
    added = store.add("python-dateutil>=2", index=index, extra_indexes=[])
    assert [package.name for package in added] == ["python-dateutil", "six"]
    assert {package.source for package in added} == {index + "/"}
    sandbox = terrarium.Sandbox(packages=["python-dateutil>2,<9"], cache_dir=tmp_path / "cache", preload=False)
    assert sandbox.execute("import dateutil.parser\ndateutil.parser.parse('1 May 2026').month").final_expression == 5
    lock = tmp_path / "pylock.toml"
    lock.write_text(store.pylock())
    assert asyncio.run(store.pylock_async()) == lock.read_text()

    other = terrarium.PackageStore(tmp_path / "other")
    assert [package.name for package in other.add(lock_file=lock)] == ["python-dateutil", "six"]
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("cycler  # a comment\n")
    script = "# /// script\n# dependencies = ['six']\n# ///\n"
    added = other.add(requirements_files=[requirements], script=script, index=index)
    assert [package.name for package in added] == ["cycler"]
    with pytest.raises(terrarium.PackageError, match="you require six>99") as error:
        other.add("six>99", index=index)
    assert error.value.code == "package_unsatisfiable"
    with pytest.raises(terrarium.PackageError, match="no-such-name") as error:
        other.add("no-such-name", index=index)
    assert error.value.code == "package_unknown"
    with pytest.raises(terrarium.PackageError, match="six >< 2") as error:
        other.add("six >< 2", index=index)
    assert error.value.code == "package_requirement"
    with pytest.raises(terrarium.PackageError, match="you require six"):
        terrarium.Sandbox(packages=["six<1"], cache_dir=tmp_path / "other")


def test_an_unknown_name_is_named_with_the_way_out(distribution, store):
    with pytest.raises(terrarium.PackageError, match="did you mean six") as error:
        store.add("sixx", from_=distribution.url)
    assert (error.value.code, error.value.package) == ("package_unknown", "sixx")
    with pytest.raises(terrarium.PackageError, match=r'`terrarium.PackageStore\(\).add\("six"\)`'):
        terrarium.Sandbox(packages=["six"], cache_dir=store.path.parent)
    with pytest.raises(TypeError, match="a name is a str, not int"):
        store.add(1)
    with pytest.raises(TypeError, match="progress: expected a function, not int"):
        store.add("six", from_=distribution.url, progress=1)


def test_a_file_with_another_hash_is_refused(distribution, store):
    wheel = distribution.folder / distribution.file("six")
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")
    with pytest.raises(terrarium.PackageError, match="SHA-256") as error:
        store.add("six", from_=distribution.url)
    assert error.value.code == "package_hash"
    assert error.value.path.endswith(distribution.file("six"))
    assert store.list() == []


def test_a_file_that_is_not_there_names_its_address(distribution, store):
    (distribution.folder / distribution.file("six")).unlink()
    with pytest.raises(terrarium.PackageError, match="404") as error:
        store.add("six", from_=distribution.url)
    assert (error.value.code, error.value.url) == ("package_download", f"{distribution.url}/{distribution.file('six')}")
    with pytest.raises(terrarium.PackageError, match="404"):
        store.add("six", from_=f"{distribution.url}/nowhere")


def test_a_folder_that_cannot_be_made_is_an_error_of_the_cache():
    with pytest.raises(terrarium.CacheError) as error:
        terrarium.PackageStore("/proc/no-folder-here")
    assert error.value.path.startswith("/proc")


def test_an_exception_of_progress_stops_the_download_and_is_raised(distribution, store):
    def stop(progress):
        raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        store.add("six", from_=distribution.url, progress=stop)
    # The store is free again, and what was there is used.
    store.add("six", from_=distribution.url)
    assert [package.name for package in store.list()] == ["six"]


def test_twins_do_the_same_and_call_progress_in_the_loop(distribution, store):
    async def main():
        threads = set()
        added = await store.add_async(
            "python-dateutil", from_=distribution.url, progress=lambda _: threads.add(threading.get_ident())
        )
        assert threads == {threading.get_ident()}
        assert await store.list_async() == added
        assert await store.update_async() == []
        assert await store.remove_async("python-dateutil") == added
        with pytest.raises(terrarium.PackageError, match="did you mean"):
            await store.add_async("sixx", from_=distribution.url)
        with pytest.raises(TypeError, match="progress: expected a function"):
            await store.add_async("six", from_=distribution.url, progress=1)

    asyncio.run(main())


# A server that takes half a minute for a file, and a store.
SLOW = f"""
import asyncio, http.server, os, pathlib, signal, socket, sys, tempfile, threading, time, terrarium
corpus = pathlib.Path({str(CORPUS)!r})
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_GET(self):
        data = (corpus / self.path.lstrip("/")).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        is_slow = "sympy" in self.path
        if "jiter" in self.path:
            time.sleep(60)
        for start in range(0, len(data), 1 << 16):
            self.wfile.write(data[start : start + (1 << 16)])
            time.sleep(0.3 if is_slow else 0)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{{server.server_port}}"
# Nothing accepts here, and nothing answers.
silent = socket.create_server(("127.0.0.1", 0))
index = f"http://127.0.0.1:{{silent.getsockname()[1]}}/simple"
folder = tempfile.TemporaryDirectory()
store = terrarium.PackageStore(folder.name)
begun = time.monotonic()
"""


# A file that arrives slowly, one that does not arrive, and a page that does not.
WAYS = ["'sympy', from_=url", "'jiter', from_=url", "'nothing', index=index"]


@pytest.mark.parametrize("progress", ["None", "print"])
@pytest.mark.parametrize("way", WAYS)
def test_ctrl_c_stops_a_download_and_frees_the_store(python, progress, way):
    program = f"""
listener = None if {progress} is None else lambda progress: None
threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    store.add({way}, progress=listener)
except KeyboardInterrupt:
    print("interrupted")
print([package.name for package in store.add("six", from_=url)], time.monotonic() - begun < 10)
"""
    assert python(SLOW + program) == "interrupted\n['six'] True\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_cancelled_task_stops_its_download(python, way):
    program = f"""
async def main():
    try:
        await asyncio.wait_for(store.add_async({way}), 1)
    except asyncio.TimeoutError:
        print("cancelled")
    print([package.name for package in await store.add_async("six", from_=url)], time.monotonic() - begun < 10)
asyncio.run(main())
"""
    assert python(SLOW + program) == "cancelled\n['six'] True\n"


def test_an_exception_of_progress_ends_a_call_that_waits(python):
    program = """
def progress(progress):
    if time.monotonic() - begun > 1:
        raise TimeoutError("long enough")
try:
    store.add("nothing", index=index, progress=progress)
except TimeoutError as error:
    print(error)
print([package.name for package in store.add("six", from_=url)], time.monotonic() - begun < 10)
"""
    assert python(SLOW + program) == "long enough\n['six'] True\n"


def test_ctrl_c_ends_the_command(python):
    program = """
import subprocess
command = [sys.executable, "-m", "terrarium", "packages", "--cache-dir", folder.name, "add", "nothing", "--index-url", index]
with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    print(process.wait(10) == -signal.SIGINT)
print([package.name for package in store.add("six", from_=url)])
"""
    assert python(SLOW + program) == "True\n['six']\n"


def test_a_script_for_another_python_is_refused(store):
    script = "# /// script\n# requires-python = '<3.14'\n# dependencies = ['six']\n# ///\n"
    with pytest.raises(terrarium.PackageError, match=r"it requires Python <3.14, this is 3\.14") as raised:
        store.add(script=script)
    assert raised.value.code == "package_requirement"


def test_packages_are_prepared_before_a_run():
    sandbox = terrarium.Sandbox(packages="auto", packages_from=[CORPUS])
    assert sandbox.prepare_packages("import six; 1 / 0") is None
    assert asyncio.run(sandbox.prepare_packages_async("import six")) is None
    assert sandbox.execute("import six; six.PY3").final_expression is True
    with pytest.raises(TypeError, match="code"):
        sandbox.prepare_packages(1)
