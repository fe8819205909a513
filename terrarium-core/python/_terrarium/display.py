"""Displays: objects as MIME bundles, sent immediately."""

from __future__ import annotations

import sys
from binascii import b2a_base64
from posix import urandom
from sys import modules

from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS, load
from _terrarium.values.reprs import bounded_repr, mro, namespace
from _terrarium.wire import channel, clean, dump

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


# The bound on the bytes of the text/plain part.
_PLAIN = 1 << 20
_PLAIN_KINDS = frozenset((type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, type))
# The request to the host that discards output.
_CLEAR = 0x740B
# The displays that a cell keeps from the result.
kept: list[str] | None = None
_METHODS = (
    ("_repr_html_", "text/html"),
    ("_repr_markdown_", "text/markdown"),
    ("_repr_latex_", "text/latex"),
    ("_repr_svg_", "image/svg+xml"),
    ("_repr_png_", "image/png"),
    ("_repr_jpeg_", "image/jpeg"),
    ("_repr_json_", "application/json"),
    ("_repr_javascript_", "application/javascript"),
    ("_repr_pdf_", "application/pdf"),
)


def _ask(value: Any, name: str, **options: None) -> tuple[Any, Any]:
    """Call a rich repr of the class. Returns (data, metadata), or (None, None) when there is none or it fails.

    Only the class is searched, so that a `__getattr__` that answers every name does not pass for a rich repr.
    """
    if not any(name in namespace(base) for base in mro(type(value))):
        return None, None
    try:
        answer = getattr(value, name)(**options)
    except Exception:
        if state.raised:
            raise
        # Some methods take no options.
        return _ask(value, name) if options else (None, None)
    if type(answer) is tuple and len(answer) == 2:
        return answer[0], answer[1]
    return answer, None


def _payload(data: Any) -> Any:
    """Return one part of a bundle as plain data: text, base64, or JSON as text."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        return {"$base64": b2a_base64(data, newline=False).decode("ascii")}
    if isinstance(data, str):
        return clean(str.__str__(data))
    return clean(load("json").dumps(data, default=repr))


def _plain_data(value: Any) -> Any:
    """Return metadata in a form that `dump` can write."""
    return load("json").loads(load("json").dumps(value, default=repr)) if value else {}


def rich_parts(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rich reprs of an object as a bundle and its metadata; both are empty for most objects."""
    data: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    if type(value) in _PLAIN_KINDS:
        return data, metadata
    bundle, more = _ask(value, "_repr_mimebundle_", include=None, exclude=None)
    if isinstance(bundle, dict):
        for mime, part in bundle.items():
            if part is not None:
                data[str(mime)] = part
        if isinstance(more, dict):
            metadata.update(more)
    for name, mime in _METHODS:
        # A second form of the same picture would only add bytes.
        if mime not in data and not (mime == "image/jpeg" and "image/png" in data):
            part, more = _ask(value, name)
            if part is not None:
                data[mime] = part
                if isinstance(more, dict) and more:
                    metadata[mime] = more
    if "text/html" not in data:
        table = _table_of_series(value)
        if table is not None:
            data["text/html"] = table
    return data, metadata


def _table_of_series(value: Any) -> Any:
    """Return a Series of pandas as an HTML table; pandas has that form for a DataFrame only."""
    kind = getattr(modules.get("pandas"), "Series", None)
    if not isinstance(kind, type) or kind not in mro(type(value)):
        return None
    try:
        frame = value.to_frame("" if value.name is None else value.name)
    except Exception:
        if state.raised:
            raise
        return None
    return _ask(frame, "_repr_html_")[0]


def _shows_itself(value: Any) -> bool:
    """Call the method by which an object without a rich repr displays itself. Returns whether there is one."""
    if type(value) in _PLAIN_KINDS or not any("_ipython_display_" in namespace(base) for base in mro(type(value))):
        return False
    try:
        value._ipython_display_()
    except Exception:
        if state.raised:
            raise
        return False
    return True


