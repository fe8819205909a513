"""Random generators in an image: whatever drew its seed by itself must differ in every interpreter that continues.

The host writes random bytes to the places of the states of Mersenne Twisters. It finds them by a pattern that each one
is given. A generator that was seeded with a value keeps its state, as it would in a program of its own.
"""

from __future__ import annotations

import sys

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

# The state of a Mersenne Twister.
_WORDS = 624
# The pattern by which the host finds that state in memory. The host writes random bytes there in every interpreter that
# continues.
_PATTERN = tuple((number * 2654435761 + 12345) % 2**32 for number in range(_WORDS))
# The bound on the generators of an image, which are written in every interpreter.
_MOST = 64
# The addresses of the generators that drew their seeds, while an image is prepared, and the function that seeds.
_drawn: set[int] = set()
_seed: Callable[..., None] | None = None


def watch() -> None:
    """Note from now on which generators draw their seeds by themselves."""
    global _seed
    import random

    if _seed is not None:
        return
    original = _seed = random.Random.seed

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        original(self, a, version)
        if a is None:
            _drawn.add(id(self))
        else:
            _drawn.discard(id(self))

    random.Random.seed = seed  # type: ignore[method-assign]


def forget(objects: list[Any]) -> list[int]:
    """Give the generators among `objects` that drew their seeds the state that the host searches for.

    Return addresses near these states.
    """
    global _seed
    found = []
    random = sys.modules.get("random")
    if random is not None:
        if _seed is not None:
            random.Random.seed = _seed
            _seed = None
        state = (3, (*_PATTERN, _WORDS), None)
        others = [one for one in objects if id(one) in _drawn and _is_twister(random, one)]
        for generator in [random._inst, *others[: _MOST - 1]]:
            random.Random.setstate(generator, state)
            found.append(id(generator))
        _drawn.clear()
    mtrand = sys.modules.get("numpy.random.mtrand")
    if mtrand is not None:
        numpy = sys.modules["numpy"]
        key = numpy.array(_PATTERN, dtype=numpy.uint32)
        mtrand._rand.set_state(("MT19937", key, _WORDS, 0, 0.0))
        found.append(id(mtrand._rand._bit_generator))
    _forget_key(sys.modules.get("multiprocessing.process"))
    return found


def _is_twister(random: ModuleType, value: object) -> bool:
    """Whether a value is a generator whose state is its own: neither the module's, nor the system's."""
    kinds = type.mro(type(value))
    return random.Random in kinds and random.SystemRandom not in kinds and value is not random._inst


def _forget_key(process: ModuleType | None) -> None:
    """Let the secret of a process's connections be drawn when it is used first."""
    if process is None:
        return
    kind = process.AuthenticationString

    class Configuration(dict):  # type: ignore[type-arg]
        def __missing__(self, name: object) -> Any:
            if name != "authkey":
                raise KeyError(name)
            import os

            self[name] = kind(os.urandom(32))
            return self[name]

    current = process.current_process()
    current._config = Configuration({key: value for key, value in current._config.items() if key != "authkey"})
