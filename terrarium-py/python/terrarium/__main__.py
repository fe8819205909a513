"""The command `terrarium`, also as `python -m terrarium`."""

from __future__ import annotations

import signal
import sys

# The module of images names the bare image that the package ships.
from terrarium import _image, _native

__all__ = ["main"]

_ = _image


def main() -> int:
    """Carry out the command line, and return the exit code."""
    # Python's own handler would only run when the command has ended.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.command(["terrarium", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
