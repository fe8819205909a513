"""Shared parts of the tests: one sandbox, and programs that run in a separate Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import terrarium

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def sandbox():
    return terrarium.Sandbox(timeout=20)


@pytest.fixture
def session(sandbox):
    with sandbox.session() as session:
        yield session


@pytest.fixture(scope="session")
def science():
    """A sandbox with pandas; its image is made once on a machine."""
    return terrarium.Sandbox(packages=["numpy", "pandas"], packages_from=[ROOT / "tests/corpus"], quick_start=False)


@pytest.fixture
def python():
    """Run a program in a fresh Python, and return what it printed. It must come to its end within a minute."""

    def run(program: str, *, code: int = 0, **options) -> str:
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", program],
            capture_output=True, text=True, timeout=60, env={**os.environ, **options},
        )  # fmt: skip
        assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run
