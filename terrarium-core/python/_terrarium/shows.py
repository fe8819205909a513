"""Libraries that show objects in a browser or a viewer: here the objects become displays."""

from __future__ import annotations

from _terrarium.display import display
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


def change_pillow(image_show: Any) -> None:
    """Make `Image.show` display the picture."""

    class DisplayViewer(image_show.Viewer):  # type: ignore[misc]
        """Displays pictures in the result of the run."""

        def show_image(self, image: Any, **_options: Any) -> int:
            display(image)
            return 1

    image_show.register(DisplayViewer, 0)


def change_plotly(renderers: Any) -> None:
    """Make `Figure.show` display the figure, as JSON for front ends of plotly and as HTML for all others."""
    render = renderers.show
    # None where plotly found no browser.
    if renderers.renderers.default in (None, "", "browser"):
        renderers.renderers.default = "plotly_mimetype"

    def show(fig: Any, renderer: Any = None, validate: bool = True, **options: Any) -> None:
        figure = renderers.validate_coerce_fig_to_dict(fig, validate)
        chosen = renderers.renderers
        names = renderer or chosen.default
        bundle = chosen._build_mime_bundle(figure, names, **options) if names else None
        if not bundle:
            # The renderers that open a browser.
            bundle = chosen._build_mime_bundle(figure, "plotly_mimetype", **options)
        if "text/html" not in bundle and "application/vnd.plotly.v1+json" in bundle:
            from plotly.io import to_html  # type: ignore[import-not-found]

            bundle["text/html"] = to_html(figure, full_html=False, include_plotlyjs="cdn")
        display({"text/plain": "Figure", **bundle}, raw=True)

    show.__doc__, show.__module__, show.__wrapped__ = render.__doc__, render.__module__, render  # type: ignore[attr-defined]
    renderers.show = show


def change_bokeh(showing: Any) -> None:
    """Make `show` display the figure; with `output_file` it writes the file too."""

    def show(obj: Any, state: Any, *_: Any, **__: Any) -> None:
        if state.file:
            showing.save(obj, state=state)
        display({"text/html": _bokeh_page(obj), "text/plain": repr(obj)}, raw=True)

    showing._show_with_state = show


def change_bokeh_layouts(layouts: Any) -> None:
    """Give figures and layouts of bokeh their page as a rich repr, in place of a table of their properties."""
    layouts.LayoutDOM._repr_html_ = _bokeh_page


def _bokeh_page(obj: Any) -> str:
    from bokeh.embed import file_html  # type: ignore[import-not-found]
    from bokeh.resources import CDN  # type: ignore[import-not-found]

    page: str = file_html(obj, CDN)
    return page


def change_pandas_dependencies(optional: Any) -> None:
    """Make the error for a missing package name the option that adds it, in place of an installer."""
    real = optional.import_optional_dependency

    def import_optional_dependency(name: str, *args: Any, **options: Any) -> Any:
        try:
            return real(name, *args, **options)
        except ImportError as error:
            if "Use pip" not in str(error):
                raise
            package = optional.INSTALL_MAPPING.get(name, name).partition(".")[0]
            advice = f"Add {package.lower()!r} to the option `packages`."
            text = str(error).partition("Use pip")[0] + advice
            cause = error.__cause__
        raise ImportError(text) from cause

    for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        setattr(import_optional_dependency, name, getattr(real, name))
    import_optional_dependency.__wrapped__ = real  # type: ignore[attr-defined]
    optional.import_optional_dependency = import_optional_dependency
