# /// script
# dependencies = ["packaging"]
# ///
"""Versions, requirements, markers and tags."""

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import sys_tags
from packaging.version import Version

assert Version("1.10") > Version("1.9") and Version("2.0rc1").is_prerelease
assert sorted(SpecifierSet(">=1,<2").filter(["0.9", "1.5", "2.0"])) == ["1.5"]
requirement = Requirement("uvicorn[standard]>=0.20; python_version >= '3.8'")
assert requirement.name == "uvicorn" and requirement.extras == {"standard"} and requirement.marker.evaluate()
assert Marker("sys_platform == 'win32' or python_version > '3'").evaluate()
assert "py3-none-any" in map(str, sys_tags())
