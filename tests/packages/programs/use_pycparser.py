# /// script
# dependencies = ["pycparser"]
# ///
"""C is parsed to a tree and written again."""

from pycparser import c_generator, c_parser

tree = c_parser.CParser().parse("int add(int a, int b) { for (;;) return a + b; }")
function = tree.ext[0]
assert function.decl.name == "add" and [p.name for p in function.decl.type.args.params] == ["a", "b"]
assert "return a + b;" in c_generator.CGenerator().visit(tree)
try:
    c_parser.CParser().parse("int 3x;")
    raise AssertionError("not C")
except Exception as error:
    assert type(error).__name__ == "ParseError", error
