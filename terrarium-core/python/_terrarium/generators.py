"""Random generators in an image: whatever drew its seed by itself must differ in every interpreter that continues.

The host writes random bytes to the states of generators. It finds them by a pattern that each one is given. A generator
that was seeded with a value keeps its state, as it would without an image.
"""

from __future__ import annotations

import sys

from _terrarium.hooks import finder
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

# The words that a state is filled with, in turns. The host finds the state by them, and writes random bytes there in
# every interpreter that continues.
_PATTERN = (0x9E3779B9, 0x7F4A7C15)
_PAIR = _PATTERN[0] | _PATTERN[1] << 32
# The words of the state of a Mersenne Twister.
_WORDS = 624
# The bound on the generators of an image, which are written in every interpreter.
_MOST = 64
# While an image is prepared: the addresses of the generators that drew their seeds, and the seeds that numpy drew.
_drawn: set[int] = set()
_seeds: set[int] = set()
# What ends the hooks, and what is put back: functions of modules and classes.
_ends: list[Callable[[], None]] = []
_replaced: list[tuple[Any, str, Any]] = []
# The steps from its seed in which the state of a source is searched for.
_MOST_STEPS = 10_000
_BITS = "numpy.random.bit_generator"


def _replace(place: Any, name: str, value: Any) -> None:
    _replaced.append((place, name, getattr(place, name)))
    setattr(place, name, value)


def watch() -> None:
    """Note from now on which generators draw their seeds by themselves."""
    if not _ends:
        _ends.append(finder.follow("random", _watch_generators))
        _ends.append(finder.follow(_BITS, _watch_seeds))


def _watch_generators(random: Any) -> None:
    original, restore = random.Random.seed, random.Random.setstate

    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        original(self, a, version)
        if a is None:
            _drawn.add(id(self))
        else:
            _drawn.discard(id(self))

    def setstate(self: Any, state: Any) -> None:
        restore(self, state)
        _drawn.discard(id(self))

    _replace(random.Random, "seed", seed)
    _replace(random.Random, "setstate", setstate)


def _watch_seeds(module: Any) -> None:
    original = module.randbits

    def randbits(number: int) -> int:
        drawn: int = original(number)
        _seeds.add(drawn)
        return drawn

    _replace(module, "randbits", randbits)


def forget(objects: list[Any]) -> list[list[int]]:
    """Give the generators among `objects` that drew their seeds the state that the host searches for.

    Return addresses near these states, and the numbers of their words.
    """
    for end in _ends:
        end()
    _ends.clear()
    for place, name, value in reversed(_replaced):
        setattr(place, name, value)
    _replaced.clear()
    found: list[list[int]] = []
    random = sys.modules.get("random")
    if random is not None:
        state = (3, (*_PATTERN * (_WORDS // 2), _WORDS), None)
        others = [one for one in objects if id(one) in _drawn and _is_twister(random, one)]
        for generator in [random._inst, *others[: _MOST - 1]]:
            random.Random.setstate(generator, state)
            found.append([id(generator), _WORDS])
    _drawn.clear()
    if "numpy.random.mtrand" in sys.modules:
        found += _forget_numpy(objects)
    _seeds.clear()
    _forget_key(sys.modules.get("multiprocessing.process"))
    return found


def _is_twister(random: ModuleType, value: object) -> bool:
    """Whether a value is a generator whose state is its own: neither the module's, nor the system's."""
    kinds = type.mro(type(value))
    return random.Random in kinds and random.SystemRandom not in kinds and value is not random._inst


def _forget_numpy(objects: list[Any]) -> list[list[int]]:
    numpy: Any = sys.modules["numpy"]
    mtrand: Any = sys.modules["numpy.random.mtrand"]
    bits: Any = sys.modules[_BITS]
    legacy = numpy.array(_PATTERN * (_WORDS // 2), dtype=numpy.uint32)
    wide = numpy.array([_PAIR] * 3, dtype=numpy.uint64)
    kinds = {type(one) for one in objects}
    sources = {kind for kind in kinds if bits.BitGenerator in type.mro(kind)}
    start = ("MT19937", legacy, _WORDS, 0, 0.0)
    mtrand._rand.set_state(start)
    found = [[id(mtrand._rand._bit_generator), _WORDS]]
    for source in [one for one in objects if type(one) in sources and one is not mtrand._rand._bit_generator]:
        if len(found) >= _MOST or not _has_drawn(source):
            continue
        state = source.state
        inner = state["state"]
        match state["bit_generator"]:
            case "MT19937":
                inner.update(key=legacy, pos=_WORDS)
                words = _WORDS
            case "PCG64" | "PCG64DXSM":
                # The increment, which must be odd, chooses one of many sequences; the state is a place in it.
                inner["state"] = _PAIR | _PAIR << 64
                words = 4
            case "Philox":
                inner["key"] = wide[:2]
                state["buffer_pos"] = 4
                words = 4
            case _:
                # SFC64; its last word is a counter.
                inner["state"][:3] = wide
                words = 6
        if "has_uint32" in state:
            state["has_uint32"] = state["uinteger"] = 0
        source.state = state
        found.append([id(source), words])
    twisters = {place for place, words in found if words == _WORDS}
    for one in objects:
        if type(one) is mtrand.RandomState and id(one._bit_generator) in twisters:
            # It keeps a number of the normal distribution besides.
            one.set_state(start)
    return found + _forget_sequences(numpy, bits.SeedSequence, objects)


def _forget_sequences(numpy: Any, kind: Any, objects: list[Any]) -> list[list[int]]:
    """Give the sequences that drew their entropy another one, from which they spawn, and mixed words, from which a
    generator starts. Both are arrays that the host writes.
    """
    found = []
    for one in [one for one in objects if type(one) is kind and _is_drawn(one)][:_MOST]:
        entropy = numpy.array(_PATTERN * 2, dtype=numpy.uint32)
        spawned = {name: getattr(one, name) for name in ("spawn_key", "pool_size", "n_children_spawned")}
        one.__init__(entropy, **spawned)
        words = min(one.pool_size, _WORDS)
        one.pool[:] = numpy.resize(entropy, one.pool_size)
        for array, count in ((entropy, len(entropy)), (one.pool, words)):
            found.append([array.__array_interface__["data"][0], count])
    return found


def _is_drawn(sequence: Any) -> bool:
    entropy = getattr(sequence, "entropy", None)
    return isinstance(entropy, int) and entropy in _seeds


def _has_drawn(source: Any) -> bool:
    """Whether the state of a source of numpy's comes from a seed that it drew, not from a state that it was given."""
    sequence = getattr(source, "_seed_seq", None)
    if not _is_drawn(sequence):
        return False
    kind = type(source)
    if not kind.__module__.startswith("numpy.random."):
        return False
    first, now = kind(sequence), source.state["state"]
    match kind.__name__:
        case "PCG64" | "PCG64DXSM":
            return bool(first.state["state"]["inc"] == now["inc"])
        case "Philox":
            return bool((first.state["state"]["key"] == now["key"]).all())
        case "MT19937" | "SFC64":
            name, step = ("key", _WORDS) if kind.__name__ == "MT19937" else ("state", 1)
            for _ in range(_MOST_STEPS):
                if (first.state["state"][name] == now[name]).all():
                    return True
                first.random_raw(step, False)
    return False


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

        def copy(self) -> dict[Any, Any]:
            # For a process that this one starts.
            return {"authkey": self["authkey"], **self}

    current = process.current_process()
    current._config = Configuration({key: value for key, value in current._config.items() if key != "authkey"})
