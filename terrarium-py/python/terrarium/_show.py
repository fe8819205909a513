"""Results for people: as text, and as HTML for Jupyter.

The displays of the code in the sandbox are not trusted: a script in a notebook's page could run code on the host. HTML
goes into a frame in which scripts do not run, images go into image elements; scripts are left out.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terrarium._records import Display
    from terrarium._result import ExecutionResult

_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# A frame cannot report the height of its content: the estimate is a line for each row of a table, within bounds.
_LINE, _LEAST, _MOST = 2.0, 6.0, 40.0


def show(result: ExecutionResult) -> None:
    """Display the result in a notebook, or print it."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive is not None else None
    if shell is not None and getattr(shell, "kernel", None) is not None:
        from IPython.display import display

        display({"text/plain": text(result), "text/html": html(result)}, raw=True)
    else:
        print(text(result))


def text(result: ExecutionResult) -> str:
    """Return the output, displays and outcome of the run as text."""
    parts = [result.stdout, result.stderr]
    parts += [str(display.data.get("text/plain", "")) for display in result.displays]
    parts.append("" if _is_displayed(result) else result.final_repr or "")
    parts.append(_failure(result))
    return "\n".join(part.rstrip("\n") for part in parts if part) or repr(result)


def html(result: ExecutionResult) -> str:
    """Return the output, displays and outcome of the run as HTML."""
    return f'<div class="terrarium-result">{"".join(_pieces(result))}</div>'


def _pieces(result: ExecutionResult) -> Iterator[str]:
    if result.stdout:
        yield _text(result.stdout)
    if result.stderr:
        yield _text(result.stderr, "background: #fdd; color: #000")
    yield from map(_display, result.displays)
    if result.final_repr is not None and not _is_displayed(result):
        yield _text(result.final_repr)
    failure = _failure(result)
    if failure:
        yield _text(failure, "border-left: 3px solid #c00; padding-left: 0.5em")
    if result.output_files:
        names = ", ".join(f"{name} ({len(data):,} bytes)" for name, data in sorted(result.output_files.items()))
        yield f"<div><small>files: {escape(names)}</small></div>"


def _is_displayed(result: ExecutionResult) -> bool:
    """Return whether the final value is among the displays, as a value with a rich form is."""
    shown = (display.data for display in result.displays if len(display.data) > 1)
    return any(data.get("text/plain") == result.final_repr for data in shown)


def _failure(result: ExecutionResult) -> str:
    if result.error is not None:
        return result.error.traceback or f"{result.error.type}: {result.error.message}"
    return "" if result.status.value == "success" else f"status: {result.status.value}"


def _display(display: Display) -> str:
    data = display.data
    for kind in _IMAGES:
        if isinstance(data.get(kind), str):
            return _image(kind, data[kind], display.metadata.get(kind))
    if isinstance(data.get("image/svg+xml"), str):
        return _image("image/svg+xml", b64encode(data["image/svg+xml"].encode()).decode(), None)
    if isinstance(data.get("text/html"), str):
        return _frame(data["text/html"])
    return _text(str(data.get("text/plain", "")))


def _text(text: str, style: str = "") -> str:
    """Return text as HTML in a fixed-width font, which a notebook's page does not give it by itself."""
    return f'<pre style="font-family: var(--jp-code-font-family, monospace); {style}">{escape(text)}</pre>'


def _image(kind: str, base64: str, size: Any) -> str:
    wanted = size if isinstance(size, dict) else {}
    sizes = "".join(f' {name}="{wanted[name]}"' for name in ("width", "height") if type(wanted.get(name)) is int)
    return f'<img src="data:{kind};base64,{escape("".join(base64.split()))}"{sizes} style="max-width: 100%">'


def _frame(content: str) -> str:
    height = min(_MOST, max(_LEAST, _LINE * (content.count("<tr") + content.count("<br") + 1)))
    style = f"width: 100%; height: {height}em; border: 0; background: #fff; resize: vertical"
    return f'<iframe sandbox="" srcdoc="{escape(content)}" style="{style}"></iframe>'
