"""Long calls of lists, dicts, sets, bytes and iterators."""

import array
import bisect
import collections
import copy
import functools
import gc
import heapq
import itertools
import operator
import struct


def sort_equal():
    class Equal:
        def __lt__(self, other):
            return False

    values = [Equal() for _ in range(300_000)]
    yield
    while True:
        sorted(values)


def sort_numbers():
    values = [n * 7919 % 1_000_003 for n in range(1_000_000)]
    yield
    while True:
        sorted(values)


def sort_key():
    values = [n * 7919 % 1_000_003 for n in range(1_000_000)]
    yield
    sorted(values, key=str)


def sort_tuples():
    values = [(0,) * 1000 + (n * 7919 % 100_003,) for n in range(2_000)]
    yield
    while True:
        sorted(values)


def list_multiply():
    yield
    while True:
        [0] * 50_000_000


def list_index():
    values = [0] * 20_000_000
    yield
    while True:
        values.count(1)


def list_insert():
    values = [0] * 2_000_000
    yield
    while True:
        values.insert(0, values.pop())


def list_remove():
    values = [0] * 2_000_000 + [1]
    yield
    for _ in itertools.repeat(0):
        values.remove(1)
        values.append(1)


def list_compare():
    one, two = [0] * 20_000_000, [0] * 20_000_000
    yield
    while True:
        one == two


def list_slice():
    values = [0] * 20_000_000
    yield
    while True:
        values[::-1]


def list_text():
    values = list(range(2_000_000))
    yield
    while True:
        str(values)


def tuple_hash():
    values = (0,) * 20_000_000
    yield
    while True:
        hash(values)


def dict_build():
    yield
    while True:
        dict.fromkeys(range(3_000_000))


def dict_collisions():
    class Same:
        def __hash__(self):
            return 1

    values = [Same() for _ in range(30_000)]
    yield
    dict.fromkeys(values)


def dict_collisions_in_c():
    # Integers with one remainder share a hash.
    values = [n * ((1 << 31) - 1) for n in range(200_000)]
    yield
    set(values)


def dict_merge():
    values = dict.fromkeys(range(1_000_000))
    yield
    while True:
        values | values


def set_operations():
    one, two = set(range(2_000_000)), set(range(1_000_000, 3_000_000))
    yield
    while True:
        one & two


def frozen_hash():
    values = [frozenset(range(2_000_000)) for _ in range(1)]
    yield
    while True:
        hash(frozenset(values[0]))


def counter():
    yield
    collections.Counter(itertools.repeat("a"))


def deque_rotate():
    values = collections.deque(range(1_000_000))
    yield
    while True:
        values.rotate(500_001)


def deque_index():
    values = collections.deque([0]) * 20_000_000
    yield
    while True:
        values.count(1)


def heap():
    yield
    heapq.nlargest(10, itertools.count())


def heap_build():
    values = list(range(3_000_000, 0, -1))
    yield
    while True:
        heapq.heapify(values[:])


def insort():
    values = []
    yield
    for n in itertools.count():
        bisect.insort(values, -n)


def iterate_product():
    yield
    collections.deque(itertools.product(range(100), repeat=8), maxlen=0)


def iterate_permutations():
    yield
    collections.deque(itertools.permutations(range(20)), maxlen=0)


def iterate_combinations():
    yield
    collections.deque(itertools.combinations(range(60), 20), maxlen=0)


def iterate_slice():
    yield
    next(itertools.islice(itertools.count(), 10**9, None))


def iterate_filter():
    yield
    next(filter(None, itertools.repeat(0)))


def iterate_groups():
    yield
    next(itertools.islice(itertools.groupby(itertools.repeat(0)), 1, None))


def iterate_map():
    yield
    all(map(operator.not_, itertools.repeat(0)))


def iterate_count():
    yield
    operator.countOf(itertools.repeat(1), 2)


def iterate_maximum():
    yield
    max(itertools.repeat(1))


def iterate_zip():
    yield
    collections.deque(zip(itertools.repeat(1), itertools.count()), maxlen=0)


def iterate_starred():
    yield
    print(*itertools.repeat(1))


def iterate_calls():
    yield
    next(filter(None, map(functools.partial(int, "0"), itertools.repeat(10))))


def bytes_find():
    data, part = b"a" * 2_000_000, b"b" + b"a" * 10_000
    yield
    while True:
        data.rfind(part)


def bytes_translate():
    data = bytes(100_000_000)
    yield
    while True:
        data.translate(None, b"x")


def bytes_replace():
    data = b"ab" * 10_000_000
    yield
    while True:
        data.replace(b"a", b"cc")


def bytes_multiply():
    yield
    while True:
        b"ab" * 100_000_000


def bytearray_grow():
    data = bytearray()
    yield
    for _ in itertools.repeat(0):
        data[:0] = b"ab"


def bytes_from_numbers():
    yield
    while True:
        bytes(itertools.repeat(7, 10**8))


def view_compare():
    one = memoryview(bytes(40_000_000)).cast("H")
    two = memoryview(bytes(40_000_000)).cast("h")
    yield
    while True:
        one == two


def view_list():
    view = memoryview(bytes(10_000_000))
    yield
    while True:
        view.tolist()


def array_swap():
    values = array.array("d", bytes(80_000_000))
    yield
    while True:
        values.byteswap()


def array_count():
    values = array.array("i", bytes(40_000_000))
    yield
    while True:
        values.count(1)


def struct_unpack():
    data = bytes(8_000_000)
    yield
    while True:
        struct.unpack("1000000d", data)


def copy_deep():
    values = [[n] for n in range(300_000)]
    yield
    copy.deepcopy(values)


def collect_garbage():
    chain = None
    for _ in range(1_000_000):
        chain = [chain]
    yield
    while True:
        gc.collect()


def release_chain():
    yield
    while True:
        chain = None
        for _ in range(500_000):
            chain = [chain]


def release_at_the_end():
    values = [[n] for n in range(2_000_000)]
    yield
    while True:
        values.append([])


def referrers():
    values = [[n] for n in range(500_000)]
    yield
    while True:
        gc.get_referrers(values)
