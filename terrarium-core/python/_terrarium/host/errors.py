"""The exceptions of functions of the host."""

from __future__ import annotations

import errno

from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


class HostError(Exception):
    """A failure of a function of the host, with its `kind`, its `message` and further `data`."""

    def __init__(self, kind: str, message: str = "", data: object = None) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return self.message if self.kind == "HostError" else f"{self.kind}: {self.message}"


class HostLimitError(RuntimeError):
    """A run has reached a limit of its calls. The next call ends it."""


for _error in (HostError, HostLimitError):
    _error.__module__ = "host"


def refused(error: OSError) -> Exception:
    if error.errno == errno.ECANCELED:
        return HostError("HostError", "the run is being stopped, and calls no more functions of the host")
    if error.errno == errno.ENOTTY:
        return HostError("HostError", "there are no functions of the host here")
    if error.errno in (errno.EMSGSIZE, errno.ENOSPC):
        return HostLimitError("the arguments or the answer are larger than the host accepts")
    return error


def error_of(name: str, told: dict[str, Any]) -> Exception:
    kind, message = told["kind"], told["message"]
    decode = load("_terrarium.values.decode").decode
    arguments = told["args"] if told["args"] is None else decode(told["args"])
    made = BUILTINS.get(kind)
    error: Exception | None = None
    try:
        if kind == "HostLimitError":
            error = HostLimitError(message)
        elif _is_exception(made):
            error = made(message) if arguments is None else made(*arguments)
    except Exception:
        # Its class needs other arguments.
        pass
    if error is None:
        error = _class(BUILTINS.get(told["base"]))(kind, message, decode(told["data"]))
    # Read by the report of the run.
    error.__dict__["_host_call"] = told["call"]
    error.add_note(f"from the host function {name!r}")
    return error


def _is_exception(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Exception)


def _class(base: Any) -> Any:
    """Return the class of errors that programs also find below a built-in one."""
    if not _is_exception(base) or base is Exception:
        return HostError
    made = _classes.get(base)
    if made is None:
        try:
            made = type("HostError", (HostError, base), {"__module__": "host", "__str__": HostError.__str__})
        except TypeError:
            made = HostError
        _classes[base] = made
    return made


_classes: dict[Any, Any] = {}
