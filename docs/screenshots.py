"""Makes the pictures of the site: runs a notebook, renders it and photographs each result with headless Chromium.

It needs the packages `ipykernel`, `nbclient` and `nbconvert`, Chromium on the path, and terrarium in `PYTHONPATH`.
`cargo xtask test python` lays terrarium out in `target/xtask/python-package`. The argument is a folder of wheels with
matplotlib and pandas, such as `tests/corpus`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbclient
import nbformat
from nbconvert import HTMLExporter

PLACE = Path(__file__).parent / "_static"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The name of each picture, its height, and the cell that it shows.
CELLS = {
    "chart": (
        600,
        """\
sandbox.execute('''
import matplotlib.pyplot as plt, numpy as np
x = np.linspace(0, 10, 400)
plt.figure(figsize=(6, 3))
plt.plot(x, np.sin(x) * np.exp(-x / 6))
plt.fill_between(x, np.exp(-x / 6), -np.exp(-x / 6), alpha=0.15)
plt.title("a damped wave, drawn in the sandbox")
plt.show()
''')""",
    ),
    "table": (
        360,
        """\
sandbox.execute('''
import pandas as pd
orders = pd.read_csv("orders.csv")
print(len(orders), "orders")
display(orders.groupby("region").sum())
''', files={"orders.csv": "region,amount\\nnorth,120\\nsouth,80\\nnorth,45\\neast,99\\n"})""",
    ),
}


def executed(wheels: Path) -> list[nbformat.NotebookNode]:
    """The cells with their results, run by a kernel."""
    setup = (
        "import terrarium\n"
        "sandbox = terrarium.Sandbox("
        f"packages=['matplotlib', 'pandas'], packages_from=[{str(wheels)!r}], preload=False)"
    )
    sources = [setup, *(source for _, source in CELLS.values())]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    return notebook.cells[1:]


def page(cell: nbformat.NotebookNode) -> str:
    """A notebook with this cell, as JupyterLab shows it."""
    # Nothing is fetched while the page is photographed.
    exporter = HTMLExporter(template_name="lab", mathjax_url="", require_js_url="", jquery_url="")
    return exporter.from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))[0]


def main() -> None:
    """Write the pictures."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("no Chromium on the path")
    cells = executed(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        for (name, (height, _)), cell in zip(CELLS.items(), cells, strict=True):
            html = Path(folder) / f"{name}.html"
            html.write_text(page(cell))
            options = [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--window-size=820,{height}",
            ]
            subprocess.run(
                [
                    browser,
                    *options,
                    f"--user-data-dir={folder}/profile",
                    f"--screenshot={PLACE}/{name}.png",
                    html.as_uri(),
                ],
                check=True,
                capture_output=True,
                timeout=120,
            )


if __name__ == "__main__":
    main()
