"""Setting the interpreter up: arguments, environment, working directory, streams, event loop, randomness."""

from __future__ import annotations

import _thread
import builtins
import select  # noqa: F401  # Before its hook, whose own module takes functions of it.
import sys
from os import chdir, environ

from _terrarium import callers, guest, interrupts, pristine, run, streams
from _terrarium.disguise import disguise
from _terrarium.hooks import finder, supplier
from _terrarium.memory import reserve
from _terrarium.module import main, search_here
from _terrarium.pristine import BUILTINS, load
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

# Modules that a file beside the program does not shadow: those that every interpreter loads first, and built-in ones.
_UNSHADOWED = frozenset((*pristine.STARTUP, *sys.builtin_module_names, "__future__", "_terrarium", "terrarium"))
# Parts of the guest's distribution that need JavaScript. Programs take them as the sign of a browser.
_ABSENT = ("pyodide", "_pyodide", "_pyodide_core", "pyodide_js", "js")


# Places of imports that come last.
_LATE = {"tzdata": 1, "site-packages": 2}
_HARNESS = __file__.rpartition("/")[0].rpartition("/")[0]
# The group of the guest's files.
_GROUP = 1000

# Modules that make threads or wait for them; the first comes before the others, which import it.
_WITH_THREADS = (
    "threading",
    "queue",
    "concurrent.futures.thread",
    "multiprocessing.pool",
    "anyio._backends._asyncio",
)
# Compiled modules with functions that take arrays of indices.
_WITH_INDICES = (
    *(f"pandas._libs.{name}" for name in ("algos", "groupby", "internals", "join", "lib", "reshape", "sparse")),
    "scipy.signal._peak_finding_utils",
    "scipy.signal._sigtools",
)
# Modules with functions that return positions.
_WITH_POSITIONS = (
    "pandas.core.algorithms",
    "pandas.core.arrays.base",
    "pandas.core.base",
    "pandas.core.groupby.groupby",
    "pandas.core.indexes.base",
    "pandas.core.indexes.datetimes",
    "pandas.core.indexes.multi",
    "pandas.core.indexes.range",
    "pandas.core.reshape.tile",
    "pandas.core.series",
    "scipy.spatial._ckdtree",
    "scipy.spatial._kdtree",
    "sklearn.metrics.pairwise",
    "sklearn.neighbors._base",
    "sklearn.preprocessing._label",
)
_real_start_new_thread = _thread.start_new_thread
# The folders of the program's user.
folders: dict[str, str | None] = {"home": None}


def start(config: dict[str, Any]) -> None:
    """Set the interpreter up according to `config`."""
    if type(config["channel"]) is not int:
        raise TypeError("the channel is a descriptor number")
    channel.open(config["channel"])
    streams.set_up()
    if config.get("env") is not None:
        environ.clear()
        environ.update(config["env"])
    if finder not in sys.meta_path:
        sys.meta_path.insert(0, finder)
        sys.meta_path.append(supplier)
    finder.add("asyncio", _prepare_asyncio)
    finder.add("linecache", main.register)
    finder.add("importlib.util", _prepare_importlib)
    for name in _ABSENT:
        finder.refuse(name)
    _seed(config.get("seed"))
    reserve.fill()
    _change_figures_and_threads(config)
    _change_shows()
    if sys.platform == "emscripten":
        _change_network()
        _change_system()
        load("_terrarium.library.install").install(finder, supplier)
        if environ.get("TZ"):
            load("_terrarium.library.clocks").tzset()
        _change_integers()
    _hide_frames()
    sys.modules["terrarium"] = guest.module()
    if sys.platform == "emscripten":
        _change_natives()
    builtins.__dict__["display"] = guest.display
    _change_input()
    interrupts.install()
    # The harness does not import from the program's place. "" is such a place too: an interpreter that was started
    # without a program has it.
    sys.path[:] = _order([place for place in sys.path if place not in ("", run.settings.here)])
    pristine.remember()
    run.settings.unshadowed = _UNSHADOWED
    run.settings.note_loaded()
    run.settings.argv = list(config.get("argv") or ())
    run.settings.is_new = True
    folders["home"] = config.get("home")
    place = config.get("cwd") or folders["home"]
    if place:
        chdir(place)
        run.settings.here = search_here(run.settings.here)
    if config.get("env") is not None and any(name.startswith("PYTHON") for name in config["env"]):
        load("_terrarium.variables").apply(config["env"])


