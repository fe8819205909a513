"""numpy's default integer: 64 bits, as on other platforms.

The host changes the places in numpy's compiled modules that decide on the type. Names and counts are changed here,
random generators in `draws.py`, positions in `positions.py`. The index type, `numpy.intp`, keeps the 32 bits of a
pointer, because compiled modules take arrays of it.
"""

from __future__ import annotations

import functools
import sys

from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__builtins__ = BUILTINS

_NARROW = (
    "The default integer of this version of numpy has 32 bits: larger results wrap without an error. "
    "Use dtype=numpy.int64."
)
_COMPILED = ("cython_function_or_method", "fused_cython_function", "builtin_function_or_method")
# The functions that take indices, of a module whose other functions are called often.
_WITH_INDICES = {
    "pandas._libs.lib": ("maybe_indices_to_slice", "get_reverse_indexer", "generate_slices", "indices_fast"),
}
# How Cython's functions and those of numpy's C interface refuse an array of wide integers.
_REFUSALS = ("Buffer dtype mismatch", "Cannot cast array data from dtype('int64') to dtype('int32')")
_MAKERS = ("array", "asarray", "arange", "zeros", "ones", "full", "sum", "prod", "cumsum", "cumprod", "dot")


def change_names(module: Any) -> None:
    """Let `int`, `numpy.int_` and `numpy.uint` mean 64 bits, as the compiled modules have it."""
    if sys.modules["numpy._core.multiarray"].dtype(int).itemsize < 8:
        return
    for name, wide in (("int_", "int64"), ("uint", "uint64")):
        module.allTypes[name] = module.sctypeDict[name] = module.allTypes[wide]
    module.sctypeDict["int"] = module.allTypes["int64"]


def change_numpy(module: Any) -> None:
    """Count in 64 bits, or warn of a numpy whose compiled modules take 32 bits for `int`."""
    if module.int_ is module.intp:
        _warn_of_narrow(module)
    else:
        _change_counts(module)
        load("_terrarium.positions").change_arrays(module)


