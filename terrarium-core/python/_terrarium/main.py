"""The functions that the host calls. Each takes JSON in bytes, and none ever raises."""

from __future__ import annotations

from _terrarium.interrupts import as_user, state
from _terrarium.memory import NO_MEMORY, reserve
from _terrarium.module import main
from _terrarium.pristine import BUILTINS, Untampered, load
from _terrarium.run import execute as _execute
from _terrarium.start import start
from _terrarium.wire import dump, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__builtins__ = BUILTINS


_LAST_RESORT = (
    b'{"status":"error","exit_code":null,"repr":null,"repr_truncated":false,"error":{"type":'
    b'"HarnessError","module":"_terrarium","message":"the harness failed and could not say why","traceback":'
    b'"HarnessError: the harness failed and could not say why\\n","frames":[],"file":null,"line":null,"column":null,'
    b'"end_line":null,"end_column":null,"source":null,"incomplete_input":false}}'
)

# The response of a run that left no memory at all.
_NO_MEMORY = dump(
    {
        "status": "error",
        "exit_code": None,
        "repr": None,
        "repr_truncated": False,
        "error": NO_MEMORY,
        "no_memory": True,
    }
).encode()

_configuration_error: BaseException | None = None


def _fault(error: BaseException) -> bytes:
    """Return the response for a failure of the harness or of a request."""
    try:
        message = f"{type(error).__name__}: {error}"
        failure = {
            "type": "HarnessError",
            "module": "_terrarium",
            "message": message,
            "traceback": f"HarnessError: {message}\n",
            "frames": [],
            "incomplete_input": False,
        }
        for name in ("file", "line", "column", "end_line", "end_column", "source"):
            failure[name] = None
        response: dict[str, Any] = {"status": "error", "exit_code": None, "repr": None}
        return dump({**response, "repr_truncated": False, "error": failure}).encode()
    except BaseException:
        return _LAST_RESORT


def _answer(work: Callable[[dict[str, Any]], str], request: bytes) -> bytes:
    try:
        if _configuration_error is not None:
            return _fault(_configuration_error)
        return work(parse(request)).encode()
    except MemoryError:
        state.user = False
        reserve.release()
        return _NO_MEMORY
    except BaseException as error:
        state.user = False
        return _fault(error)


def configure(config: bytes) -> None:
    """Set the interpreter up. Called first, and again whenever it continues from a snapshot."""
    global _configuration_error
    _configuration_error = None
    try:
        start(parse(config))
    except BaseException as error:
        # Reported by every later call.
        _configuration_error = error


def execute(request: bytes) -> bytes:
    """Run a program."""
    answer = _answer(_execute, request)
    state.stopping = False
    state.told = True
    # An interrupt of this call must not stop the next one. Between this line and the return, none can arrive.
    state.pending = False
    return answer


def check(request: bytes) -> bytes:
    """Return whether a program is complete, incomplete or invalid."""
    return _answer(_check, request)


def complete(request: bytes) -> bytes:
    """Return the possible completions at the cursor."""
    return _answer(_complete, request)


def reset_globals(_request: bytes) -> None:
    """Forget the names that user code made."""
    try:
        # Finalizers run here.
        as_user(main.clear)
    except BaseException:
        main.clear()


def prepare(request: bytes) -> bytes:
    """Import modules into an interpreter that is about to become an image."""
    return _answer(_prepare, request)


def settle(request: bytes) -> bytes:
    """Quiesce the interpreter for an image."""
    return _answer(_settle, request)


def release(request: bytes) -> bytes:
    """Release the objects that `settle` has kept for the host."""
    return _answer(_release, request)


def _prepare(request: dict[str, Any]) -> str:
    return dump({"failed": load("_terrarium.image").prepare(request["modules"])})


def _settle(_request: dict[str, Any]) -> str:
    return dump(load("_terrarium.image").settle())


def _release(_request: dict[str, Any]) -> str:
    load("_terrarium.image").release()
    return dump({})


def _check(request: dict[str, Any]) -> str:
    with Untampered():
        return dump({"complete": load("_terrarium.completion").completeness(request["code"])})


def _complete(request: dict[str, Any]) -> str:
    names = {} if main.module is None else main.module.__dict__
    matches, start = load("_terrarium.completion").complete(request["code"], request["cursor"], names)
    return dump({"matches": matches, "start": start})
