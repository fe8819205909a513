"""From the text of a program to its code object: dedenting, refusals as in Python, the final value."""

from __future__ import annotations

import _ast

from _terrarium.pristine import BUILTINS, load
from _terrarium.split import is_call, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from types import CodeType
    from typing import Any

__builtins__ = BUILTINS


ONLY_AST = 0x400
ALLOW_TOP_LEVEL_AWAIT = 0x2000
# The `from __future__` features, which a session keeps from one call to the next, like the interactive interpreter.
FUTURE_FEATURES = 0x1FE0000

# The name that receives the final value. No program can spell it.
VALUE = " value"


class Source:
    """The text of one run. `text` is compiled: it is `original` without `indent` characters of common indentation."""

    __slots__ = ("codes", "filename", "indent", "lines", "original", "text")

    def __init__(self, code: str, filename: str) -> None:
        self.filename = filename
        # The compiled parts, by which a frame identifies its run when many share one file name.
        self.codes: tuple[CodeType, ...] = ()
        code = code.removeprefix("\ufeff")
        if "\r" in code:
            code = code.replace("\r\n", "\n").replace("\r", "\n")
        self.original = code
        self.text, self.indent = dedent(code)
        self.lines: list[str] | None = None

    def cache_entry(self) -> tuple[int, None, list[str], str]:
        """Return the entry of `linecache` for a file. Without a modification time it survives `checkcache`."""
        lines = [line + "\n" for line in self.text.split("\n")]
        return len(self.text), None, lines, self.filename

    def holds(self, code: CodeType) -> bool:
        """Whether a code object was compiled from this text."""
        pending = list(self.codes)
        kind = type(code)
        while pending:
            outer = pending.pop()
            if outer is code:
                return True
            pending.extend([inner for inner in outer.co_consts if type(inner) is kind])
        return False

    def begins_at(self, code: CodeType) -> bool:
        """Whether a code object is the program itself, not one of its functions."""
        return any(code is part for part in self.codes)

    def line(self, number: int) -> str | None:
        """Return a line of the original text, counted from 1."""
        if self.lines is None:
            self.lines = self.original.split("\n")
        return self.lines[number - 1] if 0 < number <= len(self.lines) else None


def dedent(code: str) -> tuple[str, int]:
    """Remove the common indentation and return its width.

    Comments further left are ignored and kept. A program without uniform indentation is left unchanged.
    """
    first = code.lstrip("\n")
    if first[:1] not in (" ", "\t", "\f"):
        return code, 0
    lines = code.split("\n")
    margin: str | None = None
    for line in lines:
        content = line.lstrip(" \t\f")
        if not content or content[0] == "#":
            continue
        indent = line[: len(line) - len(content)]
        if margin is None:
            margin = indent
        while not indent.startswith(margin):
            margin = margin[:-1]
        if not margin:
            return code, 0
    if margin is None:
        return code, 0
    for number, line in enumerate(lines):
        if line.startswith(margin):
            lines[number] = line[len(margin) :]
        elif not line.strip(" \t\f"):
            lines[number] = ""
    return "\n".join(lines), len(margin)


def _refusal(source: Source, message: str, index: int) -> SyntaxError:
    text = source.text
    number = text.count("\n", 0, index) + 1
    start = text.rfind("\n", 0, index) + 1
    end = text.find("\n", index)
    line = text[start : end if end >= 0 else len(text)]
    shown = line.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    column = index - start + 1
    return SyntaxError(message, (source.filename, number, column, shown, number, column + 1))


def _check_characters(source: Source) -> None:
    """Refuse characters that `compile` refuses without a place."""
    if "\0" in source.text:
        raise _refusal(source, "source code cannot contain null bytes", source.text.index("\0"))
    if not source.text.isascii():
        try:
            source.text.encode()
        except UnicodeEncodeError as error:
            index = error.start
        else:
            return
        raise _refusal(source, f"source code cannot contain the lone surrogate U+{ord(source.text[index]):04X}", index)


