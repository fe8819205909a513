"""`signal`: handlers of SIGINT and SIGALRM, alarms and interval timers. The host sends both signals.

The handlers that the interpreter calls stay those of the harness, and they call the program's. SIGALRM is dropped while
the harness works; SIGINT waits.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import errno
import sys
import time
from fcntl import ioctl
from os import strerror

from _terrarium.callers import user_frames
from _terrarium.disguise import present, replace
from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# The request to the host.
_SET = 0x7405
_SECOND = 1_000_000_000
# The longest time that the host takes, in seconds.
_LONGEST = 2.0**63 / _SECOND
# The exit status of a program that a signal has ended, without the signal's number.
_ENDED = 128

_module: Any = None
_handler: Any = None
_interrupt_handler: Any = None
# The time at which the alarm goes off, and the interval.
_due: float = 0.0
_interval: float = 0.0
# The number of alarms that the program has handled.
_handled = 0
# The sleep of a program that waits for a signal when no alarm is due.
_SLICE = 0.05


def _on_alarm(number: int, frame: Any) -> None:
    global _handled
    if not state.user or _handler is _module.SIG_IGN:
        return
    _handled += 1
    if _handler is not _module.SIG_DFL:
        _handler(number, next(user_frames(frame), None))
        return
    sys.stderr.write("Alarm clock\n")
    raise SystemExit(_ENDED + number)


def _end(number: int, _frame: Any) -> None:
    raise SystemExit(_ENDED + number)


def _ignore(_number: int, _frame: Any) -> None:
    pass


def _remaining() -> float:
    left = _due - time.monotonic()
    if left <= 0 and _due and _interval:
        left %= _interval
    return max(left, 0.0)


def _set(seconds: float, interval: float) -> None:
    global _due, _interval
    _real_signal(_module.SIGALRM, _on_alarm)
    request = b"".join([int(value * _SECOND).to_bytes(8, "little") for value in (seconds, interval)])
    # Before the host begins to count, so that nothing remains of an alarm that has gone off.
    begun = time.monotonic()
    try:
        ioctl(channel.descriptor, _SET, bytearray(request), True)
    except OSError as error:
        refused = type(error)(error.errno, "alarms need the clock of the machine")
    else:
        _due, _interval = (begun + seconds if seconds else 0.0), interval
        return
    raise refused


def alarm(seconds: int, /) -> int:
    if not isinstance(seconds, int):
        raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer")
    left = _remaining()
    _set(min(max(seconds, 0), _LONGEST), 0.0)
    return int(left) + (left > int(left))


def setitimer(which: int, seconds: float, interval: float = 0.0, /) -> tuple[float, float]:
    for value in (seconds, interval):
        if not isinstance(value, (int, float)):
            raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer or float")
    _check(which, seconds)
    if not (0 <= seconds < _LONGEST and 0 <= interval < _LONGEST):
        raise _module.ItimerError(errno.EINVAL, strerror(errno.EINVAL))
    if which != _module.ITIMER_REAL:
        return (0.0, 0.0)
    before = (_remaining(), _interval)
    _set(max(seconds, 1e-6) if seconds else 0.0, interval)
    return before


def getitimer(which: int, /) -> tuple[float, float]:
    _check(which, 0)
    return (_remaining(), _interval) if which == _module.ITIMER_REAL else (0.0, 0.0)


def _check(which: int, seconds: float) -> None:
    if which not in (_module.ITIMER_REAL, _module.ITIMER_VIRTUAL, _module.ITIMER_PROF):
        raise _module.ItimerError(errno.EINVAL, strerror(errno.EINVAL))
    if which != _module.ITIMER_REAL and seconds:
        raise _module.ItimerError(errno.EINVAL, "only ITIMER_REAL exists in this sandbox")


def pause() -> None:
    before = _handled
    while _handled == before:
        # A sleep continues after a signal, so it ends when the alarm is due.
        time.sleep(_remaining() or _SLICE)


_real_signal: Any = None
_real_getsignal: Any = None


def signal(signalnum: Any, handler: Any) -> Any:
    global _handler
    if signalnum in (_module.SIGKILL, _module.SIGSTOP):
        # The C library takes these handlers, which are never called.
        raise OSError(errno.EINVAL, strerror(errno.EINVAL))
    if signalnum not in (_module.SIGINT, _module.SIGALRM):
        return _real_signal(signalnum, handler)
    if not callable(handler):
        handler = _module._int_to_enum(handler, _module.Handlers)
        if handler not in (_module.SIG_DFL, _module.SIG_IGN):
            # Refuses the handler.
            return _real_signal(signalnum, handler)
    before = getsignal(signalnum)
    if signalnum == _module.SIGINT:
        _set_interrupt(handler)
    else:
        _real_signal(signalnum, _on_alarm)
        _handler = handler
    return before


def _set_interrupt(handler: Any) -> None:
    global _interrupt_handler
    _interrupt_handler = handler
    if handler is _module.default_int_handler:
        state.handler = None
    elif handler is _module.SIG_DFL:
        state.handler = _end
    else:
        state.handler = _ignore if handler is _module.SIG_IGN else handler


def getsignal(signalnum: Any) -> Any:
    if signalnum == _module.SIGINT:
        # Each run starts with the default.
        return _module.default_int_handler if state.handler is None else _interrupt_handler
    return _handler if signalnum == _module.SIGALRM else _real_getsignal(signalnum)


def change(module: Any) -> None:
    """Change `signal`."""
    global _module, _handler, _real_signal, _real_getsignal
    if module.signal is present(signal):
        return
    _module, _handler = module, module.SIG_DFL
    _real_signal, _real_getsignal = module.signal, module.getsignal
    for function in (alarm, setitimer, getitimer, pause):
        replace(_signal, function, module)
    replace(module, signal)
    replace(module, getsignal)
