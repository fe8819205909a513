"""The command `terrarium`, also as `python -m terrarium`."""

from __future__ import annotations

import sys

# The module of images names the bare image that the package ships.
from terrarium import _image, _native

__all__ = ["main"]

_ = _image


def main() -> int:
    """Carry out the command line, and return the exit code."""
    return _native.command(["terrarium", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
