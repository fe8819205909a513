"""Which thread this is: on the main one, the native module looks for signals while it waits."""

from __future__ import annotations

from threading import get_ident, main_thread


def on_main_thread() -> bool:
    """Return whether Python runs signal handlers on this thread."""
    return get_ident() == main_thread().ident
