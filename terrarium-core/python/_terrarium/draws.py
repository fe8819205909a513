"""numpy's random generators: integers of 64 bits from the old ones, and samples from ranges beyond 32 bits.

The old generators make integers of C's `long`. Where a number may be larger, a Python function here takes the same
steps with the same numbers of the generator.
"""

from __future__ import annotations

import functools
import gc

from _terrarium.integers import forget_methods, widen
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__builtins__ = BUILTINS

_MOST = 2**31 - 1
# Below this probability, and with these exponents, a number beyond `_MOST` must be expected.
_RARE = 2e-8
_HEAVY = 2.2


def _changer(module: Any, kind: Any, of_module: Any = None) -> Callable[[Callable[[Any], Any]], None]:
    """Return a function that changes a method of a compiled class, whose attributes cannot be set."""
    (attributes,) = gc.get_referents(kind.__dict__)

    def change(make: Callable[[Any], Any]) -> None:
        name = make.__name__
        real = attributes[name]
        changed = functools.wraps(real)(make(real))
        changed.__module__ = None  # type: ignore[assignment]
        attributes[name] = changed
        forget_methods(kind)
        if of_module is not None and getattr(getattr(module, name, None), "__self__", None) is of_module:
            setattr(module, name, getattr(of_module, name))

    return change


def change_random(module: Any) -> None:
    """Let the old generators make integers of 64 bits where they make those of C's `long`."""
    import numpy as np

    if np.int_ is np.intp:
        return
    change = _changer(module, module.RandomState, module._rand)
    for make in (*_whole_numbers(np), *_orders(np), *_distributions(np)):
        change(make)


def _new(state: Any) -> Any:
    """Return a new generator that shares the numbers of an old one."""
    from numpy.random import Generator

    return Generator(state._bit_generator)


def _index(np: Any, n: Any) -> Any:
    return np.asarray(n).astype(np.intp, casting="same_kind") if getattr(n, "dtype", None) == np.int64 else n


def _is_large(np: Any, n: Any) -> bool:
    numbers = np.asarray(n)
    return bool(numbers.size and numbers.dtype.kind in "iuf" and numbers.max() > _MOST)


def _whole_numbers(np: Any) -> tuple[Callable[[Any], Any], ...]:
    def randint(real: Any) -> Any:
        def randint(self: Any, low: Any, high: Any = None, size: Any = None, dtype: Any = int) -> Any:
            if dtype is not int:
                return real(self, low, high, size, dtype)
            drawn = real(self, low, high, size, np.int64)
            return int(drawn) if size is None and not getattr(drawn, "shape", ()) else drawn

        return randint

    def random_integers(_real: Any) -> Any:
        def random_integers(self: Any, low: Any, high: Any = None, size: Any = None) -> Any:
            import warnings

            first, last = (1, low) if high is None else (low, high)
            advice = f"This function is deprecated. Please call randint({first}, {last} + 1) instead"
            warnings.warn(advice, DeprecationWarning, stacklevel=2)
            return self.randint(int(first), int(last) + 1, size=size, dtype=np.int64)

        return random_integers

    def tomaxint(_real: Any) -> Any:
        def tomaxint(self: Any, size: Any = None) -> Any:
            source = self._bit_generator
            count = 1 if size is None else int(np.prod(size))
            if type(source).__name__ == "MT19937":
                raw = source.random_raw(2 * count).reshape(count, 2)
                numbers = raw[:, 0] << np.uint64(32) | raw[:, 1]
            else:
                numbers = source.random_raw(count)
            numbers = (numbers >> np.uint64(1)).astype(np.int64)
            return int(numbers[0]) if size is None else numbers.reshape(size)

        return tomaxint

    return randint, random_integers, tomaxint


def _orders(np: Any) -> tuple[Callable[[Any], Any], ...]:
    def choice(real: Any) -> Any:
        def choice(self: Any, a: Any, size: Any = None, replace: Any = True, p: Any = None) -> Any:
            drawn = real(self, a, size, replace, p)
            return drawn if isinstance(a, np.ndarray) and a.ndim else widen(np, drawn)

        return choice

    def permutation(real: Any) -> Any:
        def permutation(self: Any, x: Any) -> Any:
            order = real(self, x)
            return widen(np, order) if isinstance(x, (int, np.integer)) else order

        return permutation

    return choice, permutation


