"""`ExecutionResult`: the whole outcome of a run."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from terrarium import _native
from terrarium._errors import ExecutionError
from terrarium._json import loads

if TYPE_CHECKING:
    from terrarium._records import Display, HostCall, Metrics, PythonError


class Status(str, Enum):
    """The way in which a run ended. It is a `str`, so it can be compared with one.

    >>> terrarium.Sandbox().execute("1 / 0").status == "error"
    True
    """

    SUCCESS = "success"
    """The code ran to its end, or left with exit code 0."""
    ERROR = "error"
    """It raised an exception, did not parse, or left with another exit code."""
    TIMEOUT = "timeout"
    """It was stopped at its deadline."""
    MEMORY_EXCEEDED = "memory_exceeded"
    """It needed more memory than it may have."""
    CANCELLED = "cancelled"
    """It was stopped through a `CancelHandle`, or because its task was cancelled."""
    CRASHED = "crashed"
    """The interpreter itself failed, for example on a stack that is too deep. The host is unharmed."""

    def __str__(self) -> str:
        """Return the status as text."""
        return self.value


class ExecutionResult:
    r"""The whole outcome of a run. The names are the same in every language and in JSON.

    Streams and files are present for every status: output before an exception, a timeout or a crash is kept. An
    attribute is converted when it is first read. Results can be pickled.

    >>> result = terrarium.Sandbox().execute("open('a.txt', 'w').write('hi'); print('done')")
    >>> result.status, result.stdout, result.output_files
    (<Status.SUCCESS: 'success'>, 'done\n', {'a.txt': b'hi'})
    """

    input_error: BaseException | None = None
    """The exception that the function or iterator of the option `stdin` raised last; the code got an `OSError`."""

    def __init__(self, outcome: _native.Outcome) -> None:
        """Wrap the result of the native module; users get results from `execute`."""
        self._outcome = outcome

    @cached_property
    def status(self) -> Status:
        """The status of the run."""
        return Status(self._outcome.status)

    @property
    def has_value(self) -> bool:
        """Whether the code ends in an expression that has a value, which may be `None`."""
        return self._outcome.has_value

    @cached_property
    def final_expression(self) -> Any:
        """The final value: that of the last expression. It is also None when there is none; see `has_value`."""
        return self._outcome.final_expression

    @cached_property
    def final_repr(self) -> str | None:
        """The `repr()` of the final value in the guest."""
        return self._outcome.final_repr

    @property
    def final_repr_truncated(self) -> bool:
        """Whether `final_repr` was cut at the option `repr_bytes`."""
        return self._outcome.final_repr_truncated

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The values of the names in the option `outputs` that exist."""
        return self._outcome.outputs

    @cached_property
    def stdout(self) -> str:
        """The standard output since the last `clear_output`.

        Bytes that are not UTF-8 appear as U+FFFD; `stdout_bytes` has them then.
        """
        return self._outcome.stdout

    @cached_property
    def stdout_bytes(self) -> bytes | None:
        """The exact standard output where it is not UTF-8."""
        return self._outcome.stdout_bytes

    @property
    def stdout_truncated(self) -> bool:
        """Whether bytes beyond the option `stream_bytes` were dropped."""
        return self._outcome.stdout_truncated

    @cached_property
    def stderr(self) -> str:
        """The standard error. An exception's traceback is in `error`, not here."""
        return self._outcome.stderr

    @cached_property
    def stderr_bytes(self) -> bytes | None:
        """The exact standard error where it is not UTF-8."""
        return self._outcome.stderr_bytes

    @property
    def stderr_truncated(self) -> bool:
        """Whether bytes of the standard error were dropped."""
        return self._outcome.stderr_truncated

    @cached_property
    def output_files(self) -> dict[str, bytes]:
        """The files that the run created or changed, by path: relative to the home folder for files below it, else
        absolute.

        Files below `/tmp` and `/dev` are left out.
        """
        return self._outcome.output_files

    @cached_property
    def deleted_files(self) -> list[str]:
        """The files that existed before the run and no longer exist."""
        return self._outcome.deleted_files

    @cached_property
    def displays(self) -> list[Display]:
        """The objects that the code displayed, in order, as a notebook shows them at the end of the run."""
        from terrarium._events import display_of

        return [display_of(display) for display in loads(self._outcome.displays)]

    @cached_property
    def error(self) -> PythonError | None:
        """The reason why the run did not succeed."""
        text = self._outcome.error
        if text is None:
            return None
        from terrarium._records import python_error

        return python_error(text, self.host_calls)

    @cached_property
    def host_calls(self) -> list[HostCall]:
        """The calls of host functions, the first 1,000."""
        from terrarium._records import host_calls

        return host_calls(self._outcome.host_calls, self._outcome.exceptions)

    @cached_property
    def journal(self) -> dict[str, Any] | None:
        """The record of the calls of host functions, with the option `journal`; it is plain JSON.

        >>> sandbox = terrarium.Sandbox(functions={"draw": iter(range(9)).__next__})
        >>> first = sandbox.execute("draw(), draw()", journal="record")
        >>> again = sandbox.execute("draw(), draw()", journal={"replay": first.journal})
        >>> first.final_expression, again.final_expression
        ((0, 1), (0, 1))
        """
        text = self._outcome.journal
        return None if text is None else loads(text)

    @property
    def exit_code(self) -> int | None:
        """The exit code, if the code left by `sys.exit`, `exit` or `os._exit`."""
        return self._outcome.exit_code

    @property
    def session_lost(self) -> bool:
        """Whether a session lost its variables because it had to be stopped by force; its files are kept."""
        return self._outcome.session_lost

    @cached_property
    def metrics(self) -> Metrics:
        """The cost of the run."""
        from terrarium._records import Metrics, parsed

        return parsed(Metrics, self._outcome.metrics)

    def raise_for_status(self) -> ExecutionResult:
        """Raise `ExecutionError` unless the run succeeded, and return the result itself otherwise.

        The cause of the exception (`__cause__`) is `input_error`.

        >>> terrarium.Sandbox().execute("6 * 7").raise_for_status().final_expression
        42
        """
        if self.status is not Status.SUCCESS:
            raise ExecutionError(self) from self.input_error
        return self

    def to_json(self) -> str:
        """Return the result as JSON text, in the form that it has in every language; bytes are base64."""
        return self._outcome.to_json()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as a dict, in the form of `to_json`.

        >>> terrarium.Sandbox().execute("(1, 2)").to_dict()["final_expression"]
        {'$type': 'tuple', 'items': [1, 2]}
        """
        parts: dict[str, Any] = loads(self._outcome.to_json())
        return parts

    @classmethod
    def from_json(cls, text: str) -> ExecutionResult:
        """Return the result that `to_json` wrote, in any language.

        >>> result = terrarium.Sandbox().execute("{1, 2}")
        >>> terrarium.ExecutionResult.from_json(result.to_json()) == result
        True
        """
        return cls(_native.Outcome.from_json(text))

    def show(self) -> None:
        """Show the result: in Jupyter as a notebook shows it, elsewhere as text."""
        from terrarium import _show

        _show.show(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from terrarium import _show

        return {"text/plain": _show.text(self), "text/html": _show.html(self)}

    def _repr_html_(self) -> str:
        from terrarium import _show

        return _show.html(self)

    def __repr__(self) -> str:
        """Return one short line."""
        parts = [self.status.value]
        if self.error is not None:
            parts.append(_short(f"{self.error.type}: {self.error.message}"))
        if self.final_repr is not None:
            parts.append("final_expression=" + _short(self.final_repr))
        if self.stdout:
            parts.append("stdout=" + _short(repr(self.stdout)))
        if self.output_files:
            parts.append("output_files=" + _short(repr(sorted(self.output_files))))
        return f"<ExecutionResult {', '.join(parts)}>"

    def __eq__(self, other: object) -> bool:
        """Compare everything."""
        if not isinstance(other, ExecutionResult):
            return NotImplemented
        return self._outcome is other._outcome or self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the JSON form."""
        return type(self).from_json, (self.to_json(),)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