def _order(places: list[str]) -> list[str]:
    """Put packages behind the standard library, and leave out the harness itself, whose package is imported."""
    ours = _HARNESS if sys.platform == "emscripten" else None
    return sorted(
        [place for place in places if place != ours], key=lambda place: _LATE.get(place.rpartition("/")[2], 0)
    )


def _change_system() -> None:
    """Change what the C library and the interpreter say of this system."""
    os, posix = sys.modules["os"].__dict__, sys.modules["posix"].__dict__
    real = posix["getgid"]
    if hasattr(real, "__wrapped__"):
        return

    def getgid() -> int:
        # That of the files that the program makes; the C library has 0.
        return _GROUP

    os["getgid"] = posix["getgid"] = disguise(getgid, real)
    sys.builtin_module_names = tuple([name for name in sys.builtin_module_names if name not in _ABSENT])


def _hide_frames() -> None:
    """Hide the harness in stacks."""
    if callers.are_hidden():
        return
    callers.hide_all()
    finder.add("traceback", callers.change_traceback)
    finder.add("inspect", callers.change_inspect)
    finder.add("trace", callers.change_trace)


def _prepare_importlib(module: Any) -> None:
    """Make `find_spec` find nothing where an import would find nothing."""
    real = module.find_spec
    if hasattr(real, "__wrapped__"):
        return

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        if finder.refuses(name):
            return None
        try:
            spec: ModuleSpec | None = real(name, package)
        except ModuleNotFoundError:
            if supplier.misses(name):
                return None
            raise
        return spec

    module.find_spec = disguise(find_spec, real)


def _prepare_asyncio(_module: ModuleType) -> None:
    load("_terrarium.loop")


def _change_figures_and_threads(config: dict[str, Any]) -> None:
    finder.add("matplotlib", _do_nothing, _prepare_matplotlib)
    finder.add("matplotlib.backend_bases", _change_managers)
    finder.add("matplotlib.figure", _change_figures)
    finder.add("matplotlib.pyplot", _change_pyplot)
    _choose_threads(config.get("threads") is not False)


def _prepare_matplotlib() -> None:
    load("_terrarium.figures").prepare()


def _do_nothing(_module: ModuleType) -> None:
    """Leave a module as it is: only what comes before its import matters."""


def _change_managers(module: ModuleType) -> None:
    load("_terrarium.figures").change_managers(module)


def _change_figures(module: ModuleType) -> None:
    load("_terrarium.figures").change_figures(module)


def _change_pyplot(module: ModuleType) -> None:
    load("_terrarium.figures").change_pyplot(module)


def _changes_of(source: str) -> Callable[[str], Callable[[ModuleType], None]]:
    """Return a function from names to the hooks of these names in `source`, which is loaded with the first of them."""

    def by(change: str) -> Callable[[ModuleType], None]:
        def hook(module: ModuleType) -> None:
            getattr(load(source), change)(module)

        return hook

    return by


def _change_shows() -> None:
    """Display what libraries would show in a browser, a viewer or a notebook."""
    by = _changes_of("_terrarium.shows")

    def fill(module: ModuleType) -> None:
        load("_terrarium.ipython").fill(module)

    finder.add("PIL.ImageShow", by("change_pillow"))
    finder.add("plotly.io._renderers", by("change_plotly"))
    finder.add("bokeh.io.showing", by("change_bokeh"))
    finder.add("bokeh.models.layouts", by("change_bokeh_layouts"))
    finder.add("pandas.compat._optional", by("change_pandas_dependencies"))
    for name in ("IPython", "IPython.core"):
        supplier.add(name, fill, is_package=True)
    for name in (
        "IPython.display",
        "IPython.core.display",
        "IPython.core.display_functions",
        "IPython.core.getipython",
    ):
        supplier.add(name, fill)


def _change_input() -> None:
    """Let the prompts of passwords reach a host that is asked for input."""
    finder.add("getpass", _changes_of("_terrarium.asking")("change_getpass"))


