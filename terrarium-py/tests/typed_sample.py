"""A sample for the type checkers: what is right passes, and what is wrong is found (a needless `ignore` is an error)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import terrarium
from typing_extensions import Unpack, assert_type

sandbox = terrarium.Sandbox(timeout=datetime.timedelta(seconds=5), packages="auto", packages_from=[Path("wheels")])
sandbox = terrarium.Sandbox(
    timeout=None, packages=["numpy"], deterministic={"seed": 1}, files={"a": b"", "b": Path("c")}
)
result = sandbox.execute("1", {"a.csv": "text"}, inputs={"x": 1}, outputs=["y"], on_stdout=print)
assert_type(result, terrarium.ExecutionResult)
assert_type(result.status, terrarium.Status)
assert_type(result.final_expression, Any)
assert_type(result.output_files, dict[str, bytes])
assert_type(result.has_value, bool)
if result.error is not None:
    assert_type(result.error.line, "int | None")
    assert_type(result.error.frames[0].function, str)
assert_type(result.raise_for_status(), terrarium.ExecutionResult)
with sandbox.session() as session:
    assert_type(session, terrarium.Session)
    assert_type(session.read_file("a"), bytes)
    assert_type(session.complete("a", 1).matches, list[str])
image = terrarium.Image.build(packages=["numpy"], progress=print)
assert_type(terrarium.Image.list(), list[terrarium.ImageInfo])
assert_type(terrarium.Sandbox.on_image(image, memory=1 << 30), terrarium.Sandbox)


def limited(**options: Unpack[terrarium.SandboxOptions]) -> terrarium.Sandbox:
    """Wrap the constructor, as users do."""
    seconds: terrarium.Seconds = options.get("timeout") or 5
    content: terrarium.Content = b""
    options["timeout"] = seconds
    options.setdefault("files", {"a": content})
    return terrarium.Sandbox(**options)


limited(memory=1 << 30, deterministic=terrarium.Deterministic(seed=1))
mount: terrarium.Mount = {"path": Path("/srv/out"), "mode": "read-write", "max_bytes": 1}
limited(mounts={"data": "/srv/data", "more": Path("/srv"), "out": mount})
store = terrarium.PackageStore()
assert_type(store.add("six", from_=Path("folder"), progress=print), list[terrarium.StoredPackage])
assert_type(store.path, Path)
assert_type(sandbox.options, Mapping[str, Any])
assert_type(terrarium.__version__, str)
assert_type(terrarium.PackageError().package, "str | None")


async def awaited() -> None:
    """Awaited results have the same type."""
    assert_type(await terrarium.Sandbox.create_async(timeout=5), terrarium.Sandbox)
    assert_type(await terrarium.Image.build_async(packages=["numpy"]), terrarium.Image)
    assert_type(await store.update_async(), list[terrarium.StoredPackage])
    async with await sandbox.session_async() as live:
        assert_type(live, terrarium.Session)
        assert_type(await live.list_files_async(), list[terrarium.FileInfo])
    assert_type(await sandbox.execute_async("1", timeout=1.5), terrarium.ExecutionResult)


terrarium.Sandbox(memory="1")  # type: ignore[arg-type]
terrarium.Sandbox(no_such_option=1)  # type: ignore[call-arg]
sandbox.execute("1", {"a": 1})  # type: ignore[dict-item]
sandbox.execute("1", timeout="1")  # type: ignore[arg-type]
sandbox.execute(1)  # type: ignore[arg-type]
limited(memroy=1)  # type: ignore[call-arg]
store.add(1)  # type: ignore[arg-type]
terrarium.Image.build(threads=True)  # type: ignore[call-arg]