def _distributions(np: Any) -> tuple[Callable[[Any], Any], ...]:
    def binomial(real: Any) -> Any:
        def binomial(self: Any, n: Any, p: Any, size: Any = None) -> Any:
            if _is_large(np, n):
                return _new(self).binomial(n, p, size)
            return widen(np, real(self, _index(np, n), p, size))

        return binomial

    def multinomial(real: Any) -> Any:
        def multinomial(self: Any, n: Any, pvals: Any, size: Any = None) -> Any:
            if _is_large(np, n):
                return _new(self).multinomial(n, pvals, size)
            return widen(np, real(self, n, pvals, size))

        return multinomial

    def poisson(real: Any) -> Any:
        def poisson(self: Any, lam: Any = 1.0, size: Any = None) -> Any:
            if np.max(lam, initial=0) > 2e9:
                return _new(self).poisson(lam, size)
            return real(self, lam, size)

        return poisson

    def geometric(real: Any) -> Any:
        def geometric(self: Any, p: Any, size: Any = None) -> Any:
            if not 0 < np.min(p, initial=1) < _RARE:
                return real(self, p, size)
            shape = np.shape(p) if size is None else size
            return _whole(np, np.ceil(np.log1p(-self.random_sample(shape or None)) / np.log(1 - np.asarray(p))))

        return geometric

    def negative_binomial(real: Any) -> Any:
        def negative_binomial(self: Any, n: Any, p: Any, size: Any = None) -> Any:
            with np.errstate(all="ignore"):
                scale = (1 - np.asarray(p, float)) / np.asarray(p, float)
                is_small = not np.max(np.asarray(n, float) * scale, initial=0) > 1e8
            if is_small:
                return real(self, n, p, size)
            shape = np.broadcast(n, p).shape if size is None else size
            pairs = zip(np.broadcast_to(n, shape).flat, np.broadcast_to(scale, shape).flat, strict=True)
            drawn = [_new(self).poisson(self.gamma(number, factor)) for number, factor in pairs]
            return np.array(drawn, np.int64).reshape(shape) if shape != () else int(drawn[0])

        return negative_binomial

    def zipf(real: Any) -> Any:
        def zipf(self: Any, a: Any, size: Any = None) -> Any:
            if np.ndim(a) or not 1 < a < _HEAVY:
                return real(self, a, size)
            count = 1 if size is None else int(np.prod(size))
            drawn = _zipf(np, self, float(a) - 1, count)
            return int(drawn[0]) if size is None else drawn.reshape(size)

        return zipf

    return binomial, multinomial, poisson, geometric, negative_binomial, zipf


def _whole(np: Any, numbers: Any) -> Any:
    """Return the results of a formula as integers."""
    return numbers.astype(np.int64) if np.ndim(numbers) else int(numbers)


def _zipf(np: Any, state: Any, exponent: float, count: int) -> Any:
    """Return numbers by the rejections of the compiled function, with a bound of 64 bits."""
    found = np.empty(0, np.int64)
    start = 2.0**exponent
    while len(found) < count:
        missing = count - len(found)
        before = state.get_state(legacy=False)
        pairs = state.random_sample((missing + 16, 2))
        with np.errstate(all="ignore"):
            numbers = np.floor((1 - pairs[:, 0]) ** (-1 / exponent))
            factors = (1 + 1 / numbers) ** exponent
            is_taken = pairs[:, 1] * numbers * (factors - 1) / (start - 1) <= factors / start
        is_taken &= (numbers >= 1) & (numbers < 2.0**63)
        places = np.flatnonzero(is_taken)[:missing]
        if len(places) == missing:
            # The generator stays behind the last number that was needed.
            state.set_state(before)
            state.random_sample(2 * (int(places[-1]) + 1))
        # The power of single numbers is that of C.
        exact = [int((1 - number) ** (-1 / exponent)) for number in pairs[places, 0].tolist()]
        found = np.concatenate([found, np.array(exact, np.int64)])
    return found


def change_generator(module: Any) -> None:
    """Let the new generators sample from ranges beyond 32 bits, in which their own loop does not end."""
    import numpy as np

    if np.int_ is np.intp:
        return

    def choice(real: Any) -> Any:
        def choice(self: Any, a: Any, size: Any = None, replace: Any = True, *rest: Any, **named: Any) -> Any:
            p = rest[0] if rest else named.get("p")
            if replace or p is not None or not isinstance(a, (int, np.integer)) or a <= _MOST:
                return real(self, a, size, replace, *rest, **named)
            shuffle = rest[2] if len(rest) > 2 else named.get("shuffle", True)
            count = 1 if size is None else int(np.prod(size))
            drawn = np.array(_sample(self, int(a), count, bool(shuffle)), np.int64)
            return int(drawn[0]) if size is None else drawn.reshape(size)

        return choice

    _changer(module, module.Generator)(choice)


def _sample(generator: Any, length: int, count: int, is_shuffled: bool) -> list[int]:
    """Return different numbers below `length`, by the steps of the compiled function (those of Floyd)."""
    drawn: list[int] = []
    seen: set[int] = set()
    for last in range(length - count, length):
        number = int(generator.integers(0, last, endpoint=True))
        if number in seen:
            number = last
        seen.add(number)
        drawn.append(number)
    if is_shuffled:
        for last in range(count - 1, 0, -1):
            place = int(generator.integers(0, last, endpoint=True))
            drawn[last], drawn[place] = drawn[place], drawn[last]
    return drawn
