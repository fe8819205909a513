"""The statements of the page about numbers, `docs/guide/numbers.md`, part by part."""

import math
import random
import struct
import sys
import warnings
from array import array
from bisect import bisect
from collections import deque
from itertools import repeat

import numpy as np
import pandas as pd


def told(call):
    """The texts of the warnings of a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(warning.message) for warning in caught]


# begin integers
assert np.arange(1, 100_001).sum() == 5_000_050_000
assert np.prod(np.arange(1, 21)) == math.factorial(20)
for made in (np.arange(3), np.array([1]), np.zeros(2, int), np.full(2, 7), np.ones(2, bool).sum(), np.cumsum([1, 2])):
    assert made.dtype == np.int64
assert np.random.default_rng(0).integers(9, size=2).dtype == np.random.randint(9, size=2).dtype == np.int64
assert np.bincount([1, 2]).dtype == np.histogram([1, 2])[0].dtype == np.int64
assert pd.Series([5e9]).astype(int)[0] == 5_000_000_000
# end integers

# begin sizes
assert sys.maxsize == 2**63 - 1
assert min([sys.maxsize, 3_000_000_000, 5_000_000_000]) == 3_000_000_000
for wide in (
    lambda: len(range(10**10)),
    lambda: bisect(range(10**10), 5),
    lambda: deque(maxlen=3 * 10**9),
    lambda: repeat(1, 3 * 10**9),
    lambda: array("l", [2**40]),
):
    try:
        wide()
    except OverflowError:
        continue
    raise AssertionError(wide)
assert struct.calcsize("l") == 4
assert array("q", [2**40])[0] == 2**40
numbers = range(10**12)
assert numbers[5 * 10**11] == 5 * 10**11
assert 10**11 in numbers
assert numbers[10**11 :][0] == 10**11
assert random.choice(numbers) in numbers
# end sizes

# begin positions
order = np.argsort([30, 10, 20])
assert order.dtype == np.argmax([1, 2]).dtype == np.nonzero([1])[0].dtype == np.int64
assert (order * 10**12).tolist() == [10**12, 2 * 10**12, 0]
assert np.intp == np.int32
# end positions

# begin status
assert told(lambda: np.array([1.0]) / 0) == ["divide by zero encountered in divide"]
assert told(lambda: np.sqrt(np.array([-1.0]))) == ["invalid value encountered in sqrt"]
assert told(lambda: np.exp(np.array([1e3]))) == ["overflow encountered in exp"]
try:
    np.linalg.inv(np.zeros((2, 2)))
except np.linalg.LinAlgError as error:
    assert str(error) == "Singular matrix"
with np.errstate(divide="raise"):
    try:
        np.float64(1) / 0
    except FloatingPointError:
        pass
# end status

# begin casts
with np.errstate(invalid="ignore"):
    assert np.array([np.nan, np.inf, 3e9]).astype("int32").tolist() == [-(2**31)] * 3
    assert np.array([np.nan, np.inf, 1e19]).astype(int).tolist() == [-(2**63)] * 3
    assert np.array([300.7, -1.5, np.nan]).astype("uint8").tolist() == [44, 255, 0]
    assert np.array([-1.0, 2.0**64]).astype("uint64").tolist() == [2**64 - 1, 0]
assert told(lambda: np.array([np.nan]).astype(int)) == ["invalid value encountered in cast"]
# end casts

# begin random
assert np.random.default_rng(0).random() == 0.6369616873214543
np.random.seed(0)
assert np.random.rand() == 0.5488135039273248
random.seed(0)
assert random.random() == 0.8444218515250481
# end random

# begin long
assert np.finfo(np.longdouble).nmant == 112
assert str(np.longdouble(1) / 3) == "0.3333333333333333333333333333333333"
# end long

# begin functions
assert math.sin(1e22) == np.sin(1e22) == -0.8522008497671888
assert 0.1 + 0.2 == 0.30000000000000004 and f"{0.1:.55f}".startswith("0.1000000000000000055511151231257827")
# end functions
