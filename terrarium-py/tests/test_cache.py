"""The cache folder."""

from __future__ import annotations

import asyncio
import os
import pickle
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
import terrarium


@pytest.fixture
def folder(tmp_path):
    """A cache folder with the bare image and a bytecode file that was not used for a year."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    built = Path(terrarium.Image.build().info.path)
    shutil.copy(built, folder)
    (folder / built.name).chmod(0o600)
    old = folder / "a.pyc.zip"
    old.write_text("old")
    old.chmod(0o600)
    year = time.time() - 365 * 86400
    os.utime(old, (year, year))
    return folder


def test_files_are_listed_with_their_kinds_and_removed_by_age_and_by_size(folder):
    cache = terrarium.CacheFolder(folder)
    entries = cache.list()
    assert [(entry.kind, entry.name, entry.is_open) for entry in entries] == [
        ("bytecode", "a.pyc.zip", False),
        ("image", "base", False),
    ]
    assert entries[1].bytes > 1 << 20
    assert entries[1].used > 1.7e9
    assert cache.prune(bytes=2**40) == []
    assert [entry.name for entry in cache.prune(unused_for=timedelta(days=1))] == ["a.pyc.zip"]
    assert [entry.path for entry in cache.prune(bytes=1000)] == [entries[1].path]
    assert cache.clear() == []
    assert pickle.loads(pickle.dumps(cache)).path == cache.path
    assert repr(cache) == f"<CacheFolder {cache.path}>"
    with pytest.raises(ValueError, match="unused_for"):
        cache.prune(unused_for=-1)


def test_an_image_that_is_open_stays(folder):
    sandbox = terrarium.Sandbox(cache_dir=folder)
    cache = terrarium.CacheFolder(folder)

    async def clear():
        assert any(entry.is_open for entry in await cache.list_async())
        assert [entry.name for entry in await cache.clear_async()] == ["a.pyc.zip"]
        assert await cache.prune_async(bytes=0, unused_for=0) == []

    asyncio.run(clear())
    assert sandbox.execute("1 + 1").final_expression == 2
    assert list(folder.glob("*.timg"))
