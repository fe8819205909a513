"""KeyboardInterrupt: raised in user code, deferred while the harness itself works.

The host's soft interrupt makes CPython call the SIGINT handler between any two bytecodes. The handler raises only while
`state.user` is set. Otherwise it sets a note, on which the harness acts at a safe point. `state.pending` is cleared
only where the harness acts on it, so that no interrupt is lost.

The host stops a run by force when its user code does not end soon after an interrupt. As soon as the harness has
control, it notifies the host and gets the time for its report. From then on it also notifies the host when user code
has control again.

A program may set its own handler of SIGINT, as `asyncio.Runner` does. The harness's handler stays installed, and
calls that of the program while user code runs. The host interrupts a second time when such a handler returns, as a user
would press the keys again.
"""

from __future__ import annotations

import sys
from _signal import SIGINT, getsignal, signal  # type: ignore[import-not-found]

from _terrarium.pristine import BUILTINS
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")

__builtins__ = BUILTINS


def _call(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    return function(*args, **kwargs)


# Calls a function as if no other Python code were running: no frame is below that of the function. Only the sandbox has
# it.
root: Any = sys.__dict__.pop("_terrarium_root", _call)


class _State:
    """`user`: user code runs, so raising is right. `pending`: an interrupt waits. `raised`: one came in this phase.

    `handler`: the program's own handler, if it has set one. `handled`: it was called in this phase.

    `told`: the host has been notified that the harness has control, or there is no run. `stopping`: the host was
    notified in this run, and is notified of every change.
    """

    __slots__ = ("handled", "handler", "pending", "raised", "stopping", "told", "user")

    def __init__(self) -> None:
        self.handler: Callable[[int, Any], object] | None = None
        self.handled = False
        self.user = False
        self.pending = False
        self.raised = False
        self.told = True
        self.stopping = False


state = _State()


def _tell(who: bytes = b"U") -> None:
    """Notify the host of the present control: the harness (U), user code again (P) or finalizers (F)."""
    state.told = state.stopping = True
    try:
        channel.send(who)
    except OSError:
        # The channel is full; the host has stopped the run for other reasons.
        pass


def _on_interrupt(_signal: int, frame: Any) -> None:
    if state.user:
        _deliver(frame)
        return
    state.pending = True
    if not state.told:
        _tell()


def _deliver(frame: Any) -> None:
    """Raise KeyboardInterrupt in user code, or call the program's handler."""
    if state.handler is None:
        state.raised = True
        raise KeyboardInterrupt
    state.handled = True
    state.handler(SIGINT, frame)
    try:
        channel.send(b"R")
    except OSError:
        # As in `_tell`.
        pass


def install() -> None:
    """Install the handler of SIGINT, even when user code had set another."""
    state.handler = None
    if getsignal(SIGINT) is _on_interrupt:
        return
    try:
        signal(SIGINT, _on_interrupt)
    except ValueError:
        # Not the main thread of a native interpreter: there is no interrupt to handle.
        pass


def release(held: list[Any]) -> None:
    """Release the program's objects that only this list holds. Their finalizers may run user code."""
    if not state.stopping:
        try:
            as_user(held.clear)
        except BaseException:
            pass
        return
    # Finalizers ignore what is raised in them, so nothing more is raised.
    _tell(b"F")
    held.clear()
    _tell()


def as_user(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that may run user code; an interrupt raises in it, or at once when one waits.

    The code finds no frames of the harness below its own.
    """
    _begin()
    try:
        if state.pending:
            state.pending = False
            _deliver(None)
        return root(function, *args, **kwargs)  # type: ignore[no-any-return]
    finally:
        state.user = False
        if state.stopping or ((state.raised or state.handled) and not state.told):
            _tell()


def run_as_user(statements: CodeType | None, expression: CodeType | None, names: dict[str, Any]) -> Any:
    """Run the parts of a program as `as_user` does; return the value of the expression."""
    _begin()
    try:
        if state.pending:
            state.pending = False
            _deliver(None)
        if statements is not None:
            root(exec, statements, names)
        return None if expression is None else root(eval, expression, names)
    finally:
        state.user = False
        if state.stopping or ((state.raised or state.handled) and not state.told):
            _tell()


def _begin() -> None:
    state.raised = state.handled = False
    if state.stopping:
        _tell(b"P")
    state.user = True
