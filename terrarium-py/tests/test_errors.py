"""Errors: their classes, codes, fields, texts and pickles."""

from __future__ import annotations

import errno
import inspect
import json
import pickle

import pytest
import terrarium
from terrarium import _errors


def kinds():
    found = [item for _, item in inspect.getmembers(_errors, inspect.isclass) if issubclass(item, Exception)]
    assert len(found) >= 18
    return found


def test_every_error_is_below_one_and_has_a_code():
    for kind in kinds():
        assert issubclass(kind, terrarium.TerrariumError)
        assert kind.code.isidentifier()
        assert kind.code.islower()
    exported = {getattr(terrarium, name) for name in terrarium.__all__ if name.endswith("Error")}
    assert {kind for kind in kinds() if not issubclass(kind, _errors.SandboxFileError)} < exported


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ENOENT", FileNotFoundError),
        ("EISDIR", IsADirectoryError),
        ("ENOTDIR", NotADirectoryError),
        ("EACCES", PermissionError),
        ("EPERM", PermissionError),
        ("EEXIST", FileExistsError),
        ("ENOSPC", OSError),
    ],
)
def test_a_file_error_is_the_oserror_of_its_number_and_pickles(name, kind):
    error = _errors.from_core("file", "the message", json.dumps({"path": "a/b", "errno": name, "reason": "in words"}))
    for found in (error, pickle.loads(pickle.dumps(error))):
        assert type(found) is type(error)
        assert isinstance(found, (terrarium.SandboxFileError, terrarium.TerrariumError))
        assert isinstance(found, kind)
        assert (found.errno, found.strerror, found.filename) == (getattr(errno, name), "in words", "a/b")
        assert (str(found), found.path, found.code) == ("the message", "a/b", "file")


def test_a_number_that_the_host_does_not_have_is_none():
    error = _errors.from_core("file", "text", json.dumps({"path": "a", "errno": "ENOSUCHNAME", "reason": ""}))
    assert type(error) is terrarium.SandboxFileError
    assert error.errno is None


def test_files_of_a_session_fail_as_files_of_the_host_do(session):
    session.write_file("folder/a", "1")
    with pytest.raises(FileNotFoundError) as error:
        session.read_file("none")
    assert (error.value.errno, error.value.filename, error.value.operation) == (errno.ENOENT, "none", "read")
    with pytest.raises(IsADirectoryError):
        session.read_file("folder")
    with pytest.raises(NotADirectoryError):
        session.read_file("folder/a/b")
    with pytest.raises(OSError, match="none") as error:
        session.remove_file("none")
    assert isinstance(error.value, terrarium.SandboxFileError)
    small = terrarium.Sandbox(file_bytes=1000).session()
    with pytest.raises(OSError, match="large") as error:
        small.write_file("large", b"x" * 5000)
    assert error.value.errno in (errno.ENOSPC, errno.EDQUOT)
    assert error.value.operation == "write"
    assert "no such file" not in str(error.value)


def test_every_error_pickles_with_its_fields(sandbox):
    errors = [
        terrarium.TooLargeError("text", code="too_large", option="code_bytes", limit=1, used=2),
        _errors.from_core("package_hash", "text", '{"path": "/a.whl"}'),
        _errors.from_core("image", "text", '{"path": "/a.timg", "reason": "why"}'),
        _errors.from_core("forked", "text", "{}"),
    ]
    for error in errors:
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.args, vars(again)) == (type(error), error.args, vars(error))
    failed = sandbox.execute("1 / 0")
    with pytest.raises(terrarium.ExecutionError) as raised:
        failed.raise_for_status()
    assert pickle.loads(pickle.dumps(raised.value)).result == failed


def test_a_package_that_is_not_there_names_the_way_out_in_python():
    with pytest.raises(terrarium.PackageError) as error:
        terrarium.Sandbox(packages=["no-such-package-anywhere"])
    assert (error.value.code, error.value.package) == ("package_unknown", "no-such-package-anywhere")
    assert 'add it with `terrarium.PackageStore().add("no-such-package-anywhere")`' in str(error.value)
    assert "terrarium packages" not in str(error.value)
    assert (error.value.path, error.value.url) == (None, None)


def test_codes_are_the_cores():
    cases = {
        "invalid_option": lambda: terrarium.Sandbox(memory=1),
        "invalid_path": lambda: terrarium.Sandbox(files={"../up": b""}),
        "too_large": lambda: terrarium.Sandbox(code_bytes=8).execute("print(123456)"),
        "package_source": lambda: terrarium.Sandbox(packages=["six"], packages_from=["/no/such/folder"]),
        "image": lambda: terrarium.Image.open("/no/such/image"),
        "cache": lambda: terrarium.Image.build(cache_dir="/proc/no-folder-here"),
    }
    for code, fail in cases.items():
        with pytest.raises(terrarium.TerrariumError) as error:
            fail()
        assert error.value.code == code
