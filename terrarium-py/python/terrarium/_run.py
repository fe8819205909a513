"""The call that runs code, in a sandbox or a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from terrarium._gate import on_main_thread
from terrarium._json import loads
from terrarium._result import ExecutionResult

if TYPE_CHECKING:
    from terrarium import _native


def run(native: _native.Sandbox | _native.Session, code: str, text: str | None, rest: Any) -> ExecutionResult:
    """Run code with the options that `execute_options` has returned."""
    stdin = None if rest is None else rest.get("stdin")
    if stdin is None or type(stdin) is bytes:
        return ExecutionResult(native.execute(on_main_thread(), code, text, rest))
    try:
        result = ExecutionResult(native.execute(on_main_thread(), code, text, rest))
    finally:
        stdin.close()
    if stdin.error is not None:
        result.input_error = stdin.error
    return result


def time_limit(options: dict[str, Any], native: _native.Sandbox) -> float | None:
    """Return the time limit of a run in seconds."""
    timeout: Any = options["timeout"] if "timeout" in options else loads(native.options())["timeout"]
    if hasattr(timeout, "total_seconds"):
        timeout = timeout.total_seconds()
    return float(timeout) if isinstance(timeout, (int, float)) else None
