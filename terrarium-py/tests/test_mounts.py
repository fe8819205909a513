"""Folders and files of the host that code sees."""

from __future__ import annotations

import os
import pickle
import threading
from pathlib import Path

import pytest
import terrarium


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret").write_text("secret")
    inside = tmp_path / "in"
    (inside / "sub").mkdir(parents=True)
    (inside / "a.csv").write_text("x,y\n1,2\n")
    (inside / "sub/b.txt").write_text("b")
    (inside / "out").symlink_to("../secret")
    return inside


@pytest.mark.parametrize(
    "form", [str, Path, lambda path: {"path": path}, lambda path: {"path": str(path), "mode": "read-only"}]
)
def test_a_path_alone_is_a_read_only_mount(folder, form):
    sandbox = terrarium.Sandbox(mounts={"data": form(folder)})
    result = sandbox.execute("import os\nos.listdir('data'), open('data/a.csv').read()")
    assert result.final_expression == (["a.csv", "out", "sub"], "x,y\n1,2\n")
    for code in ["open('data/a.csv', 'w')", "open('data/out')"]:
        result = sandbox.execute(code)
        assert result.error.type in ("OSError", "PermissionError")
        assert str(folder) not in result.error.traceback


def test_an_overlay_reports_changes_and_leaves_the_host_alone(folder):
    sandbox = terrarium.Sandbox(mounts={"data": {"path": folder, "mode": "overlay"}})
    result = sandbox.execute("import os\nopen('data/a.csv', 'a').write('z')\nos.remove('data/sub/b.txt')")
    assert result.output_files == {"data/a.csv": b"x,y\n1,2\nz"}
    assert result.deleted_files == ["data/sub/b.txt"]
    assert (folder / "a.csv").read_text() == "x,y\n1,2\n"
    assert (folder / "sub/b.txt").exists()


def test_a_read_write_mount_is_shared_with_the_host(folder):
    mount: terrarium.Mount = {"path": folder, "mode": "read-write", "max_bytes": 100, "max_files": 2}
    with terrarium.Sandbox(mounts={"/mnt/data": mount}).session() as session:
        session.execute("f = open('/mnt/data/made', 'w', buffering=1)\nf.write('one\\n')")
        assert (folder / "made").read_text() == "one\n"
        (folder / "answer").write_text("42")
        assert session.execute("int(open('/mnt/data/answer').read())").final_expression == 42
        result = session.execute("f.write('x' * 1000)\nf.flush()")
        assert (result.error.type, "No space left on device" in result.error.message) == ("OSError", True)
        assert session.read_file("/mnt/data/answer") == b"42"
    assert (folder / "made").stat().st_size == 100


def test_what_cannot_be_mounted_is_refused_by_name(folder):
    for mounts, part in [
        ({"data": folder / "missing"}, "cannot open"),
        ({"/lib": folder}, "belongs to the interpreter"),
        ({"data": {"path": folder, "mode": "rw"}}, "none of"),
        ({"data": {"path": folder, "max_byte": 1}}, "there is no such option"),
        ({"data": 5}, "paths or objects"),
        ([folder], "paths or objects"),
    ]:
        with pytest.raises((terrarium.InvalidOptionError, TypeError), match=part):
            terrarium.Sandbox(mounts=mounts)
    with pytest.raises(terrarium.InvalidPathError):
        terrarium.Sandbox(mounts={"../data": folder})


def test_a_sandbox_with_mounts_is_pickled(folder):
    sandbox = terrarium.Sandbox(mounts={"data": {"path": folder, "mode": "overlay"}})
    again = pickle.loads(pickle.dumps(sandbox))
    assert again.execute("open('data/sub/b.txt').read()").final_expression == "b"


def test_numpy_and_pandas_read_and_write_a_mount(folder, science):
    (folder / "rows.csv").write_text("a,b\n" + "".join(f"{n},{n * n}\n" for n in range(10_000)))
    mounts = {"data": {"path": folder, "mode": "read-write"}}
    sandbox = terrarium.Sandbox(**{**science.options, "mounts": mounts})
    code = """
import numpy as np, pandas as pd
total = sum(int(part['b'].sum()) for part in pd.read_csv('data/rows.csv', chunksize=1000))
np.save('data/array.npy', np.arange(100_000))
view = np.load('data/array.npy', mmap_mode='r+')
view[::1000] = -1
view.flush()
pd.DataFrame({'a': [1, 2]}).to_csv('data/made.csv', index=False)
total, int((np.load('data/array.npy') == -1).sum()), pd.read_csv('data/made.csv')['a'].tolist()
"""
    result = sandbox.execute(code)
    assert result.final_expression == (sum(n * n for n in range(10_000)), 100, [1, 2]), result.error
    assert (folder / "array.npy").stat().st_size == 128 + 8 * 100_000


def test_links_that_are_swapped_while_code_reads_lead_nowhere(folder, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/b.txt").write_text("secret")
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            os.rename(folder / "sub", folder / "kept")
            os.symlink("../other", folder / "sub")
            os.remove(folder / "sub")
            os.rename(folder / "kept", folder / "sub")

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        code = """
import time
seen, end = set(), time.monotonic() + 1.5
while time.monotonic() < end or not seen:
    try:
        seen.add(open('data/sub/b.txt').read())
    except OSError:
        pass
seen
"""
        assert terrarium.Sandbox(mounts={"data": folder}).execute(code, timeout=60).final_expression == {"b"}
    finally:
        stop.set()
        thread.join()


def test_a_file_that_shrinks_and_grows_while_code_reads_is_no_fault(folder):
    large = folder / "large"
    large.write_bytes(b"x" * 1_000_000)
    stop = threading.Event()

    def change():
        while not stop.is_set():
            os.truncate(large, 10)
            os.truncate(large, 1_000_000)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        code = """
import mmap, time
end, lengths = time.monotonic() + 1.5, set()
while time.monotonic() < end:
    with open('data/large', 'rb') as file:
        lengths.add(len(file.read()))
        file.seek(0)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            view[:5], view[-1]
max(lengths) <= 1_000_000
"""
        assert terrarium.Sandbox(mounts={"data": folder}).execute(code, timeout=60).final_expression is True
    finally:
        stop.set()
        thread.join()
