"""Support for an interactive prompt: whether the input is complete, and the possible completions at the cursor."""

from __future__ import annotations

import builtins
import sys
import warnings
from keyword import kwlist

from _terrarium.pristine import BUILTINS
from _terrarium.source import ALLOW_TOP_LEVEL_AWAIT, dedent
from _terrarium.values.reprs import mro, namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


# Flags of the tokenizer and parser that `codeop` uses too.
_DONT_IMPLY_DEDENT = 0x200
_ALLOW_INCOMPLETE = 0x4000
# Most matches of one request.
_LIMIT = 1000

_MISSING = object()
# Descriptors made in C for slots: reading them runs no Python code.
_SLOTS = (type(type.__dict__["__basicsize__"]), type(type.__dict__["__dict__"]))


def _error(code: str, mode: str, flags: int) -> SyntaxError | None:
    """Compile without the warnings, which belong to the run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _compile_error(code, mode, flags)


def _compile_error(code: str, mode: str, flags: int) -> SyntaxError | None:
    try:
        compile(code, "<input>", mode, flags | ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        # Input that is not even text to the parser does not wait for more.
        return SyntaxError(str(error))
    return None


def _wants_more(error: SyntaxError | None) -> bool:
    return error is not None and error.msg == "incomplete input"


def completeness(code: str) -> str:
    """Return whether a program is "complete", "incomplete" (it needs more lines) or "invalid".

    As at Python's prompt, a block is complete once an empty line has ended it.
    """
    code, _ = dedent(code)
    if not any(line.strip() and line.strip()[0] != "#" for line in code.split("\n")):
        return "complete"
    flags = _ALLOW_INCOMPLETE | _DONT_IMPLY_DEDENT
    error = _error(code, "exec", flags)
    if error is None:
        # Several statements, of which the last may be a block that continues.
        last = code.rstrip(" \t").rpartition("\n")[2]
        open_block = last[:1] in (" ", "\t") and _wants_more(_error(_last_statement(code), "single", flags))
        return "incomplete" if open_block else _single_line_block(code, flags)
    if _wants_more(error) or _wants_more(_error(code + "\n", "exec", flags)):
        return "incomplete"
    return "invalid" if _error(code, "exec", 0) is not None else "complete"


def _last_statement(code: str) -> str:
    """Return the text from the last line without indentation on, as far as lines show."""
    lines = code.split("\n")
    start = len(lines) - 1
    while start > 0 and (not lines[start].strip() or lines[start][:1] in (" ", "\t")):
        start -= 1
    return "\n".join(lines[start:])


def _single_line_block(code: str, flags: int) -> str:
    """Whether the text is a block on one line: Python's prompt waits for an empty line after `if x: y` too."""
    if code.endswith("\n"):
        return "complete"
    return "incomplete" if _wants_more(_error(code, "single", flags)) else "complete"


def _lookup(value: Any, name: str) -> Any:
    """Return an attribute without running user code, or `_MISSING` if that is impossible."""
    kind = type(value)
    if type in mro(kind):
        for base in mro(value):
            if name in namespace(base):
                return _plain(namespace(base)[name])
        return _MISSING
    own = _own_names(value)
    if name in own:
        return own[name]
    for base in mro(kind):
        if name in namespace(base):
            found = namespace(base)[name]
            if type(found) in _SLOTS:
                try:
                    return found.__get__(value)
                except AttributeError:
                    return _MISSING
            return _plain(found)
    return _MISSING


def _plain(found: Any) -> Any:
    """Return a class's value if it is the attribute itself, unlike a property or another descriptor."""
    descends = any("__get__" in namespace(base) for base in mro(type(found)))
    return _MISSING if descends else found


def _own_names(value: Any) -> dict[str, Any]:
    """Return the instance's own attributes."""
    try:
        names = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return names if type(names) is dict else {}


def _attributes(value: Any) -> set[str]:
    names = set(_own_names(value))
    for base in mro(value) if type in mro(type(value)) else mro(type(value)):
        names.update(namespace(base))
    return names


def _modules() -> set[str]:
    names = {name.partition(".")[0] for name in sys.modules}
    return names | sys.stdlib_module_names


def complete(code: str, cursor: int, names: dict[str, Any]) -> tuple[list[str], int]:
    """Return the possible completions at `cursor` (in characters), and the start of the part to replace."""
    cursor = min(max(cursor, 0), len(code))
    begin = cursor
    while begin > 0 and (code[begin - 1].isidentifier() or code[begin - 1].isdigit() or code[begin - 1] == "."):
        begin -= 1
    path = code[begin:cursor].split(".")
    prefix = path.pop()
    start = cursor - len(prefix)
    line = code[:begin].rpartition("\n")[2].split()
    if path:
        found = _resolve(path, names)
    elif line and line[0] in ("import", "from") and "import" not in line[1:]:
        found = _modules()
    else:
        found = {*names, *builtins.__dict__, *kwlist}
    matches = [
        name
        for name in found
        if type(name) is str and name.startswith(prefix) and name.isidentifier() and (prefix or name[0] != "_")
    ]
    matches.sort(key=lambda name: (name.startswith("_"), name))
    return matches[:_LIMIT], start


def _resolve(path: list[str], names: dict[str, Any]) -> set[str]:
    """Return the attributes of the object that a dotted name refers to, without evaluating the name."""
    value = names.get(path[0], _MISSING)
    if value is _MISSING:
        value = builtins.__dict__.get(path[0], _MISSING)
    for name in path[1:]:
        if value is _MISSING:
            break
        value = _lookup(value, name)
    return set() if value is _MISSING else _attributes(value)
