# /// script
# dependencies = ["pathspec"]
# ///
"""Patterns of ignored files, as git has them."""

import pathlib

import pathspec

spec = pathspec.PathSpec.from_lines("gitignore", ["*.pyc", "build/", "!keep.pyc"])
assert list(spec.match_files(["a.py", "a.pyc", "keep.pyc", "build/x.txt"])) == ["a.pyc", "build/x.txt"]
pathlib.Path("tree/build").mkdir(parents=True)
pathlib.Path("tree/build/x").write_text("")
pathlib.Path("tree/y").write_text("")
assert list(spec.match_tree_files("tree")) == ["build/x"]
