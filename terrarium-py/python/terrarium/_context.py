"""The context of a run for functions of the host: the variables of its caller, and the event loop of its coroutines."""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from typing import Any

# The event loop of an awaited call, for the functions of its run.
loop: ContextVar[Any] = ContextVar("terrarium_loop", default=None)
# The sessions whose code waits for the present function.
busy: ContextVar[frozenset[int]] = ContextVar("terrarium_busy", default=frozenset())


def call_context(session: object = None) -> tuple[Any, Any]:
    """Return the context of a run, in a session if one is given."""
    variables = copy_context()
    found = variables.get(loop)
    variables.run(loop.set, None)
    if session is not None:
        variables.run(busy.set, variables.get(busy, frozenset()) | {id(session)})
    return variables, found
