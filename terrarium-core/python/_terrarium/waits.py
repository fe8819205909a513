"""A sleep that ends early when a signal was handled."""

from __future__ import annotations

from sys import modules
from time import sleep

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# Below this number of seconds a sleep is exact, and does not end early.
_SHORT = 0.02
# The longest sleep, in seconds. The clocks of the system cannot represent all times.
_LONG = 3600.0

_poll: Any = None


def nap(seconds: float | None) -> None:
    """Sleep for about this time, or until a signal was handled. The caller looks at the clock.

    `time.sleep` continues after a handler that returns. A wait for no descriptor ends.
    """
    global _poll
    if seconds is not None and seconds < _SHORT:
        if seconds > 0:
            sleep(seconds)
        return
    if _poll is None:
        from select import poll

        # The program's own waits let threads run, on top of this one.
        patient = modules.get("_terrarium.threads.waits")
        _poll = poll() if patient is None else patient.REAL_POLL()
    _poll.poll(int(min(_LONG if seconds is None else seconds, _LONG) * 1000))
