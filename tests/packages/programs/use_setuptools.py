# /// script
# dependencies = ["setuptools"]
# ///
"""A project's settings are read, and a wheel is built of them."""

import pathlib
import zipfile

from setuptools import build_meta, find_packages

pathlib.Path("pyproject.toml").write_text('[project]\nname = "small"\nversion = "1.2"\n[build-system]\nrequires = ["setuptools"]\n')
pathlib.Path("small").mkdir()
pathlib.Path("small/__init__.py").write_text("answer = 42\n")
assert find_packages() == ["small"]
pathlib.Path("dist").mkdir()
name = build_meta.build_wheel("dist")
assert name == "small-1.2-py3-none-any.whl", name
with zipfile.ZipFile(f"dist/{name}") as wheel:
    assert wheel.read("small/__init__.py") == b"answer = 42\n"
