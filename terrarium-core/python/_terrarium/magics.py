"""The commands of notebooks in a program: what has a meaning here is translated, everything else is named in the error.

The module is loaded when a program is no valid Python. A line is translated only where the compiler refuses it, so text
inside strings stays as it is, and a valid program is never touched. Translated lines keep their numbers.
"""

from __future__ import annotations

from keyword import iskeyword

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__builtins__ = BUILTINS

# More lines than a notebook has; each costs one compilation.
_MOST = 200
# Settings of a notebook that change nothing here, because results are displayed anyway.
_SETTINGS = frozenset(
    (
        *("matplotlib", "config", "load_ext", "reload_ext", "unload_ext", "autoreload", "aimport", "precision"),
        *("pprint", "xmode", "colors", "automagic", "autoawait", "time", "unalias"),
    )
)
_CELLS = "__import__('_terrarium.cells', fromlist=['capture'])"
_INSTALLS = "__import__('_terrarium.library.installs', fromlist=['magic'])"
_INSTALLERS = ("pip", "pip3", "conda", "mamba", "uv")
_INSTEAD = {
    "timeit": "use the module timeit",
    "ls": "use os.listdir()",
    "cat": "use open(name).read()",
    "mkdir": "use os.makedirs()",
    "rm": "use os.remove()",
    "cp": "use shutil.copy()",
    "mv": "use shutil.move()",
    "wget": "give the file to the run",
    "curl": "give the file to the run",
    "who": "use dir()",
    "whos": "use dir()",
    "reset": "use a new session",
    "bash": "there are no processes here",
    "sh": "there are no processes here",
}
_SHOWN = {"html": "text/html", "markdown": "text/markdown", "latex": "text/latex", "svg": "image/svg+xml"}


class Refused(Exception):
    """A command that has no meaning here: the reason and the number of its line, from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line


def translated(text: str, accepts: Callable[[str], SyntaxError | None]) -> str | None:
    """Return the program without commands of notebooks, or None when it has none and is wrong in another way.

    `accepts` compiles a text and returns its error. Raises `Refused` for a command that has no meaning here.
    """
    lines = text.split("\n")
    _translate_cell(lines, accepts)
    for _ in range(_MOST):
        error = accepts("\n".join(lines))
        if error is None:
            return "\n".join(lines)
        # The error of a string that never ends is found before that of a command, and may be further down.
        last = min(error.lineno or len(lines), len(lines))
        number = next((n for n in range(last, 0, -1) if _is_command(lines[n - 1])), None)
        if number is None:
            return None
        lines[number - 1] = _translate(lines[number - 1], number)
    return None


def _is_command(line: str) -> bool:
    code = line.strip()
    if code.startswith(("%", "!", "?")):
        return len(code) > 1
    if code.endswith("?"):
        return all(part.isidentifier() for part in code.rstrip("?").split("."))
    # `files = !ls`, `t = %timeit ...`
    _, equals, value = code.partition("=")
    return bool(equals) and value.lstrip()[:1] in ("!", "%") and len(value.strip()) > 1


def _translate(line: str, number: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    code = line.strip()
    if code.startswith("?") or code.endswith("?"):
        name = code.strip("?").strip()
        return f"{indent}help({name})" if name and not iskeyword(name) else f"{indent}pass"
    if code.startswith("!"):
        return indent + _shell(code[1:].strip(), number)
    if code.startswith("%"):
        return indent + _magic(code.lstrip("%").strip(), number)
    kind = code.partition("=")[2].lstrip()
    raise Refused(_no_command(kind.split()[0]), number)


def _magic(command: str, number: int) -> str:
    name, _, rest = command.partition(" ")
    rest = rest.strip()
    if name in _INSTALLERS:
        return _installer(name, rest, number)
    if name == "time" and rest:
        return rest
    if name in _SETTINGS:
        return "pass"
    if name == "env" and (not rest or ("=" not in rest and " " not in rest)):
        return f"__import__('os').environ[{rest!r}]" if rest else "dict(__import__('os').environ)"
    if name in ("env", "set_env") and rest:
        variable, _, value = rest.partition("=" if "=" in rest else " ")
        return f"__import__('os').environ[{variable.strip()!r}] = {value.strip()!r}"
    if name == "cd":
        return f"__import__('os').chdir({rest!r})" if rest else "pass"
    if name == "pwd":
        return "__import__('os').getcwd()"
    if name == "run" and rest:
        return f"globals().update(__import__('runpy').run_path({rest.split()[0]!r}, dict(globals())))"
    raise Refused(_no_command("%" + name), number)


def _shell(command: str, number: int) -> str:
    words = command.split()
    if words[:1] == ["python"] or words[:1] == ["python3"]:
        words = words[2:] if words[1:2] == ["-m"] else words
    if words and words[0] in _INSTALLERS:
        return _installer(words[0], " ".join(words[1:]), number)
    raise Refused(_no_command("!" + (words[0] if words else "")), number)


def _installer(name: str, rest: str, number: int) -> str:
    words = rest.split()
    if name == "uv" and words[:1] == ["pip"]:
        rest = rest.lstrip()[3:]
    elif name not in ("pip", "pip3") and words[:1] not in (["install"], ["add"]):
        raise Refused(_no_command("%" + name), number)
    return f"{_INSTALLS}.magic({rest!r})"


def _no_command(shown: str) -> str:
    instead = _INSTEAD.get(shown.lstrip("%!"))
    reason = f"`{shown}` is a command of notebooks, which does not work here"
    return f"{reason}: {instead}" if instead else reason


def _translate_cell(lines: list[str], accepts: Callable[[str], SyntaxError | None]) -> None:
    """Translate a command for the whole cell, which is its first line with text."""
    number = next((n for n, line in enumerate(lines, 1) if line.strip()), None)
    if number is None or not lines[number - 1].lstrip().startswith("%%"):
        return
    name, _, rest = lines[number - 1].strip()[2:].partition(" ")
    body = "\n".join(lines[number:])
    shown = _SHOWN.get(name)
    if name == "time":
        lines[number - 1] = "pass"
        return
    if name == "capture":
        # With empty lines before it, a cell inside has the numbers of its lines.
        body = translated("\n" * number + body, accepts) or "\n" * number + body
        command = f"{_CELLS}.capture({body[number:]!r}, {number}, globals(), {rest!r})"
    elif name == "writefile":
        mode = "a" if "-a" in rest.split() else "w"
        path = rest.removeprefix("-a").strip().strip("'\"")
        command = f"if open({path!r}, {mode!r}, encoding='utf-8').write({body!r}): pass"
    elif shown is not None:
        command = f"display({{{shown!r}: {body!r}}}, raw=True)"
    else:
        raise Refused(_no_command("%%" + name), number)
    lines[number - 1 :] = [command]