def _change_network() -> None:
    """Make requests end at the host, which refuses them."""
    by = _changes_of("_terrarium.network")
    finder.add("_socket", by("change_lookups"))
    finder.add("select", by("change_select"))
    finder.add("socket", by("change_sockets"))
    finder.replace("urllib3.contrib.emscripten", by("fill_urllib3"))
    finder.replace("httpx._transports.jsfetch", by("fill_httpx"))
    finder.replace("httpx2_jsfetch", by("fill_httpx2"))


def _change_natives() -> None:
    """Change packages whose C code expects another machine."""

    def change_pillow(module: ModuleType) -> None:
        load("_terrarium.tiff").change_pillow(module)

    finder.add("PIL.TiffImagePlugin", change_pillow)
    by = _changes_of("_terrarium.natives")
    finder.add("threadpoolctl", by("change_threadpoolctl"))
    finder.add("scipy.io._fast_matrix_market", by("change_matrix_market"))
    finder.add("scipy.stats._qmc", by("change_workers"))


def _change_integers() -> None:
    """Give `sys.maxsize` and numpy's default integer 64 bits."""
    if finder.changes("numpy"):
        # The image has these hooks, and the modules that it has loaded are changed.
        return

    by = _changes_of("_terrarium.sizes")
    finder.add("_csv", by("change_csv"))
    load("_terrarium.sizes").change_system()
    by = _changes_of("_terrarium.integers")
    finder.add("numpy._core._type_aliases", by("change_names"))
    finder.add("numpy", by("change_numpy"))
    finder.add("numpy.ma.core", by("change_masked"))
    finder.add("numpy.lib._histograms_impl", by("change_histograms"))
    finder.add("sklearn.utils._random", by("change_sampling"))
    finder.add("scipy.signal._peak_finding", by("change_peaks"))
    finder.add("scipy.special._ufuncs", by("change_special"))
    finder.add("pandas.core.internals.managers", by("change_managers"))
    for name in _WITH_INDICES:
        finder.add(name, by("change_compiled"))
    by = _changes_of("_terrarium.draws")
    finder.add("numpy.random.mtrand", by("change_random"))
    finder.add("numpy.random._generator", by("change_generator"))
    by = _changes_of("_terrarium.positions")
    finder.add("numpy._core.multiarray", by("change_multiarray"))
    finder.add("numpy.lib._arraysetops_impl", by("change_sets"))
    for name in ("numpy.strings", "numpy._core.defchararray", "numpy.char"):
        finder.add(name, by("change_text"))
    for name in _WITH_POSITIONS:
        finder.add(name, by("change_functions"))
    finder.add("scipy.sparse.csgraph", by("change_graphs"))


def _choose_threads(in_order: bool) -> None:
    """Make threads run in order, or leave them to the interpreter, which cannot start any in a sandbox."""
    if in_order:
        for name in _WITH_THREADS:
            finder.add(name, _prepare_threads, _withdraw_threads if name == "threading" else None)
        if "threading" not in sys.modules:
            # Otherwise the hook has replaced it just now, or when the image was made.
            _thread.start_new_thread = disguise(_start_new_thread, _real_start_new_thread)
    else:
        for name in _WITH_THREADS:
            finder.remove(name)
        patch = sys.modules.get("_terrarium.threads.patch")
        if patch is not None:
            patch.remove()
        _thread.start_new_thread = _real_start_new_thread


def _prepare_threads(module: ModuleType) -> None:
    load("_terrarium.threads.patch").change(module)


def _withdraw_threads() -> None:
    patch = sys.modules.get("_terrarium.threads.patch")
    if patch is not None and "threading" in sys.modules:
        patch.withdraw()


def _start_new_thread(*args: Any) -> int:
    import threading  # noqa: F401, the hook replaces this function

    return _thread.start_new_thread(*args)


def _seed(seed: int | None) -> None:
    """Start the module-wide generators from `seed`, or randomly: a snapshot must not repeat the numbers of others."""

    def seed_random(module: Any) -> None:
        if sys.platform == "emscripten":
            load("_terrarium.randomness").change(module)
        module.seed(seed)

    def seed_numpy(module: Any) -> None:
        module.seed(None if seed is None else seed % 2**32)

    finder.add("random", seed_random)
    finder.add("numpy.random", seed_numpy)
