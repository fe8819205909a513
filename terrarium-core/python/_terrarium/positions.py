"""Positions, such as those of `argsort`, as integers of 64 bits where a program asks for them.

The compiled modules of packages exchange positions of the index type, which has 32 bits here. Arithmetic with such
numbers wraps without an error. So a position has the index type only where a package with compiled modules asks for it.
"""

from __future__ import annotations

import functools
import gc
import sys

from _terrarium.integers import forget_methods, widen
from _terrarium.pristine import BUILTINS
from _terrarium.stack import HOME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    Spec = tuple[int, ...] | None

__builtins__ = BUILTINS

_METHODS = ("argmax", "argmin", "argpartition", "argsort", "nonzero", "searchsorted")
# The place of a result that is no tuple; 0 is one too.
_ALONE = -1
# Functions of other packages that return positions: the class or none, the name, and the places in a result of several
# parts, or none for all.
_OTHERS: dict[str, tuple[tuple[str, str, Spec], ...]] = {
    "pandas.core.algorithms": (("", "factorize", (0,)),),
    "pandas.core.reshape.tile": (("", "cut", (0,)), ("", "qcut", (0,))),
    "pandas.core.base": (
        ("IndexOpsMixin", "argmax", None),
        ("IndexOpsMixin", "argmin", None),
        ("IndexOpsMixin", "factorize", (0,)),
        ("IndexOpsMixin", "searchsorted", None),
    ),
    "pandas.core.series": (("Series", "argsort", None), ("Series", "searchsorted", None)),
    "pandas.core.indexes.base": (
        ("Index", "argmax", None),
        ("Index", "argmin", None),
        ("Index", "argsort", None),
        ("Index", "get_indexer", None),
        ("Index", "get_indexer_for", None),
        ("Index", "get_indexer_non_unique", (0, 1)),
        ("Index", "join", (1, 2)),
        ("Index", "reindex", (1,)),
        ("Index", "searchsorted", None),
        ("Index", "sort_values", (1,)),
        ("Index", "sortlevel", (1,)),
    ),
    "pandas.core.indexes.multi": (
        ("MultiIndex", "argsort", None),
        ("MultiIndex", "get_locs", None),
        ("MultiIndex", "sortlevel", (1,)),
    ),
    "pandas.core.indexes.range": (
        ("RangeIndex", "argmax", None),
        ("RangeIndex", "argmin", None),
        ("RangeIndex", "argsort", None),
        ("RangeIndex", "factorize", (0,)),
        ("RangeIndex", "get_indexer", None),
        ("RangeIndex", "searchsorted", None),
        ("RangeIndex", "sort_values", (1,)),
    ),
    "pandas.core.indexes.datetimes": (
        ("DatetimeIndex", "indexer_at_time", None),
        ("DatetimeIndex", "indexer_between_time", None),
    ),
    "pandas.core.arrays.base": (
        ("ExtensionArray", "argmax", None),
        ("ExtensionArray", "argmin", None),
        ("ExtensionArray", "argsort", None),
        ("ExtensionArray", "factorize", (0,)),
        ("ExtensionArray", "searchsorted", None),
    ),
    "pandas.core.groupby.groupby": (("BaseGroupBy", "indices", None),),
    "scipy.signal._peak_finding": (
        ("", "argrelextrema", None),
        ("", "argrelmax", None),
        ("", "argrelmin", None),
        ("", "find_peaks", (0, 1)),
        ("", "peak_prominences", (1, 2)),
    ),
    "scipy.spatial._ckdtree": (("cKDTree", "query", (1,)), ("cKDTree", "query_pairs", None)),
    "scipy.spatial._kdtree": (("KDTree", "query", (1,)), ("KDTree", "query_pairs", None)),
    "sklearn.neighbors._base": (("KNeighborsMixin", "kneighbors", (_ALONE, 1)),),
    "sklearn.preprocessing._label": (("LabelEncoder", "fit_transform", None), ("LabelEncoder", "transform", None)),
    "sklearn.metrics.pairwise": (
        ("", "pairwise_distances_argmin", None),
        ("", "pairwise_distances_argmin_min", (0,)),
    ),
}

