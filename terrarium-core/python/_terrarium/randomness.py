"""The module `random` as on platforms of 64 bits: draws from ranges of any length, and the sequence of a float seed."""

from __future__ import annotations

import functools
import sys

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# The prime modulus of the hashes of numbers where a hash has 64 bits.
_MODULUS = 2**61 - 1
_INFINITY = 314159


def change(module: Any) -> None:
    """Change the module `random`, unless sizes have 64 bits anyway."""
    if sys.maxsize > 2**32 or "len" in module.__dict__:
        return
    module.len = _len
    real = module.Random.seed

    @functools.wraps(real)
    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        real(self, _hash(a) if isinstance(a, float) else a, version)

    module.Random.seed = seed
    module.seed = module._inst.seed


def _len(items: Any) -> int:
    """Return the length of anything, also of a range of more items than a size can count."""
    try:
        return len(items)
    except OverflowError:
        if not isinstance(items, range):
            raise
    return (items[-1] - items.start) // items.step + 1


def _hash(number: float) -> int:
    """Return the hash of a float where hashes have 64 bits, as an unsigned number: the seed that a float means."""
    try:
        numerator, denominator = abs(number).as_integer_ratio()
        value = numerator * pow(denominator, -1, _MODULUS) % _MODULUS
    except OverflowError:
        value = _INFINITY
    except ValueError:
        return hash(number)
    value = -value if number < 0 else value
    return (-2 if value == -1 else value) % 2**64