class Program:
    """A compiled run: statements, and an expression after them whose value is the final one. Both can be absent.

    `leaves_value`: the statements leave the final value under the name `VALUE`.
    """

    __slots__ = ("_is_call", "_text", "expression", "leaves_value", "statements")

    def __init__(self, statements: CodeType | None, expression: CodeType | None = None, text: str = "") -> None:
        self.statements = statements
        self.expression = expression
        self.leaves_value = False
        # The text of the expression.
        self._text = text
        self._is_call: bool | None = None

    def leave_value(self, is_call: bool) -> Program:
        """Note that the statements leave the final value, and whether that is the value of a call or a wait."""
        self.leaves_value = True
        self._is_call = is_call
        return self

    def yields_none(self, features: int) -> bool:
        """Whether None is a final value; called only when the value is None."""
        return not (is_call(self._text, features) if self._is_call is None else self._is_call)


def build(source: Source, features: int) -> Program:
    """Compile a program."""
    _check_characters(source)
    parts = split(source, features)
    if parts is not None:
        statements, expression, text = parts
        source.codes = tuple([code for code in (statements, expression) if code is not None])
        return Program(statements, expression, text)
    flags = ALLOW_TOP_LEVEL_AWAIT | features
    try:
        tree: ast.Module = compile(source.text, source.filename, "exec", flags | ONLY_AST, dont_inherit=True)
    except (RecursionError, MemoryError):
        # A tree of objects needs more depth than Python's own compilation; such a program has no final value.
        code = compile(source.text, source.filename, "exec", flags, dont_inherit=True)
        source.codes = (code,)
        return Program(code)
    except SyntaxError:
        if not _translate_commands(source, flags):
            raise
        return build(source, features)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, _ast.Expr):
        return Program(_compile_tree(tree, source, flags))
    value = last.value
    place: dict[str, Any] = {
        "lineno": value.lineno,
        "col_offset": value.col_offset,
        "end_lineno": value.end_lineno,
        "end_col_offset": value.end_col_offset,
    }
    keep = _ast.Assign(
        targets=[_ast.Name(id=VALUE, ctx=_ast.Store(), **place)], value=value, type_comment=None, **place
    )
    # A string that is the whole program is both the module's docstring and its final value. The compiler accepts no
    # docstring with lone surrogates.
    if len(tree.body) == 1 and isinstance(value, _ast.Constant) and _is_text(value.value):
        tree.body.append(keep)
    else:
        tree.body[-1] = keep
    return Program(_compile_tree(tree, source, flags)).leave_value(isinstance(value, (_ast.Call, _ast.Await)))


def _translate_commands(source: Source, flags: int) -> bool:
    """Replace the commands of a notebook in the text. Returns whether the text is valid Python then."""
    if not any(sign in source.text for sign in "%!?"):
        return False
    magics = load("_terrarium.magics")

    def accepts(text: str) -> SyntaxError | None:
        try:
            compile(text, source.filename, "exec", flags | ONLY_AST, dont_inherit=True)
        except SyntaxError as error:
            return error
        except (RecursionError, MemoryError):
            pass
        return None

    try:
        text = magics.translated(source.text, accepts)
    except magics.Refused as refused:
        lines = source.text.split("\n")
        index = sum(len(line) + 1 for line in lines[: refused.line - 1])
        line = lines[refused.line - 1]
        raise _refusal(source, refused.reason, index + len(line) - len(line.lstrip())) from None
    if text is None:
        return False
    source.text = text
    return True


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _compile_tree(tree: ast.Module, source: Source, flags: int) -> CodeType:
    try:
        code: CodeType = compile(tree, source.filename, "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        # The compiler searches for the text of the line in a file of that name.
        error.text = source.text.split("\n")[error.lineno - 1] + "\n" if error.lineno else None
        raise
    source.codes = (code,)
    return code