_frame_at = sys._getframe
_LIBRARY = (sys.modules["os"].__file__ or "").rpartition("/")[0] + "/"
_PACKAGES = "/site-packages/"
# The answer for code of each file: for a program, for a package, or that of the caller.
_PROGRAM, _PACKAGE, _CALLER = range(3)
_answers: dict[str, int] = {}
_MOST_ANSWERS = 10_000
# How many compiled functions are running that a program calls directly, and that ask for positions themselves.
_inside = 0


def is_for_program(frame: FrameType | None) -> bool:
    """Whether the innermost frame that is neither numpy's nor the library's is of code without compiled modules."""
    if _inside:
        return False
    while frame is not None:
        name = frame.f_code.co_filename
        answer = _answers.get(name)
        if answer is None:
            answer = _answer(name)
        if answer != _CALLER:
            return answer == _PROGRAM
        frame = frame.f_back
    return True


def _answer(name: str) -> int:
    """Return the answer for the code of a file, and keep it."""
    _, found, rest = name.partition(_PACKAGES)
    top, _, path = rest.partition("/")
    if top == "numpy":
        answer = _PACKAGE if "/tests/" in path else _CALLER
    elif found:
        answer = _PACKAGE if _has_compiled(top) else _PROGRAM
    else:
        answer = _CALLER if name.startswith((_LIBRARY, "<frozen ", HOME)) else _PROGRAM
    if len(_answers) >= _MOST_ANSWERS:
        _answers.clear()
    _answers[name] = answer
    return answer


def _has_compiled(top: str) -> bool:
    start = f"{top}."
    return any(
        name.startswith(start) and (getattr(module, "__file__", None) or "").endswith(".so")
        for name, module in list(sys.modules.items())
    )


def _wide(np: Any, real: Callable[..., Any], places: Spec = None) -> Callable[..., Any]:
    """Return a function that does the same as `real`, with wide positions for a program."""

    @functools.wraps(real)
    def wide(*args: Any, **named: Any) -> Any:
        result = real(*args, **named)
        return _widened(np, result, places) if is_for_program(_frame_at(1)) else result

    return wide


def _widened(np: Any, result: Any, places: Spec) -> Any:
    if type(result) is dict:
        return _wide_values(np, result)
    if not isinstance(result, tuple):
        return widen(np, result) if places is None or 0 in places else result
    parts = [
        _widened(np, part, None) if places is None or place in places else part for place, part in enumerate(result)
    ]
    return result._make(parts) if hasattr(result, "_make") else type(result)(parts)


def _wide_values(np: Any, result: dict[Any, Any]) -> dict[Any, Any]:
    return {key: widen(np, value) for key, value in result.items()}


def change_multiarray(module: Any) -> None:
    """Let functions that are written in C return wide positions."""
    if module.dtype(int).itemsize < 8:
        return
    # The namespace that `widen` needs; numpy itself is not loaded yet.
    np = type(module)("numpy")
    np.__dict__.update(intp=module.dtype("p").type, int64=module.dtype("i8").type)
    dispatched = type(module.where)

    def change(name: str, relevant: Callable[..., Any], make: Callable[[Any], Any]) -> None:
        real = getattr(module, name)
        relevant.__name__ = relevant.__qualname__ = name
        ours = functools.wraps(real)(make(real._implementation))
        del ours.__wrapped__
        changed = functools.wraps(real)(dispatched(relevant, ours))
        del changed.__wrapped__
        setattr(module, name, changed)

    def where(real: Any) -> Any:
        def where(*args: Any) -> Any:
            found = real(*args)
            if type(found) is not tuple or not is_for_program(_frame_at(1)):
                return found
            return tuple([widen(np, places) for places in found])

        return where

    change("where", lambda condition, x=None, y=None, /: (condition, x, y), where)
    change("lexsort", lambda keys, *_, **__: keys if isinstance(keys, tuple) else (keys,), lambda f: _wide(np, f))
    change("unravel_index", lambda indices, *_, **__: (indices,), lambda f: _wide(np, f))
    change("ravel_multi_index", lambda multi_index, *_, **__: multi_index, lambda f: _wide(np, f))


