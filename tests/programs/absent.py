"""Writes the page about the modules and names of the standard library that are absent here.

The expected names are those of type stubs, which the first argument names as a wheel. They are read for this version of
Python on Linux.
"""

import ast
import contextlib
import importlib
import io
import sys
import textwrap
import warnings
import zipfile

ROOT = "typeshed_client/typeshed/"
VERSION = sys.version_info[:2]
# Modules that print or open something, the part of `os` in C, an example, and a package outside of the library.
NOT_IMPORTED = {"antigravity", "posix", "this", "typing_extensions", "xxlimited"}
# Names that only the stubs have.
ONLY_IN_STUBS = {
    "builtins": {"function"},
    "fcntl": {"I_" + name for name in (
        "ATMARK CANPUT CKBAND FDINSERT FIND FLUSH FLUSHBAND GETBAND GETCLTIME GETSIG GRDOPT GWROPT LINK LIST LOOK NREAD PEEK "
        "PLINK POP PUNLINK PUSH RECVFD SENDFD SETCLTIME SETSIG SRDOPT STR SWROPT UNLINK"
    ).split()},
    "email.headerregistry": {"ReferencesHeader"},
    "socket": {"CAN_RAW_ERR_FILTER"},
    "ssl": {"PROTOCOL_SSLv2", "PROTOCOL_SSLv3"},
    "sys": {
        *("UnraisableHookArgs", "gettotalrefcount", "last_exc", "last_traceback", "last_type", "last_value"),
        *("ps1", "ps2", "tracebacklimit"),
    },
    "termios": {"B14400", "B28800", "B7200", "B76800", "IBSHIFT", "TIOCTTYGSTRUCT"},
}

INTRODUCTION = """\
# The standard library

The interpreter is CPython with its standard library. This page lists the public modules, functions, classes and
constants of CPython on Linux that do not exist here. Everything else exists. The page is generated: a test compares it
with the interpreter.

A module that does not exist raises `ModuleNotFoundError` with the reason when it is imported. A name that does not
exist raises `AttributeError`. Functions that exist and are refused, like `os.fork`, raise an `OSError` with the reason.
"""


def holds(test):
    """Evaluate a condition on the version or the platform."""
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(holds(value) for value in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(holds(value) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not holds(operand)
        case ast.Name(id="TYPE_CHECKING"):
            return True
    names = {"sys": type("System", (), {"version_info": (*VERSION, 99), "platform": "linux", "maxsize": 2**63 - 1})}
    return eval(compile(ast.Expression(test), "stub", "eval"), {"__builtins__": {}}, names)


def statements(body):
    """Yield the statements that hold for this version and platform."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield from statements(statement.body if holds(statement.test) else statement.orelse)
        else:
            yield statement


def names_of(tree):
    """Return the public names of a stub: those of `__all__`, or its definitions."""
    defined, listed = set(), None
    for statement in statements(tree.body):
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                defined.add(name)
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                listed = set(ast.literal_eval(value))
            case ast.AugAssign(target=ast.Name(id="__all__"), value=ast.List() | ast.Tuple() as value):
                listed = (listed or set()) | set(ast.literal_eval(value))
            case ast.Assign(targets=targets):
                defined.update(target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                defined.add(name)
            case ast.ImportFrom(names=names) | ast.Import(names=names):
                defined.update(name.name for name in names if name.asname == name.name)
    names = defined if listed is None else listed
    return {name for name in names if not name.startswith("_")}


def stubs(archive):
    """Yield the modules of this version of Python, with their stubs."""
    ranges = {}
    for line in archive.read(ROOT + "VERSIONS").decode().splitlines():
        line = line.partition("#")[0].strip()
        if line:
            module, _, bounds = line.partition(":")
            first, _, last = bounds.strip().partition("-")
            ranges[module] = [tuple(map(int, bound.split("."))) if bound else None for bound in (first, last)]
    for path in sorted(archive.namelist()):
        if path.startswith(ROOT) and path.endswith(".pyi"):
            module = path.removeprefix(ROOT).removesuffix(".pyi").replace("/", ".").removesuffix(".__init__")
            parts = module.split(".")
            parents = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
            is_public = not any(part.startswith("_") for part in parts)
            known = [ranges[parent] for parent in parents if parent in ranges]
            if is_public and parts[0] not in NOT_IMPORTED and all(
                first <= VERSION and (last is None or VERSION <= last) for first, last in known
            ):
                yield module, archive.read(path).decode()


def main():
    """Print the page."""
    warnings.simplefilter("ignore")
    modules, names, reported = [], [], set()
    with zipfile.ZipFile(sys.argv[1]) as archive:
        found_stubs = dict(stubs(archive))
        for module, text in found_stubs.items():
            expected = names_of(ast.parse(text)) - ONLY_IN_STUBS.get(module, set())
            if not expected or any(module.startswith(parent + ".") for parent in reported):
                continue
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    found = importlib.import_module(module)
            except ImportError as error:
                reported.add(module)
                modules.append(f"| `{module}` | {str(error).replace('|', ' ')} |")
                continue
            submodules = {name for name in expected if f"{module}.{name}" in found_stubs}
            absent = sorted(name for name in expected - submodules if not hasattr(found, name))
            if absent:
                names.append(f"\n### {module}\n\n```text\n{textwrap.fill(' '.join(absent), 110)}\n```")
    print(INTRODUCTION)
    print("## Modules\n\n| module | error |\n| --- | --- |", *modules, sep="\n")
    print("\n## Names", *names, sep="\n")


main()