def bundle_of(
    value: Any,
    plain: str | None,
    data: dict[str, Any],
    metadata: dict[str, Any],
    **members: Any,
) -> str:
    """Return the JSON text of one display. `plain` is the repr if it is already known."""
    parts = {mime: _payload(part) for mime, part in data.items()}
    if "text/plain" not in parts:
        parts["text/plain"] = clean(bounded_repr(value, _PLAIN)[0] if plain is None else plain)
    return _float_safe({"data": parts, "metadata": _plain_data(metadata), **members})


def _float_safe(value: dict[str, Any]) -> str:
    try:
        return dump(value)
    except TypeError:
        # Metadata may contain floats, unlike responses.
        text: str = load("json").dumps(value)
        return text


def send(text: str, update: bool = False) -> None:
    """Send one display, or an update of one. The host bounds displays; a refused one is left out."""
    if kept is not None:
        kept.append(text)
        return
    try:
        channel.send(b"E" if update else b"D", text.encode())
    except OSError:
        pass


def clear_output(wait: bool = False) -> None:
    """Discard the text and the displays so far; with `wait`, when there is more."""
    if kept is not None:
        kept.clear()
        return
    for stream in (sys.__dict__.get("stdout"), sys.__dict__.get("stderr")):
        if stream is not None:
            stream.flush()
    try:
        load("fcntl").ioctl(channel.descriptor, _CLEAR, bool(wait).to_bytes(4, "little"))
    except (OSError, ValueError):
        # There is no host.
        pass


class Handle:
    """The return value of `display(..., display_id=...)`, as in notebooks: it shows other objects in the same place."""

    def __init__(self, display_id: str | None = None) -> None:
        self.display_id = _new_id() if display_id is None else display_id

    def display(self, obj: object, **options: Any) -> None:
        """Display an object once more, under this identifier."""
        display(obj, **{**options, "display_id": self.display_id})

    def update(self, obj: object, **options: Any) -> None:
        """Display an object in place of the present one."""
        update_display(obj, **{**options, "display_id": self.display_id})

    def __repr__(self) -> str:
        return f"<DisplayHandle display_id={self.display_id}>"


def _new_id() -> str:
    return urandom(16).hex()


def update_display(obj: object, *, display_id: str, **options: Any) -> None:
    """Display an object in place of those with this identifier."""
    display(obj, **{**options, "display_id": display_id, "update": True})


def display(
    *objs: object,
    include: Any = None,
    exclude: Any = None,
    metadata: dict[str, Any] | None = None,
    transient: dict[str, Any] | None = None,
    display_id: str | bool | None = None,
    raw: bool = False,
    clear: bool = False,
    update: bool = False,
    **_: object,
) -> Handle | None:
    """Show objects in the result of the run. With `raw`, each is a MIME bundle itself."""
    name = _name_of(display_id, transient, update)
    if clear:
        clear_output(wait=True)
    members: dict[str, Any] = {} if name is None else {"id": clean(name)}
    for value in objs:
        if raw and isinstance(value, dict):
            data: dict[str, Any] = {str(mime): part for mime, part in value.items()}
            data.setdefault("text/plain", "")
            own: dict[str, Any] = {}
        else:
            data, own = rich_parts(value)
            if not data and _shows_itself(value):
                continue
        for mime in list(data):
            if (include and mime not in include and mime != "text/plain") or (exclude and mime in exclude):
                del data[mime]
                own.pop(mime, None)
        send(bundle_of(value, "" if raw else None, data, {**own, **(metadata or {})}, **members), update)
    return Handle(name) if display_id and name is not None else None


def _name_of(display_id: str | bool | None, transient: dict[str, Any] | None, update: bool) -> str | None:
    """Return the identifier of a display, if it has one."""
    given = display_id
    if given is None or given is False:
        given = (transient or {}).get("display_id")
    if given is True:
        given = _new_id()
    if not given:
        if update:
            raise TypeError("display_id required for update_display")
        return None
    return str(given)


def display_final(value: object, plain: str) -> None:
    """Show the final value of a run if it has a rich repr."""
    data, metadata = rich_parts(value)
    if data:
        send(bundle_of(value, plain, data, metadata))
    else:
        _shows_itself(value)
