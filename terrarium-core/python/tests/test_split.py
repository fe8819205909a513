"""Programs that are compiled by their text alone: the code is that of Python's own compiler, part by part."""

from __future__ import annotations

import ast
import random
import sysconfig
import warnings
from pathlib import Path

import pytest

from _terrarium.source import Source
from _terrarium.split import is_call, split

LIBRARY = Path(sysconfig.get_paths()["stdlib"])

# Whole programs, and the kind of their last statement: an expression (e), another statement (s), or either if the text
# alone does not tell.
PROGRAMS = [
    ("", "s"),
    ("x = 1\nx", "e"),
    ("x = 1\n\n\nx + 1\n\n", "e"),
    ("import math\nmath.pi", "e"),
    ("x = [1,\n2]\nx", "e"),
    ("for x in range(3):\n    print(x)", "s"),
    ("if x:\n    y\nelse:\n    z", "s"),
    ("if x:\n    y\nelsewhere", "e"),
    ("with a as b:\n    c", "s"),
    ("try:\n    a\nexcept:\n    b\nfinally:\n    c", "s"),
    ("@a\ndef f():\n    pass", "s"),
    ("x = y = 1", "s"),
    ("import a; a", "?"),
    ("x = 1; x", "?"),
    ("f(\nx = 1)", "?"),
    ("f(\nx = '('\n)", "?"),
    ("[x\nfor x in y\nif x]", "?"),
    ("(a\nif b\nelse c)", "?"),
    ("[x\nfor x in d[0:\n1]]", "?"),
    ('"""\nimport x"""', "?"),
    ("'''\nwith x:\n    y'''", "?"),
    ('x = """a\ny"""\nx', "e"),
    ("f'{\nx = }'", "?"),
    ("f'{[x\nfor x in y]}'", "?"),
    ('# a\n"text"', "?"),
    ('x = 1\n"text"', "e"),
    ("x = 1\nf'{x}'", "e"),
    ("x = 1 # f(\nx", "e"),
    ("x\\\n= 1\nx", "?"),
    ("x: int = 1\nx", "e"),
    ("def f():\n    return 1\nf()", "e"),
    ("x = 1\n(yield)", "?"),
    ("global x\nx = 1", "s"),
    ("x = 1\n    \n\t\nx   ", "e"),
    ("if x:\n  a\n\nb\n", "e"),
    ("breakpoint()\nx", "?"),
    ("import cProfile\nx", "?"),
    ("sys.settrace(f)\nx", "?"),
    ("from __future__ import annotations\nx", "?"),
    ("import os\n\fdict(a = 1)", "?"),
    ("if 0:\n    y\n \f5", "?"),
    ("[x\nfor x in d][:\n  2]", "?"),
    ("[x for x in y\nif x], d[1:\n  2]", "?"),
    ("(lambda: (yield\nfrom x)) # import y", "?"),
    ("1if 1 else 2; 3", "?"),
    ("x = [0]\nx[1if 0 else 0] = 5", "?"),
    ("x = 1\nx += 1", "?"),
    ("x = 1\nid(x) == id(1)", "?"),
    ("x = 1\nx is 1", "?"),
    ("__builtins__ = {}\nlen('a')", "?"),
    ("p = cProfile.Profile()\nx", "?"),
    ('((("text")))', "?"),
    ("x = 1\nf(x=2)", "e"),
    ("x = 1\nx == 1", "e"),
    ("x = 1\n)", "?"),
    ("x = (\n1", "?"),
]


def check(text: str) -> str:
    """Compare the parts with the compiler's own, and return the kind of the last statement."""
    source = Source(text, "main.py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = split(source, 0)
        if parts is None:
            return "?"
        tree = ast.parse(source.text, "main.py")
        statements, expression, shown = parts
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr):
            assert expression is None
            assert statements == compile(source.text, "main.py", "exec", dont_inherit=True)
            return "s"
        assert expression == compile(ast.Expression(last.value), "main.py", "eval", dont_inherit=True)
        assert is_call(shown, 0) == isinstance(last.value, ast.Call)
        rest = ast.Module(tree.body[:-1], [])
        if statements is None:
            assert not rest.body
        else:
            wanted = compile(rest, "main.py", "exec", dont_inherit=True)
            # A program without statements has its only instructions in another line.
            assert statements == wanted or not rest.body
    return "e"


@pytest.mark.parametrize(("text", "kind"), PROGRAMS)
def test_the_parts_of_a_program_are_those_of_the_compiler(text: str, kind: str) -> None:
    assert check(text) == kind


class _WithoutTexts(ast.NodeTransformer):
    """Replaces docstrings, whose quotes leave nearly every module to the syntax tree."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        return ast.Pass() if isinstance(node.value, ast.Constant) else node


def _beginnings(path: Path, chosen: random.Random) -> list[str]:
    """Return parts of a module: as written, and without what leaves the most to the syntax tree."""
    text = path.read_text("utf-8", "replace").replace("\\", "/").replace("async", "a").replace("trace", "t")
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    lines = text.split("\n")
    written = ["\n".join(lines[: chosen.randrange(len(lines))]) for _ in range(3)]
    statements = ast.fix_missing_locations(_WithoutTexts().visit(tree)).body
    first = chosen.randrange(len(statements))
    spans = [statements[first : first + chosen.randrange(1, 5)] for _ in range(3)]
    return written + [ast.unparse(ast.Module(span, [])).replace("\\", "/") for span in spans]


def test_the_parts_of_the_library_s_modules_are_those_of_the_compiler() -> None:
    chosen = random.Random(5)
    kinds = {"e": 0, "s": 0, "?": 0}
    for path in chosen.sample(sorted(LIBRARY.glob("*.py")), 60):
        for beginning in _beginnings(path, chosen):
            for tail in ("", "\nprint(len(x))", "\nx[0]\n", "\nx = 3", "\nfor x in y:\n    x", "\n)", "\nx = 1)"):
                try:
                    ast.parse(beginning + tail)
                except SyntaxError:
                    assert split(Source(beginning + tail, "main.py"), 0) is None
                else:
                    kinds[check(beginning + tail)] += 1
    assert min(kinds["e"], kinds["s"]) > 100


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("f()", True),
        ("a.b(c)", True),
        ("f(g(1))", True),
        ("f('(')", True),
        ("f()()", True),
        ("f() or None", False),
        ("x or f()", False),
        ("(f())", True),
        ("not(f)", False),
        ("[f()]", False),
        ("await f()", True),
        ("lambda: f()", False),
    ],
)
def test_calls_are_recognised(text: str, answer: bool) -> None:
    assert is_call(text, 0) == answer