def change_arrays(np: Any) -> None:
    """Let methods of arrays return wide positions. numpy adds their documentation while it is imported."""
    (attributes,) = gc.get_referents(np.ndarray.__dict__)
    for name in _METHODS:
        # A program may load numpy again, but not its compiled modules.
        if not hasattr(attributes[name], "__wrapped__"):
            method: Any = _method(np, attributes[name])
            method.__module__ = "numpy"
            attributes[name] = method
    forget_methods(np.ndarray)


def _method(np: Any, real: Any) -> Callable[..., Any]:
    intp, int64 = np.intp, np.int64

    @functools.wraps(real)
    def method(self: Any, *args: Any, **named: Any) -> Any:
        result = real(self, *args, **named)
        kind = type(result)
        if kind is intp:
            return int64(result) if is_for_program(_frame_at(1)) else result
        if kind is tuple:
            return tuple([part.astype(int64) for part in result]) if is_for_program(_frame_at(1)) else result
        # The argument `out` is returned as it is.
        if result.dtype.type is not intp or ((args or named) and any(result is x for x in (*args, *named.values()))):
            return result
        return result.astype(int64) if is_for_program(_frame_at(1)) else result

    return method


def change_sets(module: Any) -> None:
    """Let `numpy.unique` and the functions that use it return wide positions."""
    np = module.np
    if np.dtype(int).itemsize < 8:
        return
    real = module.unique

    def unique(*args: Any, **named: Any) -> Any:
        result = real._implementation(*args, **named)
        return _widened(np, result, (1, 2)) if type(result) is tuple and is_for_program(_frame_at(1)) else result

    changed = type(real)(lambda ar, *_, **__: (ar,), functools.wraps(real)(unique))
    module.unique = functools.wraps(real)(changed)


def change_text(module: Any) -> None:
    """Let the lengths and places in arrays of text have 64 bits."""
    import numpy as np

    if np.int_ is np.intp:
        return
    for name in ("count", "find", "index", "rfind", "rindex", "str_len"):
        real = module.__dict__.get(name)
        # One module takes the functions over from another, where they may be changed already.
        if real is not None and not hasattr(real, "__wrapped__"):
            wide = _wide(np, real)
            wide.__module__ = module.__name__
            setattr(module, name, wide)


def change_functions(module: Any) -> None:
    """Let functions of other packages return wide positions."""
    np = sys.modules["numpy"]
    if np.int_ is np.intp:
        return
    for owner, name, places in _OTHERS[module.__name__]:
        holder: Any = getattr(module, owner) if owner else module
        real = holder.__dict__.get(name)
        if real is None:
            continue
        is_property = isinstance(real, property) or not callable(real)
        wide: Any = property(_wide(np, real.__get__, places)) if is_property else _wide(np, real, places)
        try:
            setattr(holder, name, wide)
        except TypeError:
            # A compiled class.
            (attributes,) = gc.get_referents(holder.__dict__)
            attributes[name] = wide
            forget_methods(holder)


def change_graphs(module: Any) -> None:
    """Let the compiled functions of a package have positions of the index type, although a program calls them."""
    np = sys.modules["numpy"]
    if np.int_ is np.intp:
        return
    for name, value in list(module.__dict__.items()):
        if type(value).__name__ in ("builtin_function_or_method", "cython_function_or_method"):
            setattr(module, name, _narrow(value))


def _narrow(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def narrow(*args: Any, **named: Any) -> Any:
        global _inside
        _inside += 1
        try:
            return real(*args, **named)
        finally:
            _inside -= 1

    return narrow
