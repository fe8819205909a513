# packages: micropip
# works: no: there is no network; a sandbox gets its packages before the run
"""Its import, and a package that cannot be fetched."""

import micropip

try:
    await micropip.install("six")
except Exception as error:
    raise SystemExit(f"not installed: {type(error).__name__}") from None
