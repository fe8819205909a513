"""From the text of a program to its code object: dedenting, refusals as in Python, the final value."""

from __future__ import annotations

import _ast

from _terrarium.pristine import BUILTINS, load

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

    __slots__ = ("code", "filename", "indent", "lines", "original", "text")

    def __init__(self, code: str, filename: str) -> None:
        self.filename = filename
        # The compiled code, by which a frame identifies its run when many share one file name.
        self.code: CodeType | None = None
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
        pending = [self.code]
        kind = type(code)
        while pending:
            outer = pending.pop()
            if outer is code:
                return True
            if outer is not None:
                pending.extend([inner for inner in outer.co_consts if type(inner) is kind])
        return False

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
    """A compiled run. `yields_none`: whether a final expression with the value None has a final value.

    `is_expression`: the code is one expression, whose value `eval` returns.
    """

    __slots__ = ("_yields_none", "code", "has_expression", "is_expression")

    def __init__(
        self, code: CodeType, has_expression: bool, yields_none: bool | None, is_expression: bool = False
    ) -> None:
        self.code = code
        self.has_expression = has_expression
        self.is_expression = is_expression
        self._yields_none = yields_none

    def yields_none(self, source: Source, features: int) -> bool:
        """Whether None is a final value; called only when the value is None."""
        if self._yields_none is None:
            flags = ALLOW_TOP_LEVEL_AWAIT | features | ONLY_AST
            tree: Any = compile(source.text, source.filename, "eval", flags, dont_inherit=True)
            self._yields_none = not isinstance(tree.body, (_ast.Call, _ast.Await))
        return self._yields_none


# Beginnings of most lines that are no expression.
_STATEMENTS = ("import ", "from ", "def ", "class ", "for ", "while ", "if ", "with ", "del ", "raise ", "try:", "pass")


def _expression(source: Source, features: int) -> Program | None:
    """Compile a program of one line with one expression, at a third of the cost of a syntax tree."""
    text = source.text
    # A string would be the docstring. A backslash may cause a warning, which must not come twice.
    if (
        "\n" in text.rstrip("\n")
        or " = " in text
        or "\\" in text
        or "await" in text
        or "async" in text
        or text.startswith(_STATEMENTS)
        or "'" in text[:3]
        or '"' in text[:3]
    ):
        return None
    try:
        code = compile(text, source.filename, "eval", features, dont_inherit=True)
    except Exception:
        # The program is something else, or its error shows again later.
        return None
    source.code = code
    return Program(code, True, None, True)


def build(source: Source, features: int) -> Program:
    """Compile a program so that it leaves its final value under the name `VALUE`."""
    _check_characters(source)
    program = _expression(source, features)
    if program is not None:
        return program
    flags = ALLOW_TOP_LEVEL_AWAIT | features
    try:
        tree: ast.Module = compile(source.text, source.filename, "exec", flags | ONLY_AST, dont_inherit=True)
    except (RecursionError, MemoryError):
        # A tree of objects needs more depth than Python's own compilation; such a program has no final value.
        source.code = compile(source.text, source.filename, "exec", flags, dont_inherit=True)
        return Program(source.code, False, False)
    except SyntaxError:
        if not _translate_commands(source, flags):
            raise
        return build(source, features)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, _ast.Expr):
        return Program(_compile_tree(tree, source, flags), False, False)
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
    return Program(_compile_tree(tree, source, flags), True, not isinstance(value, (_ast.Call, _ast.Await)))


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
        source.code = compile(tree, source.filename, "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        # The compiler searches for the text of the line in a file of that name.
        error.text = source.text.split("\n")[error.lineno - 1] + "\n" if error.lineno else None
        raise
    return source.code
