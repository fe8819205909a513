# packages: packaging
# works: yes
"""Versions, requirements, markers and tags."""

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import sys_tags
from packaging.version import Version

print(sorted(map(Version, ["1.10", "1.9", "2.0rc1", "2.0", "1.0.dev3"])))
requirement = Requirement("pandas[excel]>=2,<4; sys_platform == 'emscripten'")
print(requirement.name, requirement.extras, requirement.specifier, requirement.marker.evaluate())
print("2.1" in SpecifierSet(">=2,!=2.1.*"), Marker("python_version >= '3.14'").evaluate())
print(next(sys_tags()))
