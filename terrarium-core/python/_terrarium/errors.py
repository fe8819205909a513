"""An exception as data: what Python would print, the frames of user code, and the place in the program."""

from __future__ import annotations

from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS, load
from _terrarium.values.reprs import module_name, mro, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, TracebackType
    from typing import Any

    from _terrarium.module import Main
    from _terrarium.source import Source

__builtins__ = BUILTINS


# Characters of an exception's message, of one piece of a traceback, and of the first and last part of a whole one.
MESSAGE = 1 << 16
_HALF = 1 << 17
# Frames that are listed from the outermost and from the innermost end.
FRAMES = 16
_LINE = 1000

_TRACEBACK: Any = BaseException.__dict__["__traceback__"]
_HOME = __file__.rpartition("/")[0] + "/"


def is_ours(code: CodeType) -> bool:
    """Whether a code object belongs to the harness."""
    return code.co_filename.startswith(_HOME)


def shorten(text: str, limit: int = MESSAGE) -> str:
    """Return the text, or its beginning and how much is missing."""
    return text if len(text) <= limit else f"{text[:limit]}… [{len(text) - limit} more characters]"


def message_of(error: BaseException) -> str:
    """Return what an exception says."""
    if is_a(error, SyntaxError):
        text = SyntaxError.msg.__get__(error)  # type: ignore[attr-defined]
        if type(text) is str:
            return shorten(text)
    try:
        text = str(error)
    except BaseException:
        if state.raised:
            raise
        return "<exception str() failed>"
    return shorten(str.__str__(text))


def is_a(value: object, kind: type) -> bool:
    """Whether a value really is an instance of a class; `isinstance` believes what `__class__` says."""
    return kind in mro(type(value))


def outline(error: BaseException) -> dict[str, Any]:
    """Describe an exception without running any of its code: when everything else fails."""
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


def describe(error: BaseException, source: Source, main: Main) -> dict[str, Any]:
    """Describe an exception that ended a run of `source`. May run user code: `__str__`, what suggestions look at."""
    frames = load("_terrarium.frames")
    main.forget_owners()
    # By the descriptors of the base class: a class may have its own ideas of these attributes.
    stack = _user_part(_TRACEBACK.__get__(error), source)
    _TRACEBACK.__set__(error, stack)
    report = outline(error)
    report["message"] = message_of(error)
    try:
        report["traceback"] = frames.render(error, main)
    except BaseException:
        if state.raised:
            raise
        report["traceback"] = report["traceback"][:-1] + f": {report['message']}\n"
    report["frames"], omitted = frames.listing(stack, main)
    if omitted:
        report["frames_omitted"] = omitted
    if stack is None and is_a(error, SyntaxError):
        _place_of_syntax_error(report, error, source)
        report["incomplete_input"] = is_incomplete(source)
    else:
        place = frames.place(stack, source, main)
        for name in ("file", "line", "column", "end_line", "end_column", "source"):
            report[name] = place.get(name)
    return report


def _user_part(stack: TracebackType | None, source: Source) -> TracebackType | None:
    """Return the traceback from the first frame of the program on. What comes before started it."""
    entry = stack
    while entry is not None:
        if entry.tb_frame.f_code is source.code:
            return entry
        entry = entry.tb_next
    while stack is not None and is_ours(stack.tb_frame.f_code):
        stack = stack.tb_next
    return stack


def _place_of_syntax_error(report: dict[str, Any], error: Any, source: Source) -> None:
    """Fill in where the program itself is not Python, in terms of its text before dedenting."""
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
        report["source"] = shorten(text.encode("utf-8", "backslashreplace").decode(), _LINE)


def is_incomplete(source: Source) -> bool:
    """Whether the program only wants more lines."""
    answer: str = load("_terrarium.completion").completeness(source.text)
    return answer == "incomplete"
