"""The frames of user code in a traceback as data, each with its source text."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType
    from typing import Any, TypeAlias

    from _terrarium.module import Main
    from _terrarium.source import Source

    # Frame, line and instruction.
    Entry: TypeAlias = tuple[FrameType, int, int]

__builtins__ = BUILTINS

# The number of frames listed from the outermost and from the innermost end.
FRAMES = 16
_LINE = 1000

HOME = __file__.rpartition("/")[0] + "/"


def is_ours(code: CodeType) -> bool:
    """Whether a code object belongs to the harness."""
    return code.co_filename.startswith(HOME)


def shorten(text: str, limit: int = _LINE) -> str:
    """Return the text, or its beginning and the length of the rest."""
    return text if len(text) <= limit else f"{text[:limit]}… [{len(text) - limit} more characters]"


def user_part(stack: TracebackType | None, source: Source) -> TracebackType | None:
    """Return the traceback from the first frame of the program on. Earlier frames started the program."""
    entry = stack
    while entry is not None:
        if source.begins_at(entry.tb_frame.f_code):
            return entry
        entry = entry.tb_next
    while stack is not None and is_ours(stack.tb_frame.f_code):
        stack = stack.tb_next
    return stack


def entries(stack: TracebackType | None) -> list[Entry]:
    """Return the levels of user code, outermost first."""
    found = []
    while stack is not None:
        if not is_ours(stack.tb_frame.f_code):
            found.append((stack.tb_frame, stack.tb_lineno, stack.tb_lasti))
        stack = stack.tb_next
    return found


def positions(code: CodeType, instruction: int) -> tuple[int | None, int | None, int | None, int | None]:
    """Return first line, last line, first and last column (in bytes, from 0) of an instruction, as far as known."""
    if instruction >= 0:
        for number, position in enumerate(code.co_positions()):
            if number == instruction // 2:
                return position
    return None, None, None, None


def _lines(entry: Entry, source: Source | None, first: int, last: int) -> tuple[str, str]:
    """Return the first and the last line of a place, as in the original text."""
    if source is not None:
        return source.line(first) or "", source.line(last) or ""
    code, names = entry[0].f_code, entry[0].f_globals
    try:
        linecache = load("linecache")
        return tuple([linecache.getline(code.co_filename, number, names).rstrip("\n") for number in (first, last)])
    except Exception:
        # The program has changed `linecache`.
        return "", ""


def _describe(entry: Entry, main: Main) -> dict[str, Any]:
    frame, line, instruction = entry
    code = frame.f_code
    source = main.source_of(code)
    indent = 0 if source is None else source.indent
    _, end_line, start, end = positions(code, instruction)
    text, end_text = _lines(entry, source, line, end_line or line)
    return {
        "file": shorten(code.co_filename),
        "line": line,
        "end_line": end_line or line,
        "column": None if start is None else _characters(text[indent:], start) + indent + 1,
        "end_column": None if end is None else _characters(end_text[indent:], end) + indent + 1,
        "function": shorten(code.co_qualname),
        "source": shorten(text) if text else None,
    }


def _characters(line: str, count: int) -> int:
    """Return the number of characters in the first `count` bytes of a line."""
    return count if line.isascii() else len(line.encode("utf-8", "replace")[:count].decode("utf-8", "ignore"))


def listing(
    stack: TracebackType | None, source: Source, main: Main
) -> tuple[list[dict[str, Any]], int, dict[str, Any] | None]:
    """Return the frames as data, outermost first, the number of omitted frames in the middle, and the place.

    The place is the innermost frame of the program itself; failing that, the innermost frame.
    """
    found = entries(stack)
    place = len(found) - 1
    while place >= 0 and main.source_of(found[place][0].f_code) is not source:
        place -= 1
    omitted = max(len(found) - 2 * FRAMES, 0)
    frames = [
        _describe(entry, main)
        for number, entry in enumerate(found)
        if not omitted or not FRAMES <= number < FRAMES + omitted
    ]
    if not frames:
        return frames, omitted, None
    if place < 0 or place >= FRAMES + omitted:
        return frames, omitted, frames[place - omitted if place >= 0 else -1]
    return frames, omitted, frames[place] if place < FRAMES or not omitted else _describe(found[place], main)


def outline(frames: list[dict[str, Any]], omitted: int) -> str:
    """Return the frames as the text of a plain traceback, for when Python's own is not available."""
    lines = ["Traceback (most recent call last):\n"] if frames else []
    for number, frame in enumerate(frames):
        if omitted and number == FRAMES:
            lines.append(f"  [{omitted} frames are not shown]\n")
        lines.append(f'  File "{frame["file"]}", line {frame["line"]}, in {frame["function"].rpartition(".")[2]}\n')
        if frame["source"]:
            lines.append(f"    {frame['source'].strip()}\n")
    return "".join(lines)
