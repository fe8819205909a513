"""Compilation of a program by its text alone, without a syntax tree of objects, which takes as long as compiling does.

The last line of most programs shows whether it is their final expression. It is compiled apart then: if the text before
it is a program by itself, and the line is an expression by itself, the whole is nothing else. Where the last line
certainly begins no expression, the whole is compiled at once. All other programs are left to the syntax tree.
"""

from __future__ import annotations

import _ast

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from _terrarium.source import Source

    # Statements, final expression and its text.
    Parts = tuple[CodeType | None, CodeType | None, str]

__builtins__ = BUILTINS

_ONLY_AST = 0x400
_TOP_LEVEL_AWAIT = 0x2000

# The beginnings of lines that continue the statement of an earlier line.
_CONTINUATIONS = ("else:", "elif ", "except:", "except ", "finally:")
# The first words of statements that no expression contains.
_WORDS = frozenset(("with", "while", "def", "class", "try:", "import", "del", "raise", "pass", "assert"))
_BEGINNINGS = (*_WORDS, "from ", "if ", "for ", *_CONTINUATIONS)
_SIMPLE = frozenset(("import", "del", "raise", "pass", "assert"))
# The words of programs that are compiled as a whole.
_WHOLE = (
    *("__builtins__", "__future__", "_getframe", "breakpoint", "coverage", "currentframe", "monitoring", "profile"),
    *("Profile", "trace"),
)
_NO_EXPRESSION = frozenset(" \t\f)]}#@")


def split(source: Source, features: int) -> Parts | None:
    """Compile the program in at most two parts, or return None if that could make a difference.

    Waits of a program share an event loop. A backslash joins lines, and its warnings must not come twice.
    """
    text = source.text
    if "\\" in text or "\f" in text or "await" in text or "async" in text:
        return None
    end = text.rstrip(" \t\n")
    start = end.rfind("\n") + 1
    last = end[start:]
    # In parts that are compiled apart, a program sees two frames, and constants that are equal but not the same.
    if start and any(word in text for word in _WHOLE):
        return None
    try:
        if not last or (_can_be_statement(last) and _begins_statement(end, start)):
            return compile(text, source.filename, "exec", features, dont_inherit=True), None, ""
        if last[0] in _NO_EXPRESSION or _is_doubtful(last) or (_is_string(last) and (start == 0 or text[0] in "#\n")):
            return None
        if start == 0:
            return None, compile(last, source.filename, "eval", features, dont_inherit=True), last
        if _compares_identity(last):
            return None
        statements = compile(text[:start], source.filename, "exec", features, dont_inherit=True)
        padding = "\n" * text.count("\n", 0, start)
        return statements, compile(padding + last, source.filename, "eval", features, dont_inherit=True), last
    except Exception:
        # The program is something else, or its error shows again later.
        return None


def _is_string(line: str) -> bool:
    """Whether a line begins with a string, which can be the docstring."""
    line = line.lstrip("( ")
    return "'" in line[:3] or '"' in line[:3]


def _is_doubtful(line: str) -> bool:
    """Whether a line can be another statement. An attempt to compile it could cause warnings that come again."""
    return " = " in line or ";" in line or ("=" in line and "==" not in line and "(" not in line)


def _compares_identity(line: str) -> bool:
    """Whether a line can show that two of its constants are the same object, as they are in one code object."""
    return " is " in line or "id(" in line


def _can_be_statement(line: str) -> bool:
    """Whether it is worth to look for the beginning of the last statement."""
    return line[0] in " \t" or " = " in line or line.startswith(_BEGINNINGS)


def _begins_statement(text: str, start: int) -> bool:
    """Whether the last statement begins at `start` or before it and is certainly no expression."""
    if '"""' in text or "'''" in text:
        # A string can contain the line.
        return False
    while True:
        end = text.find("\n", start)
        line = text[start : len(text) if end < 0 else end]
        if line and line[0] not in " \t\f#" and not line.startswith(_CONTINUATIONS):
            break
        if start == 0:
            return False
        start = text.rfind("\n", 0, start - 1) + 1
    word, _, rest = line.partition(" ")
    if word in _WORDS:
        return word not in _SIMPLE or ";" not in text[start:]
    if word == "from":
        return " import " in rest and ";" not in text[start:] and _is_closed(text[start:])
    if word in ("if", "for"):
        # In brackets, these words are part of an expression.
        return line.endswith(":") and "else" not in line and "lambda" not in line and _is_closed(line)
    # The name of an argument, if a bracket is open.
    return word.isidentifier() and rest.startswith("= ") and ";" not in text[start:] and _is_closed(text[start:])


def _is_closed(text: str) -> bool:
    """Whether a text certainly closes no bracket that was opened before it, and leaves none open."""
    if "'" in text or '"' in text or "#" in text:
        return False
    depth = 0
    for character in text:
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth < 0:
                return False
    return depth == 0


def is_call(text: str, features: int) -> bool:
    """Whether an expression is a call, or a wait for one."""
    name, _, rest = text.partition("(")
    if rest and rest.find(")") == len(rest) - 1 and name != "not" and name.replace(".", "").isidentifier():
        # The only closing bracket is the last character.
        return True
    try:
        tree: Any = compile(text, "", "eval", _TOP_LEVEL_AWAIT | features | _ONLY_AST, dont_inherit=True)
    except Exception:
        # The program makes an error of a warning, which has come already.
        return False
    return isinstance(tree.body, (_ast.Call, _ast.Await))
