"""A real notebook, executed by a real kernel."""

from __future__ import annotations

import re

import nbclient
import nbformat

RICH = "class P:\n    def __repr__(self): return 'plain P'\n    def _repr_html_(self): return '<b>bold</b>'\n"


def test_a_final_value_with_a_rich_form_is_shown_once(sandbox):
    from terrarium import _show

    for code, count in [("P()", 1), ("display(P())\nP()", 2), ("display(P())\n'plain P'", 1), ("[P()]", 0)]:
        result = sandbox.execute(RICH + code)
        assert _show.html(result).count("<iframe") == count, code
        plain = 1 if code.endswith(("'", "]")) else 0
        assert _show.html(result).count("<pre") == plain, code
        assert _show.text(result).count("plain P") == count + plain, code


def test_a_notebook_shows_results_and_survives_an_interrupt(tmp_path):
    cells = [
        "import os, signal, threading, terrarium\nsandbox = terrarium.Sandbox(timeout=50)",
        "class_ = 'class P:\\n    def _repr_html_(self): return \"<b>bold</b>\"\\ndisplay(P())\\nprint(1)\\n6 * 7'\nsandbox.execute(class_)",
        "sandbox.execute('print(2)').show()",
        "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\ntry:\n    sandbox.execute('while True: pass')\nexcept KeyboardInterrupt:\n    print('interrupted')",
        "(await sandbox.execute_async('3')).final_expression",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    shown = outputs[1][0].data
    assert '<iframe sandbox=""' in shown["text/html"]
    assert "42" in shown["text/plain"]
    assert re.search(r'<pre style="font-family: [^"]*monospace[^"]*">2\n</pre>', outputs[2][0].data["text/html"])
    assert outputs[3][0].text == "interrupted\n"
    assert outputs[4][0].data["text/plain"] == "3"