def _warn_of_narrow(module: Any) -> None:
    """Let the usual ways to integers warn, once a line of the program, when the result has 32 bits."""
    import warnings

    def warning(real: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(real)
        def made(*args: Any, **named: Any) -> Any:
            result = real(*args, **named)
            kind = getattr(result, "dtype", None)
            if kind == module.intp and sys._getframe(1).f_globals.get("__name__") == "__main__":
                warnings.warn(_NARROW, RuntimeWarning, stacklevel=2)
            return result

        return made

    for name in _MAKERS:
        setattr(module, name, warning(getattr(module, name)))


def _change_counts(module: Any) -> None:
    """Count in 64 bits: a product of counts is soon larger than an index."""
    multiarray, numeric = module._core.multiarray, module._core.numeric
    for holder, name in ((multiarray, "bincount"), (numeric, "count_nonzero")):
        real = getattr(holder, name)
        wide = _wide(module, real)
        for place in (holder, module._core, module):
            if place.__dict__.get(name) is real:
                setattr(place, name, wide)


def change_masked(module: Any) -> None:
    """Count the values of masked arrays in 64 bits."""
    if module.np.int_ is not module.np.intp:
        module.MaskedArray.count = _wide(module.np, module.MaskedArray.count)


def change_sampling(module: Any) -> None:
    """Let scikit-learn's sampling, whose compiled code fills arrays of `int` as of the index type, make such arrays."""
    np = module.np
    if np.int_ is np.intp:
        return
    names = type(np)("numpy")
    names.__dict__.update(np.__dict__)
    names.int_ = np.intp

    def empty(shape: Any, dtype: Any) -> Any:
        return np.empty(shape, np.intp if dtype is int else dtype)

    names.empty = empty
    module.np = names
    module.sample_without_replacement = _wide(np, module.sample_without_replacement)


def change_compiled(module: Any) -> None:
    """Let the functions of a compiled module take integers of 64 bits for arrays of indices, as where both are one."""
    np = sys.modules["numpy"]
    if np.int_ is np.intp:
        return
    for name in _WITH_INDICES.get(module.__name__, tuple(module.__dict__)):
        value = module.__dict__.get(name)
        if type(value).__name__ in _COMPILED and getattr(value, "__module__", None) == module.__name__:
            setattr(module, name, _Lenient(value))


def change_managers(module: Any) -> None:
    """Keep the index type in a table's places of columns, to which pandas appends integers."""
    np = module.np
    if np.int_ is np.intp:
        return
    manager = module.BlockManager
    real = manager._insert_update_blklocs_and_blknos

    @functools.wraps(real)
    def insert(self: Any, loc: Any) -> None:
        real(self, loc)
        self._blklocs = self._blklocs.astype(np.intp, copy=False)
        self._blknos = self._blknos.astype(np.intp, copy=False)

    manager._insert_update_blklocs_and_blknos = insert


def change_peaks(module: Any) -> None:
    """Let scipy's functions on peaks take places with 64 bits, which they convert only if that is always safe."""
    np = module.np
    if np.int_ is np.intp:
        return
    real = module._arg_peaks_as_expected

    @functools.wraps(real)
    def expected(value: Any) -> Any:
        places = np.asarray(value)
        narrow = _narrowed(np, places)
        return real(places if narrow is None else narrow)

    module._arg_peaks_as_expected = expected
    load("_terrarium.positions").change_functions(module)


def change_special(module: Any) -> None:
    """Let the polynomials that scipy calculates for integer degrees alone take degrees with 64 bits."""
    np = sys.modules["numpy"]
    if np.int_ is np.intp:
        return
    for name, value in list(module.__dict__.items()):
        if type(value) is np.ufunc and value.types and all(types.startswith("ld") for types in value.types):
            setattr(module, name, _LenientUfunc(value))


class _Lenient:
    """A compiled function that is called again with narrow indices when it refuses wide ones."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.__name__ = real.__name__
        self.__module__ = getattr(real, "__module__", None)  # type: ignore[assignment]
        self.__doc__ = real.__doc__

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call the function."""
        try:
            return self._real(*args, **named)
        except (ValueError, TypeError) as error:
            if not str(error).startswith(_REFUSALS):
                raise
            return self._again(args, named, error)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the function, such as the signatures of its variants."""
        return getattr(self._real, name)

    def __getitem__(self, variant: Any) -> Any:
        """Return a variant of the function."""
        return self._real[variant]

    def __reduce__(self) -> Any:
        """Let a copy be the function of this name in its module."""
        return self.__name__

    def _again(self, args: tuple[Any, ...], named: dict[str, Any], error: Exception) -> Any:
        """Call the function with the fewest arguments narrowed that make it run."""
        from itertools import combinations

        np: Any = sys.modules["numpy"]
        places: list[int | str] = [*range(len(args)), *named]
        values: dict[int | str, Any] = dict(zip(places, (*args, *named.values()), strict=True))
        wide = {place: narrowed for place in places if (narrowed := _narrowed(np, values[place])) is not None}
        for count in range(1, len(wide) + 1):
            for chosen in combinations(wide, count):
                changed = {place: wide[place] if place in chosen else values[place] for place in places}
                try:
                    return self._real(*(changed[place] for place in range(len(args))), **{n: changed[n] for n in named})
                except (ValueError, TypeError) as refused:
                    if not str(refused).startswith(_REFUSALS):
                        raise
        raise error


class _LenientUfunc(_Lenient):
    """A ufunc whose first operand is an integer of C's `long`: it gets one from an integer of 64 bits."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        # Programs ask whether a function is a ufunc.
        return type(self._real)

    def __repr__(self) -> str:
        return repr(self._real)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call the function."""
        return self._real(*self._narrow(args), **named)

    def outer(self, *args: Any, **named: Any) -> Any:
        """Call the function for all pairs."""
        return self._real.outer(*self._narrow(args), **named)

    @staticmethod
    def _narrow(args: tuple[Any, ...]) -> tuple[Any, ...]:
        np: Any = sys.modules["numpy"]
        narrow = _narrowed(np, np.asarray(args[0])) if args else None
        return args if narrow is None else (narrow, *args[1:])


def _narrowed(np: Any, value: Any) -> Any:
    """Return an array of 64-bit integers, or a list with such, with the index type, or None for anything else."""
    if type(value) is list and value:
        parts = [_narrowed(np, part) for part in value]
        if any(part is not None for part in parts):
            return [part if narrow is None else narrow for part, narrow in zip(value, parts, strict=True)]
        return None
    if type(value) is not np.ndarray or value.dtype != np.int64:
        return None
    narrow = value.astype(np.intp)
    return narrow if (narrow == value).all() else None


def _wide(np: Any, real: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same as `real` and returns integers of 64 bits."""

    @functools.wraps(real)
    def wide(*args: Any, **named: Any) -> Any:
        return widen(np, real(*args, **named))

    return wide


def change_histograms(module: Any) -> None:
    """Count in 64 bits, and subtract integers of C's `long`, which the module does not expect beside `int_`."""
    np = module.np
    if np.int_ is np.intp:
        return
    histogram = module.histogram
    subtract = module._unsigned_subtract

    @functools.wraps(histogram)
    def wide_histogram(*args: Any, **named: Any) -> Any:
        counts, edges = histogram(*args, **named)
        return widen(np, counts), edges

    @functools.wraps(subtract)
    def unsigned_subtract(a: Any, b: Any) -> Any:
        if np.result_type(a, b).char == "l":
            a, b = np.asarray(a, np.intc), np.asarray(b, np.intc)
        return subtract(a, b)

    module.histogram = wide_histogram
    module._unsigned_subtract = unsigned_subtract


def widen(np: Any, value: Any) -> Any:
    """Return an array or a number of the index type as integers of 64 bits, and everything else unchanged."""
    if getattr(value, "dtype", None) == np.intp:
        return value.astype(np.int64)
    return value


def forget_methods(state: Any) -> None:
    """Clear the interpreter's cache of the methods of a class whose attributes were changed behind its back."""
    if sys.platform == "emscripten":
        import ctypes

        ctypes.pythonapi.PyType_Modified(ctypes.py_object(state))
