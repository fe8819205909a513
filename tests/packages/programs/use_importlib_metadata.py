# /// script
# dependencies = ["importlib-metadata"]
# ///
"""Versions, requirements, files and entry points of installed packages."""

from importlib_metadata import distribution, entry_points, files, metadata, requires, version

assert version("importlib-metadata") == metadata("importlib_metadata")["Version"]
assert any(text.startswith("zipp") for text in requires("importlib-metadata"))
assert any(str(path) == "importlib_metadata/__init__.py" for path in files("importlib-metadata"))
assert distribution("zipp").read_text("METADATA").startswith("Metadata-Version")
assert entry_points(group="no.such.group").names == set()
