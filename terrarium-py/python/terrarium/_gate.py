"""Which thread this is: on the main one, the native module looks for signals while it waits."""

from __future__ import annotations

import atexit
from threading import get_ident, main_thread

from terrarium import _native

# Threads that are in a sandbox when the interpreter ends must not come back to it.
atexit.register(_native.shut_down)


def on_main_thread() -> bool:
    """Return whether Python runs signal handlers on this thread."""
    return get_ident() == main_thread().ident
