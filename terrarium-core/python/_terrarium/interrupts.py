"""KeyboardInterrupt: raised in user code, deferred while the harness itself works.

The host's soft interrupt makes CPython call the SIGINT handler between any two bytecodes. The handler raises only while
`state.user` is set. Otherwise it sets a note, on which the harness acts at a safe point. `state.pending` is cleared
only where the harness acts on it, so that no interrupt is lost.

The host stops a run by force when its user code does not end soon after an interrupt. As soon as the harness has
control, it notifies the host and gets the time for its report. From then on it also notifies the host when user code
has control again.
"""

from __future__ import annotations

from _signal import SIGINT, getsignal, signal  # type: ignore[import-not-found]

from _terrarium.pristine import BUILTINS
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")

__builtins__ = BUILTINS


class _State:
    """`user`: user code runs, so raising is right. `pending`: an interrupt waits. `raised`: one came in this phase.

    `told`: the host has been notified that the harness has control, or there is no run. `stopping`: the host was
    notified in this run, and is notified of every change.
    """

    __slots__ = ("pending", "raised", "stopping", "told", "user")

    def __init__(self) -> None:
        self.user = False
        self.pending = False
        self.raised = False
        self.told = True
        self.stopping = False


state = _State()


def _tell(who: bytes = b"U") -> None:
    """Notify the host of the present control: the harness (U) or user code again (P)."""
    state.told = state.stopping = True
    try:
        channel.send(who)
    except OSError:
        # The channel is full; the host has stopped the run for other reasons.
        pass


def _on_interrupt(_signal: int, _frame: Any) -> None:
    if state.user:
        state.raised = True
        raise KeyboardInterrupt
    state.pending = True
    if not state.told:
        _tell()


def install() -> None:
    """Install the handler of SIGINT, even when user code had set another."""
    if getsignal(SIGINT) is _on_interrupt:
        return
    try:
        signal(SIGINT, _on_interrupt)
    except ValueError:
        # Not the main thread of a native interpreter: there is no interrupt to handle.
        pass


def as_user(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that may run user code; an interrupt raises in it, or at once when one waits."""
    state.raised = False
    if state.stopping:
        _tell(b"P")
    state.user = True
    try:
        if state.pending:
            state.pending = False
            state.raised = True
            raise KeyboardInterrupt
        return function(*args, **kwargs)
    finally:
        state.user = False
        if state.stopping or (state.raised and not state.told):
            _tell()
