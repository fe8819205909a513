"""matplotlib in a sandbox: figures become displays, and are drawn as the shipped settings say.

The backend is matplotlib's own Agg, since programs name it (`matplotlib.use("Agg")`) and look at its name. What changes
is what "to show" means for canvases without a window: both places in `matplotlib.backend_bases` where that is written
are replaced, so it holds for every backend of files (Agg, SVG, PDF), whichever a program chooses. A backend module of
our own would only be asked until the program chooses another.
"""

from __future__ import annotations

from itertools import count
from os import environ
from sys import modules
from weakref import WeakKeyDictionary

from _terrarium import streams
from _terrarium.display import bundle_of, send
from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS, load
from _terrarium.values.reprs import bounded_repr, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

__builtins__ = BUILTINS

# Inches and dots per inch: 819 by 512 pixels.
_SETTINGS = {"figure.figsize": [6.4, 4.0], "figure.dpi": 128.0}
# Not among the files of the program.
_FOLDER = "/tmp/matplotlib"

# What was shown of each figure in this run.
_shown: MutableMapping[Any, bytes] = WeakKeyDictionary()
_numbers = count()


def prepare() -> None:
    """Choose, before matplotlib is imported, what the program did not."""
    environ.setdefault("MPLBACKEND", "agg")
    environ.setdefault("MPLCONFIGDIR", _FOLDER)


def set_defaults(matplotlib: Any) -> None:
    """Make the shipped settings the defaults, unless the program brings a `matplotlibrc`."""
    if matplotlib.matplotlib_fname().startswith(matplotlib.get_data_path()):
        for settings in (matplotlib.rcParams, matplotlib.rcParamsOrig):
            settings.update(_SETTINGS)


def change_managers(backend_bases: Any) -> None:
    """Let figures that have no window be displayed."""
    manager = backend_bases.FigureManagerBase
    initialize = manager.__init__

    def init(self: Any, canvas: Any, num: Any) -> None:
        # Figures are listed by when they were last used.
        self._created = next(_numbers)
        initialize(self, canvas, num)

    def show(self: Any) -> None:
        _display(self.canvas.figure)

    def show_all(_: Any, *, block: bool | None = None) -> None:
        # `show(block=False)` and `pause` let a program go on drawing on a figure.
        if block is not False:
            show_open()

    init.__wrapped__ = initialize  # type: ignore[attr-defined]
    init.__name__, show.__doc__, show_all.__doc__ = "__init__", manager.show.__doc__, manager.pyplot_show.__doc__
    manager.__init__, manager.show, manager.pyplot_show = init, show, classmethod(show_all)
    backend_bases._Backend.show = classmethod(show_all)


def change_figures(figure: Any) -> None:
    """Give figures a rich repr."""

    def png(self: Any) -> tuple[bytes, dict[str, int]] | None:
        data = _draw(self)
        if _shown.get(self) == data:
            # The final expression of a program that has shown it already.
            return None
        _shown[self] = data
        return data, _size(data)

    figure.Figure._repr_png_ = png


def change_pyplot(pyplot: Any) -> None:
    """Let `pyplot.savefig` draw once.

    It saves the figure and then asks its canvas to be drawn again when there is nothing else to do, for windows. A
    canvas without a window draws at once, which takes as long as saving. Here it draws when somebody wants to see it.
    """
    save = pyplot.savefig

    def savefig(*args: Any, **kwargs: Any) -> Any:
        canvas = pyplot.gcf().canvas
        if not all(hasattr(type(canvas), name) for name in _VIEWS):
            return save(*args, **kwargs)
        _draw_now(canvas)
        canvas.draw_idle = lambda: _draw_later(canvas)
        try:
            return save(*args, **kwargs)
        finally:
            vars(canvas).pop("draw_idle", None)

    savefig.__wrapped__ = save  # type: ignore[attr-defined]
    savefig.__name__, savefig.__qualname__, savefig.__module__ = save.__name__, save.__qualname__, save.__module__
    savefig.__doc__ = save.__doc__
    pyplot.savefig = savefig


# What shows the pixels of a canvas.
_VIEWS = ("get_renderer", "buffer_rgba", "tostring_argb", "copy_from_bbox")


def _draw_later(canvas: Any) -> None:
    """Draw a canvas before its pixels are asked for, unless it is drawn by then."""

    def draw() -> None:
        _draw_now(canvas)
        canvas.draw()

    def view(name: str) -> Any:
        def drawn(*args: Any, **kwargs: Any) -> Any:
            draw()
            return getattr(canvas, name)(*args, **kwargs)

        return drawn

    vars(canvas).update({"draw": draw, **{name: view(name) for name in _VIEWS}})


def _draw_now(canvas: Any) -> None:
    """Forget that a canvas is to be drawn later."""
    for name in ("draw", *_VIEWS):
        vars(canvas).pop(name, None)


def _draw(figure: Any) -> bytes:
    buffer = load("io").BytesIO()
    figure.savefig(buffer, format="png", dpi="figure")
    data: bytes = buffer.getvalue()
    return data


def _size(data: bytes) -> dict[str, int]:
    """Return the size of a PNG in pixels, from its header."""
    return {"width": int.from_bytes(data[16:20], "big"), "height": int.from_bytes(data[20:24], "big")}


def _display(figure: Any) -> None:
    """Display a figure, unless it was as it is now."""
    data = _draw(figure)
    if _shown.get(figure) != data:
        _shown[figure] = data
        plain = bounded_repr(figure, 4096)[0]
        send(bundle_of(figure, plain, {"image/png": data}, {"image/png": _size(data)}))


def _open_ones() -> tuple[Any, list[Any]]:
    """Return pyplot's list of open figures, and what is in it in the order of creation."""
    helpers = modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return None, []
    return helpers.Gcf, sorted(helpers.Gcf.get_all_fig_managers(), key=lambda manager: getattr(manager, "_created", -1))


def show_open() -> None:
    """Display the open figures and close them; one that cannot be drawn is told of and keeps no other back."""
    figures, managers = _open_ones()
    for manager in managers:
        try:
            _display(manager.canvas.figure)
        except Exception as error:
            if state.raised:
                raise
            streams.complain(f"figure {manager.num} cannot be displayed: {type_name(type(error))}: {error}")
        finally:
            figures.destroy(manager)


def are_open() -> bool:
    """Whether there may be open figures."""
    try:
        return bool(modules["matplotlib._pylab_helpers"].Gcf.figs)
    except Exception:
        # The program changed what is asked here.
        return True


def finish(show: bool) -> None:
    """End a run: what is open is shown and closed, and what was shown is forgotten."""
    try:
        if show:
            show_open()
    finally:
        figures, managers = _open_ones()
        for manager in managers:
            figures.destroy(manager)


def forget() -> None:
    """Forget what was shown: another run may show it again."""
    if _shown:
        _shown.clear()
