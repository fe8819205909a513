"""The code in the documentation runs: docstrings, examples, the README."""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys

import pytest
import terrarium

from .conftest import ROOT

PAGES = sorted([*(ROOT / "terrarium-core/guide").glob("*.md"), *(ROOT / "docs").rglob("*.md")])
EXAMPLES = sorted((ROOT / "examples/python").glob("*.py"))


def documented() -> list[tuple[str, str]]:
    """All docstrings with an example, those of the native classes included."""
    found = {}
    modules = [terrarium] + [
        importlib.import_module(f"terrarium.{module.name}") for module in pkgutil.iter_modules(terrarium.__path__)
    ]
    for module in modules:
        found[module.__name__] = module.__doc__ or ""
        for name, item in vars(module).items():
            if not getattr(item, "__module__", "").startswith("terrarium"):
                continue
            found[f"{module.__name__}.{name}"] = getattr(item, "__doc__", None) or ""
            for member, value in vars(item).items() if inspect.isclass(item) else ():
                function = getattr(value, "__func__", value)
                found[f"{item.__module__}.{name}.{member}"] = getattr(function, "__doc__", None) or ""
    return [(name, text) for name, text in sorted(found.items()) if ">>>" in text]


@pytest.mark.parametrize(("name", "text"), documented(), ids=[name for name, _ in documented()])
def test_a_docstrings_example_does_what_it_says(name, text):
    test = doctest.DocTestParser().get_doctest(text, {"terrarium": terrarium}, name, None, 0)
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_the_native_classes_are_among_them():
    names = [name for name, _ in documented()]
    assert len(names) >= 20
    assert any("CancelHandle" in name for name in names)


def test_every_public_name_says_what_it_is():
    for name in terrarium.__all__:
        item = getattr(terrarium, name)
        # Not the aliases of types, which have no docstrings that can be read.
        assert inspect.getdoc(item) or name in ("Content", "Seconds"), name
        for member, value in vars(item).items() if inspect.isclass(item) else ():
            if not member.startswith("_") and callable(value):
                assert inspect.getdoc(value), f"{name}.{member}"


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_runs(path, tmp_path):
    assert "assert" in path.read_text()
    # The temporary folder is its working directory.
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, timeout=120, cwd=tmp_path, env=os.environ
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", PAGES, ids=[f"{path.parent.name}/{path.stem}" for path in PAGES])
def test_the_python_of_a_page_runs(path, tmp_path):
    for program in re.findall(r"^```python\n(.*?)^```$", path.read_text(), re.DOTALL | re.MULTILINE):
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=tmp_path, env=os.environ
        )
        assert done.returncode == 0, f"{program}\n{done.stderr}"


PROGRAMS = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "terrarium-py/README.md").read_text(), re.DOTALL | re.MULTILINE
)


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_of_the_packages_page_runs(program, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=tmp_path, env=os.environ
    )
    assert done.returncode == 0, f"{program}\n{done.stderr}"


def test_the_quick_start_is_the_examples():
    example = (ROOT / "examples/python/quick_start.py").read_text().partition("# START\n")[2].partition("# END")[0]
    for page in ("README.md", "terrarium-py/README.md"):
        assert f"```python\n{example}```" in (ROOT / page).read_text(), page
