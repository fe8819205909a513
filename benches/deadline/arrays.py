"""Long calls of numpy."""

# packages: numpy

import numpy as np


def multiply():
    one = np.ones((2000, 2000))
    yield
    one @ one


def multiply_integers():
    one = np.ones((1000, 1000), dtype=np.int64)
    yield
    one @ one


def singular_values():
    one = np.random.default_rng(1).random((800, 800))
    yield
    np.linalg.svd(one)


def inverse():
    one = np.random.default_rng(1).random((1500, 1500))
    yield
    np.linalg.inv(one)


def eigenvalues():
    one = np.random.default_rng(1).random((600, 600))
    yield
    np.linalg.eig(one)


def convolve():
    one = np.ones(400_000)
    yield
    np.convolve(one, one)


def fourier():
    one = np.ones(500_009)
    yield
    while True:
        np.fft.fft(one)


def einsum():
    one = np.ones((60, 60, 20))
    yield
    while True:
        np.einsum("ijk,jlk,lmk->im", one, one, one)


def sort():
    one = np.random.default_rng(1).random(5_000_000)
    yield
    while True:
        np.sort(one)


def sort_texts():
    one = np.arange(300_000).astype(str)[::-1]
    yield
    while True:
        np.sort(one)


def unique():
    one = np.random.default_rng(1).integers(0, 10**6, 3_000_000)
    yield
    while True:
        np.unique(one)


def cumulate():
    one = np.ones(10_000_000)
    yield
    while True:
        np.cumsum(one, out=one)


def add():
    one = np.ones(10_000_000)
    yield
    while True:
        np.add(one, 1, out=one)


def transcendental():
    one = np.ones(10_000_000)
    yield
    while True:
        np.power(one, 1.5, out=one)


def broadcast():
    one = np.ones((1, 3_000))
    yield
    while True:
        one + one.T


def divide():
    one = np.zeros(5_000_000)
    yield
    with np.errstate(all="ignore"):
        while True:
            np.divide(one, one)


def random_numbers():
    source = np.random.default_rng(1)
    yield
    while True:
        source.standard_gamma(0.5, 5_000_000)


def random_permutation():
    source = np.random.default_rng(1)
    yield
    while True:
        source.permutation(5_000_000)


def histogram():
    one = np.random.default_rng(1).random(3_000_000)
    yield
    while True:
        np.histogram(one, bins=1000)


def texts():
    one = np.full(2_000_000, "abc")
    yield
    while True:
        np.strings.upper(one)


def text_parse():
    text = "1 2 3 4 5\n" * 300_000
    yield
    np.fromstring(text, sep=" ")
    while True:
        np.loadtxt(text.splitlines())


def print_array():
    one = np.random.default_rng(1).random(1_000_000)
    yield
    np.array2string(one, threshold=10**9)


def objects():
    one = np.full(3_000_000, 10**20, dtype=object)
    yield
    while True:
        one * one


def to_list():
    one = np.ones(5_000_000)
    yield
    while True:
        one.tolist()


def cast():
    one = np.ones(10_000_000)
    yield
    while True:
        one.astype(np.float16)


def polynomial():
    yield
    np.roots(np.arange(1, 900))


def percentile():
    one = np.random.default_rng(1).random((2000, 2000))
    yield
    while True:
        np.percentile(one, [10, 50, 90], axis=0)


def interpolate():
    one = np.linspace(0, 1, 3_000_000)
    yield
    while True:
        np.interp(one, one, one)


def fill_pad():
    one = np.ones((1000, 1000))
    yield
    while True:
        np.pad(one, 500, mode="reflect")


def where():
    one = np.ones(10_000_000, dtype=bool)
    yield
    while True:
        np.nonzero(one)
