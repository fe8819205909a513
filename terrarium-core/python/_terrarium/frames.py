"""Tracebacks with the frames of user code only, each with the source text that it was compiled from."""

from __future__ import annotations

import linecache
import traceback

from _terrarium.errors import _HALF, _LINE, FRAMES, MESSAGE, is_ours, shorten
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType
    from typing import Any

    from _terrarium.module import Main
    from _terrarium.source import Source

__builtins__ = BUILTINS


# Frames of one exception that a traceback is made from: the outermost and the innermost ones.
_RENDERED = 2000


def _entries(stack: TracebackType | None) -> list[tuple[FrameType, int, int]]:
    """Return frame, line and instruction of each level of user code, outermost first."""
    entries = []
    while stack is not None:
        if not is_ours(stack.tb_frame.f_code):
            entries.append((stack.tb_frame, stack.tb_lineno, stack.tb_lasti))
        stack = stack.tb_next
    return entries


def _positions(code: CodeType, instruction: int) -> tuple[int | None, int | None, int | None, int | None]:
    if instruction < 0:
        return None, None, None, None
    for number, position in enumerate(code.co_positions()):
        if number == instruction // 2:
            return position
    return None, None, None, None


def _summaries(stack: TracebackType | None, main: Main) -> traceback.StackSummary:
    entries = _entries(stack)
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
            # Runs of one file name take turns in the cache.
            if source is not registered:
                registered = source
                linecache.cache[source.filename] = source.cache_entry()
        elif code.co_filename not in checked:
            checked.add(code.co_filename)
            linecache.checkcache(code.co_filename)
            linecache.lazycache(code.co_filename, frame.f_globals)
        position = _positions(code, instruction)
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
    """Give the parts of a TracebackException their stacks and bound their texts."""
    pending: list[tuple[Any, BaseException | None]] = [(report, error)]
    while pending:
        report, error_part = pending.pop()
        if report is None or error_part is None:
            continue
        report.stack = _summaries(error_part.__traceback__, main)
        text = getattr(report, "_str", None)
        if type(text) is str:
            report._str = shorten(text, MESSAGE)
        notes = getattr(report, "__notes__", None)
        if type(notes) is list:
            report.__notes__ = [shorten(note, MESSAGE) if type(note) is str else note for note in notes[:100]]
        pending.append((report.__cause__, error_part.__cause__))
        pending.append((report.__context__, error_part.__context__))
        if report.exceptions:
            pending.extend(zip(report.exceptions, error_part.exceptions, strict=False))  # type: ignore[attr-defined]


def render(error: BaseException, main: Main) -> str:
    """Return the text that Python would print for an uncaught exception, without the frames of the harness."""
    # The stacks are made by `_fill`: with no frame to begin with, nothing is looked up twice.
    report = traceback.TracebackException(type(error), error, error.__traceback__, limit=0, compact=True)
    _fill(report, error, main)
    main.register(linecache)
    head: list[str] = []
    tail: list[str] = []
    head_size = tail_size = dropped = 0
    for piece in report.format():
        text = shorten(piece, MESSAGE)
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


def _describe(entry: tuple[FrameType, int, int], main: Main) -> dict[str, Any]:
    frame, line, instruction = entry
    code = frame.f_code
    source = main.source_of(code)
    _, end_line, start, end = _positions(code, instruction)
    indent = 0 if source is None else source.indent
    if source is None:
        text = linecache.getline(code.co_filename, line, frame.f_globals).rstrip("\n")
        end_text = linecache.getline(code.co_filename, end_line or line, frame.f_globals)
    else:
        text = source.line(line) or ""
        end_text = source.line(end_line or line) or ""
    return {
        "file": code.co_filename,
        "line": line,
        "end_line": end_line or line,
        "column": None if start is None else _characters(text[indent:], start) + indent + 1,
        "end_column": None if end is None else _characters(end_text[indent:], end) + indent + 1,
        "function": code.co_qualname,
        "source": shorten(text, _LINE) if text else None,
    }


def _characters(line: str, count: int) -> int:
    """Return how many characters the first `count` bytes of a line are."""
    return count if line.isascii() else len(line.encode("utf-8", "replace")[:count].decode("utf-8", "ignore"))


def listing(stack: TracebackType | None, main: Main) -> tuple[list[dict[str, Any]], int]:
    """Return the frames as data, outermost first, and how many were left out in the middle."""
    entries = _entries(stack)
    omitted = max(len(entries) - 2 * FRAMES, 0)
    if omitted:
        del entries[FRAMES : FRAMES + omitted]
    return [_describe(entry, main) for entry in entries], omitted


def place(stack: TracebackType | None, source: Source, main: Main) -> dict[str, Any]:
    """Return the innermost frame of the program itself as data; failing that, the innermost frame."""
    entries = _entries(stack)
    for entry in reversed(entries):
        if main.source_of(entry[0].f_code) is source:
            return _describe(entry, main)
    return _describe(entries[-1], main) if entries else {}
