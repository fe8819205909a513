"""matplotlib in a sandbox: figures become displays.

The backend is matplotlib's own Agg, because programs select it (`matplotlib.use("Agg")`) and check its name. Only the
meaning of "show" changes for canvases without a window. Both places in `matplotlib.backend_bases` that define it are
replaced, so the change applies to every backend of files (Agg, SVG, PDF). A separate backend module would only work
until the program chooses another.
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

# A folder outside the files of the program.
_FOLDER = "/tmp/matplotlib"

# The displayed state of each figure in this run.
_shown: MutableMapping[Any, bytes] = WeakKeyDictionary()
_numbers = count()


def prepare() -> None:
    """Set defaults for choices that the program did not make, before matplotlib is imported."""
    environ.setdefault("MPLBACKEND", "agg")
    environ.setdefault("MPLCONFIGDIR", _FOLDER)


def choose_backend(matplotlib: Any, name: str) -> None:
    """Take the backend that the program has chosen by a variable after matplotlib was imported for it."""
    try:
        matplotlib.use(name)
    except Exception:
        # As an unknown name does, or a backend that needs a window: the program sees it where it draws.
        pass


def change_managers(backend_bases: Any) -> None:
    """Make figures without a window displayable."""
    manager = backend_bases.FigureManagerBase
    initialize = manager.__init__

    def init(self: Any, canvas: Any, num: Any) -> None:
        # Figures are listed in the order of their last use.
        self._created = next(_numbers)
        initialize(self, canvas, num)

    def show(self: Any) -> None:
        _display(self.canvas.figure)

    def show_all(_: Any, *, block: bool | None = None) -> None:
        # After `show(block=False)` and `pause`, a program may continue to draw on a figure.
        if block is not False:
            show_open()

    init.__wrapped__ = initialize  # type: ignore[attr-defined]
    init.__name__, show.__doc__, show_all.__doc__ = "__init__", manager.show.__doc__, manager.pyplot_show.__doc__
    manager.__init__, manager.show, manager.pyplot_show = init, show, classmethod(show_all)
    backend_bases._Backend.show = classmethod(show_all)


def change_figures(figure: Any) -> None:
    """Give figures a rich repr."""

    def png(self: Any) -> tuple[bytes, dict[str, int]] | None:
        if _is_empty(self):
            return None
        data = _draw(self)
        if _shown.get(self) == data:
            # The final expression of a program that has already shown it.
            return None
        _shown[self] = data
        return data, _size(data)

    figure.Figure._repr_png_ = png


def change_pyplot(pyplot: Any) -> None:
    """Make `pyplot.savefig` draw once.

    The function saves the figure and then requests another drawing for a window. Without a window that drawing happens
    at once and takes as long as saving. It is skipped where the saved picture equals the drawing.
    """
    save = pyplot.savefig
    if hasattr(save, "_terrarium"):
        return

    def savefig(*args: Any, **kwargs: Any) -> Any:
        canvas = pyplot.gcf().canvas
        if "draw_idle" in vars(canvas) or not _saves_as_drawn(pyplot.gcf(), pyplot.rcParams, args, kwargs):
            return save(*args, **kwargs)
        canvas.draw_idle = _do_nothing
        try:
            return save(*args, **kwargs)
        finally:
            if vars(canvas).get("draw_idle") is _do_nothing:
                del canvas.draw_idle

    savefig._terrarium = True  # type: ignore[attr-defined]
    for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        setattr(savefig, name, getattr(save, name))
    savefig.__wrapped__ = save  # type: ignore[attr-defined]
    pyplot.savefig = savefig


def _do_nothing(*_args: Any, **_kwargs: Any) -> None:
    pass


# Arguments of savefig that do not change the picture.
_HARMLESS = frozenset(("fname", "format", "dpi", "metadata", "pil_kwargs"))
_AS_DRAWN = {
    "savefig.transparent": (False,),
    "savefig.bbox": (None,),
    "savefig.facecolor": ("auto",),
    "savefig.edgecolor": ("auto",),
}


def _saves_as_drawn(figure: Any, settings: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether saving draws the same on the canvas itself (a PNG by Agg) as drawing would."""
    target = args[0] if len(args) == 1 else kwargs.get("fname")
    if len(args) > 1 or not kwargs.keys() <= _HARMLESS or "agg" not in type(figure.canvas).__module__:
        return False
    form = kwargs.get("format")
    if form is None:
        name = getattr(target, "name", "") if hasattr(target, "__fspath__") else target
        _, dot, ending = name.rpartition(".") if isinstance(name, str) else ("", "", "")
        form = ending if dot else settings["savefig.format"]
    dpi = kwargs.get("dpi", settings["savefig.dpi"])
    as_drawn = all(settings[name] in allowed for name, allowed in _AS_DRAWN.items())
    return form == "png" and dpi in ("figure", figure.dpi) and as_drawn


def _draw(figure: Any) -> bytes:
    buffer = load("io").BytesIO()
    figure.savefig(buffer, format="png", dpi="figure")
    data: bytes = buffer.getvalue()
    return data


def _size(data: bytes) -> dict[str, int]:
    """Return the size of a PNG in pixels, from its header."""
    return {"width": int.from_bytes(data[16:20], "big"), "height": int.from_bytes(data[20:24], "big")}


def _display(figure: Any) -> None:
    """Display a figure, unless its present state was displayed already."""
    data = _draw(figure)
    if _shown.get(figure) != data:
        _shown[figure] = data
        plain = bounded_repr(figure, 4096)[0]
        send(bundle_of(figure, plain, {"image/png": data}, {"image/png": _size(data)}))


def _open_ones() -> tuple[Any, list[Any]]:
    """Return pyplot's list of open figures, and its content in the order of creation."""
    helpers = modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return None, []
    return helpers.Gcf, sorted(helpers.Gcf.get_all_fig_managers(), key=lambda manager: getattr(manager, "_created", -1))


def show_open() -> None:
    """Display the open figures and close them. A failure to draw one is reported, and does not stop the others."""
    figures, managers = _open_ones()
    for manager in managers:
        try:
            if not _is_empty(manager.canvas.figure):
                _display(manager.canvas.figure)
        except Exception as error:
            if state.raised:
                raise
            streams.complain(f"figure {manager.num} cannot be displayed: {type_name(type(error))}: {error}")
        finally:
            figures.destroy(manager)


def _is_empty(figure: Any) -> bool:
    """Whether a figure has nothing but its background, like one that `savefig` makes after `show` closed the others."""
    return len(figure.get_children()) <= 1


def are_open() -> bool:
    """Whether there may be open figures."""
    try:
        return bool(modules["matplotlib._pylab_helpers"].Gcf.figs)
    except Exception:
        # The program changed the objects that are checked here.
        return True


def finish(show: bool) -> None:
    """End a run: open figures are shown and closed, and the displayed states are forgotten."""
    try:
        if show:
            show_open()
    finally:
        figures, managers = _open_ones()
        for manager in managers:
            figures.destroy(manager)


def forget() -> None:
    """Forget the displayed states: another run may show them again."""
    if _shown:
        _shown.clear()
