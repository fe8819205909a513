# /// script
# dependencies = ["pip"]
#
# [tool.terrarium]
# note = "there is no network and no process; packages are chosen before a run"
# ///
"""Its modules: requirements are parsed and the installed packages listed."""

from pip._internal.cli.main import main
from pip._vendor.packaging.requirements import Requirement

assert Requirement("a[b]>=1").extras == {"b"}
assert main(["--version"]) == 0
assert main(["list", "--format=freeze", "--disable-pip-version-check"]) == 0
