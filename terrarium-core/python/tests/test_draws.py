"""Random integers beyond 32 bits: the Python functions take the steps of numpy's compiled ones."""

from __future__ import annotations

import sys

import pytest

np = pytest.importorskip("numpy")

from _terrarium import draws  # noqa: E402

pytestmark = [
    pytest.mark.science,
    pytest.mark.skipif(sys.maxsize < 2**32, reason="the interpreter of the tests is the reference"),
]

State = np.random.RandomState


def _ours(name):
    """Return the function of this name that the harness makes, around one that is not to be called."""
    makers = (*draws._whole_numbers(np), *draws._orders(np), *draws._distributions(np))

    def real(*_args):
        raise AssertionError("the numbers are too large for the compiled function")

    return next(make for make in makers if make.__name__ == name)(real)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("binomial", (3 * 10**9, 0.3, 5)),
        ("binomial", ([5 * 10**9, 7], 0.5)),
        ("multinomial", (3 * 10**9, [0.2, 0.3, 0.5], 4)),
        ("poisson", (1e10, 5)),
        ("poisson", ([3e9, 5.0],)),
        ("geometric", (1e-10, 5)),
        ("geometric", ([1e-9, 1e-11],)),
        ("negative_binomial", (5, 1e-10, 4)),
        ("negative_binomial", ([5, 6], 1e-9)),
        ("zipf", (1.05, 100)),
        ("zipf", (1.5, (30, 40))),
        ("tomaxint", ((2, 3),)),
        ("poisson", (1e10,)),
        ("geometric", (1e-10,)),
        ("zipf", (1.2,)),
        ("tomaxint", ()),
        ("negative_binomial", (5, 1e-10)),
    ],
)
@pytest.mark.parametrize("source", ["MT19937", "PCG64"])
def test_an_old_generator_draws_the_numbers_and_goes_on_as_in_c(name, arguments, source):
    theirs, ours = (State(getattr(np.random, source)(7)) for _ in range(2))
    expected, drawn = getattr(theirs, name)(*arguments), _ours(name)(ours, *arguments)
    assert np.asarray(drawn).dtype == np.asarray(expected).dtype
    assert np.shape(drawn) == np.shape(expected)
    np.testing.assert_array_equal(drawn, expected)
    assert theirs.random_sample() == ours.random_sample()


def test_integers_in_a_closed_range_warn_as_in_numpy():
    theirs, ours = State(3), State(3)
    with pytest.warns(DeprecationWarning, match=r"randint\(1, 5000000000 \+ 1\)"):
        drawn = _ours("random_integers")(ours, 5 * 10**9, size=3)
    with pytest.warns(DeprecationWarning, match="randint"):
        expected = theirs.random_integers(5 * 10**9, size=3)
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize("is_shuffled", [True, False])
@pytest.mark.parametrize(("length", "count"), [(10**10, 5), (2**40, 1), (10**11, 100)])
def test_a_sample_of_a_large_range_is_that_of_c(length, count, is_shuffled):
    theirs, ours = np.random.default_rng(5), np.random.default_rng(5)
    expected = theirs.choice(length, count, replace=False, shuffle=is_shuffled)
    assert draws._sample(ours, length, count, is_shuffled) == expected.tolist()
    assert theirs.random() == ours.random()
