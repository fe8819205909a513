"""Numbers as where sizes have 64 bits: the seed of a float, the length of a range, and the names of numpy's types."""

from __future__ import annotations

import random
import sys
import types
import warnings

import pytest

from _terrarium import integers, natives, randomness

sixty_four_bits = pytest.mark.skipif(sys.maxsize < 2**32, reason="the interpreter of the tests is the reference")


@sixty_four_bits
def test_the_seed_of_a_float_is_its_hash_of_64_bits():
    edges = [0.0, -0.0, 1.5, -1.0, 1e300, 5e-324, 2.0**61 - 1, 2.0**61, float("inf"), float("-inf")]
    drawn = random.Random(1)
    for number in [*edges, *(drawn.uniform(-1e9, 1e9) for _ in range(1000))]:
        assert randomness._hash(number) == hash(number) % 2**64, number
    assert isinstance(randomness._hash(float("nan")), int)


def test_the_length_of_a_range_beyond_sizes():
    lengths = {range(10**20): 10**20, range(5, 10**20, 7): (10**20 - 6) // 7 + 1, range(10**20, 5, -3): 10**20 // 3 - 1}
    for items, length in lengths.items():
        assert randomness._len(items) == length
    assert randomness._len(range(4, 11, 3)) == 3

    class Endless:
        def __len__(self):
            return 10**20

    with pytest.raises(OverflowError):
        randomness._len(Endless())


def _numpy(monkeypatch, size):
    core = types.ModuleType("numpy._core.multiarray")
    core.dtype = lambda _kind: types.SimpleNamespace(itemsize=size)
    monkeypatch.setitem(sys.modules, "numpy._core.multiarray", core)
    names = {"int_": 32, "uint": 32, "int64": 64, "uint64": -64}
    return types.SimpleNamespace(allTypes=dict(names), sctypeDict=dict(names, int=32))


def test_names_mean_64_bits_where_the_compiled_modules_do(monkeypatch):
    module = _numpy(monkeypatch, 8)
    integers.change_names(module)
    assert (module.allTypes["int_"], module.sctypeDict["uint"], module.sctypeDict["int"]) == (64, -64, 64)


def test_a_numpy_that_stays_narrow_keeps_its_names_and_warns_in_the_program(monkeypatch):
    module = _numpy(monkeypatch, 4)
    integers.change_names(module)
    assert (module.allTypes["int_"], module.sctypeDict["int"]) == (32, 32)

    numpy = types.ModuleType("numpy")
    numpy.intp = numpy.int_ = object()
    for name in integers._MAKERS:
        setattr(numpy, name, lambda dtype: types.SimpleNamespace(dtype=dtype))
    integers.change_numpy(numpy)
    program = {"__name__": "__main__", "numpy": numpy}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec("numpy.array(object())", program)
        numpy.arange(numpy.intp)
    with pytest.warns(RuntimeWarning, match=r"32 bits.*dtype=numpy\.int64"):
        exec("numpy.arange(numpy.intp)", program)


@pytest.mark.science
def test_a_compiled_function_takes_wide_indices_where_it_wants_narrow_ones():
    np = pytest.importorskip("numpy")
    calls = []

    def real(values, index, *, start):
        calls.append((values.dtype, index.dtype, start.dtype))
        if index.dtype != np.int32 or start.dtype != np.int32:
            raise ValueError("Buffer dtype mismatch, expected 'intp_t' but got 'long long'")
        return values.dtype, index.tolist(), start.tolist()

    class Numpy(types.ModuleType):
        intp, int64, ndarray = np.int32, np.int64, np.ndarray

    lenient = integers._Lenient(real)
    wide = np.array([1, 2])
    modules, sys.modules["numpy"] = np, Numpy("numpy")
    try:
        assert lenient(wide, wide, start=wide) == (np.int64, [1, 2], [1, 2])
        assert len(calls) == 1 + 3 + 3
        with pytest.raises(ValueError, match="Buffer dtype mismatch"):
            lenient(wide, np.array([2**40]), start=wide)
        assert integers._narrowed(sys.modules["numpy"], [wide, "text"])[0].dtype == np.int32
        assert integers._narrowed(sys.modules["numpy"], ["text"]) is None
        assert (lenient.__module__, lenient.__reduce__()) == (__name__, "real"), "pickled under its own name"
        with pytest.raises(ValueError, match="could not convert"):
            integers._Lenient(float)("text")
    finally:
        sys.modules["numpy"] = modules


@pytest.mark.science
def test_a_polynomial_takes_degrees_of_64_bits(monkeypatch):
    np = pytest.importorskip("numpy")
    monkeypatch.setattr(np, "intp", np.int32)
    module = types.ModuleType("scipy.special._ufuncs")
    module.ldexp, module.other = np.ldexp, types.SimpleNamespace(types=["ld->d"])
    before = dict(module.__dict__)
    integers.change_special(module)
    assert module.__dict__ == before, "one takes other types too, and one is no ufunc"
    lenient = integers._LenientUfunc(np.square)
    assert isinstance(lenient, np.ufunc)
    assert (lenient.nin, repr(lenient), lenient.__reduce__()) == (1, "<ufunc 'square'>", "square")
    assert lenient(3) == 9
    assert lenient(np.arange(3)).dtype == np.int32
    assert lenient(np.arange(3) + 2**40).dtype == np.int64, "it does not fit"
    assert lenient([0.5]).tolist() == [0.25]
    assert integers._LenientUfunc(np.add).outer(np.array([1, 2]), np.int32(3)).dtype == np.int32
    with pytest.raises(TypeError):
        lenient()


def test_scipy_works_on_the_only_thread():
    market, samples = types.ModuleType("market"), types.ModuleType("samples")
    market.PARALLELISM = 0
    natives.change_matrix_market(market)
    assert market.PARALLELISM == 1

    def _validate_workers(workers=1):
        if workers < -1 or workers == 0:
            raise ValueError("Invalid number of workers")
        return workers

    samples._validate_workers = _validate_workers
    samples._cy_van_der_corput = samples._cy_van_der_corput_scrambled = lambda *args: args
    natives.change_workers(samples)
    assert [samples._validate_workers(*workers) for workers in ((), (1,), (8,), (-1,))] == [1] * 4
    with pytest.raises(ValueError, match="Invalid number"):
        samples._validate_workers(0)
    assert samples._cy_van_der_corput(10, 2, 0, 8) == (10, 2, 0, 1)
    assert samples._cy_van_der_corput_scrambled(10, 2, 0, None, 8) == (10, 2, 0, None, 1)
