"""An exception as data: Python's text of it, the frames of user code, and the place in the program."""

from __future__ import annotations

from _terrarium import stack
from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS, load
from _terrarium.stack import shorten
from _terrarium.values.reprs import module_name, mro, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _terrarium.module import Main
    from _terrarium.source import Source

__builtins__ = BUILTINS

# The bound on the characters of an exception's message.
MESSAGE = 1 << 16

_TRACEBACK: Any = BaseException.__dict__["__traceback__"]
_NAMES: Any = BaseException.__dict__["__dict__"]


def is_a(value: object, kind: type) -> bool:
    """Whether a value really is an instance of a class; `isinstance` trusts `__class__`."""
    return kind in mro(type(value))


def message_of(error: BaseException) -> str:
    """Return the message of an exception."""
    if is_a(error, SyntaxError):
        text = SyntaxError.msg.__get__(error)  # type: ignore[attr-defined]
        if type(text) is str:
            return shorten(text, MESSAGE)
    try:
        text = str(error)
    except BaseException:
        if state.raised:
            raise
        return "<exception str() failed>"
    if type(error) is NameError and error.name in _OF_NOTEBOOKS and text == f"name {error.name!r} is not defined":
        text += _OF_NOTEBOOKS[error.name]
    return shorten(str.__str__(text), MESSAGE)


# Names that notebooks define, and what a program can do here.
_OF_NOTEBOOKS = {
    "_": ". The option `store_last` keeps the last final value of a session under this name",
    "__": ". This name is one of notebooks: assign the value to a variable",
    "___": ". This name is one of notebooks: assign the value to a variable",
    "In": ". This name is one of notebooks, which have the code of earlier cells there",
    "Out": ". This name is one of notebooks: assign the values to variables",
    "get_ipython": ". The program does not run in a notebook",
}


def outline(error: BaseException) -> dict[str, Any]:
    """Describe an exception without running any of its code: the beginning of `begin`."""
    kind = type(error)
    name, module = type_name(kind), module_name(kind)
    head = name if module in ("builtins", "__main__", "") else f"{module}.{name}"
    return {
        "type": name,
        "module": module,
        "message": "",
        "traceback": head + "\n",
        "frames": [],
        "file": None,
        "line": None,
        "column": None,
        "end_line": None,
        "end_column": None,
        "source": None,
        "incomplete_input": False,
    }


def begin(error: BaseException, source: Source, main: Main) -> dict[str, Any]:
    """Describe an exception that ended a run of `source`, as far as possible without running user code."""
    main.forget_owners()
    # Read through the descriptors of the base class, because a class may redefine these attributes.
    traceback = stack.user_part(_TRACEBACK.__get__(error), source)
    _TRACEBACK.__set__(error, traceback)
    report = outline(error)
    call = _NAMES.__get__(error).get("_host_call")
    if type(call) is int:
        report["host_call"] = call
    report["frames"], omitted, place = stack.listing(traceback, source, main)
    if omitted:
        report["frames_omitted"] = omitted
    if traceback is None and is_a(error, SyntaxError):
        _place_of_syntax_error(report, error, source)
        report["incomplete_input"] = load("_terrarium.completion").completeness(source.text) == "incomplete"
    elif place is not None:
        for name in ("file", "line", "column", "end_line", "end_column", "source"):
            report[name] = place[name]
    report["traceback"] = stack.outline(report["frames"], omitted) + report["traceback"]
    return report


def finish(report: dict[str, Any], error: BaseException, main: Main) -> None:
    """Add the parts that may run user code: the message, and with it Python's own traceback."""
    report["message"] = message_of(error)
    try:
        report["traceback"] = load("_terrarium.tracebacks").render(error, main)
    except BaseException:
        if state.raised:
            raise
        report["traceback"] = f"{report['traceback'][:-1]}: {report['message']}\n"


def _place_of_syntax_error(report: dict[str, Any], error: Any, source: Source) -> None:
    """Fill in the place of a syntax error of the program itself, in its text before dedenting."""
    line = error.lineno if type(error.lineno) is int else None
    report["file"] = source.filename
    report["line"] = line
    report["end_line"] = error.end_lineno if error.end_lineno else line
    if type(error.offset) is int and error.offset > 0:
        report["column"] = error.offset + source.indent
    if type(error.end_offset) is int and error.end_offset > 0:
        report["end_column"] = error.end_offset + source.indent
    text = source.line(line) if line else None
    if text is not None:
        report["source"] = shorten(text)
