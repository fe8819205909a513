# packages: micropip
# works: in part: it installs what the option `install` permits; `uninstall`, `freeze` and other indexes are refused
"""Its import, the installation of a package, and one that does not exist."""

import micropip

await micropip.install("six")
import six

print(six.__version__, "six" in micropip.list())
try:
    await micropip.install("nobody-has-this-package")
except ValueError as error:
    print(str(error).partition(".")[0])
