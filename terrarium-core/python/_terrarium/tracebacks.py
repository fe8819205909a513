"""Tracebacks in Python's format, with the frames of user code only."""

from __future__ import annotations

import linecache
import traceback

from _terrarium import stack
from _terrarium.errors import MESSAGE
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from _terrarium.module import Main
    from _terrarium.source import Source

__builtins__ = BUILTINS


# The bound on the characters of the first and of the last part of a traceback.
_HALF = 1 << 17
# The frames of one exception that a traceback shows: the outermost and the innermost ones.
_RENDERED = 2000


def _summaries(traceback_: TracebackType | None, main: Main) -> traceback.StackSummary:
    entries = stack.entries(traceback_)
    gap = len(entries) - 2 * _RENDERED
    if gap > 0:
        del entries[_RENDERED : _RENDERED + gap]
    summary = traceback.StackSummary()
    registered: Source | None = None
    checked: set[str] = set()
    for frame, line, instruction in entries:
        code = frame.f_code
        source = main.source_of(code)
        if source is not None:
            # Runs with the same file name take turns in the cache.
            if source is not registered:
                registered = source
                linecache.cache[source.filename] = source.cache_entry()
        elif code.co_filename not in checked:
            checked.add(code.co_filename)
            linecache.checkcache(code.co_filename)
            linecache.lazycache(code.co_filename, frame.f_globals)
        position = stack.positions(code, instruction)
        _, end_line, column, end_column = position
        entry = traceback.FrameSummary(
            code.co_filename,
            line,
            code.co_name,
            lookup_line=True,
            end_lineno=end_line,
            colno=column,
            end_colno=end_column,
        )
        summary.append(entry)
    if gap > 0:
        note = traceback.FrameSummary(f"[{gap} frames are not shown]", 0, "…", lookup_line=False, line="")
        summary.insert(_RENDERED, note)
    return summary


def _fill(report: Any, error: BaseException, main: Main) -> None:
    """Give the parts of a TracebackException their stacks and bounded texts."""
    pending: list[tuple[Any, BaseException | None]] = [(report, error)]
    while pending:
        report, error_part = pending.pop()
        if report is None or error_part is None:
            continue
        report.stack = _summaries(error_part.__traceback__, main)
        text = getattr(report, "_str", None)
        if type(text) is str:
            report._str = stack.shorten(text, MESSAGE)
        notes = getattr(report, "__notes__", None)
        if type(notes) is list:
            report.__notes__ = [stack.shorten(note, MESSAGE) if type(note) is str else note for note in notes[:100]]
        pending.append((report.__cause__, error_part.__cause__))
        pending.append((report.__context__, error_part.__context__))
        if report.exceptions:
            pending.extend(zip(report.exceptions, error_part.exceptions, strict=False))  # type: ignore[attr-defined]


def render(error: BaseException, main: Main) -> str:
    """Return Python's text for an uncaught exception, without the frames of the harness."""
    # `_fill` makes the stacks: without initial frames, nothing is looked up twice.
    report = traceback.TracebackException(type(error), error, error.__traceback__, limit=0, compact=True)
    _fill(report, error, main)
    main.register(linecache)
    head: list[str] = []
    tail: list[str] = []
    head_size = tail_size = dropped = 0
    for piece in report.format():
        text = stack.shorten(piece, MESSAGE)
        if head_size < _HALF:
            head.append(text)
            head_size += len(text)
            continue
        tail.append(text)
        tail_size += len(text)
        while tail_size > _HALF:
            tail_size -= len(tail[0])
            dropped += len(tail.pop(0))
    middle = [f"[{dropped} characters are not shown]\n"] if dropped else []
    return "".join([*head, *middle, *tail])
