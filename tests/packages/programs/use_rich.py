# /// script
# dependencies = ["rich"]
# ///
"""Tables, marked text, trees, code and progress, on a console and as HTML."""

import io

from rich.console import Console
from rich.progress import track
from rich.syntax import Syntax
from rich.table import Table
from rich.tree import Tree

console = Console(file=io.StringIO(), width=60, record=True, force_terminal=True)
table = Table("name", "value", title="Things")
table.add_row("one", "[bold red]1[/]")
console.print(table)
tree = Tree("root")
tree.add("leaf")
console.print(tree, Syntax("x = 1", "python"))
assert sum(track(range(4), console=console)) == 6
text = console.file.getvalue()
assert "Things" in text and "└── leaf" in text and "\x1b[1;31m1" in text
assert "<html>" in console.export_html()
