"""Typed values, out of programs and into them."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from _terrarium.values.decode import decode
from _terrarium.values.encode import encode_document
from _terrarium.values.reprs import bounded_repr


def encode(value, limit=1 << 30):
    writer = encode_document([value], {}, limit)
    return json.loads(b"".join(writer.pieces))["final"], writer.blobs


def same(a, b):
    """Equality that tells types, signs of zero and nan apart."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a.items(), b.items(), strict=True))
    return a == b


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**53 - 3, max_value=2**53 + 3),
    st.integers(min_value=-(10**5000), max_value=10**5000),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.text(alphabet=st.characters(codec=None, exclude_categories=())),
    st.binary(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.uuids(),
)
HASHABLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.tuples(st.integers(), st.text()),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.text(), inner),
        st.dictionaries(st.just("$type") | st.text(), inner),
        st.dictionaries(HASHABLE, inner),
        st.sets(HASHABLE),
        st.frozensets(HASHABLE),
    ),
    max_leaves=30,
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_values_come_back_as_they_went(value):
    written, blobs = encode(value)
    if not blobs:
        assert same(decode(written), value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (2**53 - 1, 2**53 - 1),
        (2**53, {"$type": "int", "value": "9007199254740992"}),
        (-(2**53) + 1, -(2**53) + 1),
        (-(2**53), {"$type": "int", "value": "-9007199254740992"}),
        (float("nan"), {"$type": "float", "value": "nan"}),
        (float("-inf"), {"$type": "float", "value": "-inf"}),
        ("\ud800x", {"$type": "str", "surrogatepass": "7aCAeA=="}),
        ('\0\u2028"\\', '\0\u2028"\\'),
        (b"\x00\xff", {"$type": "bytes", "base64": "AP8="}),
        (bytearray(b"a"), {"$type": "bytes", "base64": "YQ=="}),
        ((1, (2,)), {"$type": "tuple", "items": [1, {"$type": "tuple", "items": [2]}]}),
        ({3, 1, 2}, {"$type": "set", "items": [1, 2, 3]}),
        (frozenset("ba"), {"$type": "frozenset", "items": ["a", "b"]}),
        ({"a": {"b": []}}, {"a": {"b": []}}),
        ({1: 2}, {"$type": "dict", "items": [[1, 2]]}),
        ({"$type": 1}, {"$type": "dict", "items": [["$type", 1]]}),
        ({"\ud800": 1}, {"$type": "dict", "items": [[{"$type": "str", "surrogatepass": "7aCA"}, 1]]}),
        ({}, {}),
        ([], []),
        (1j, {"$type": "complex", "real": 0.0, "imag": 1.0}),
        (range(1, 9, 2), {"$type": "range", "start": 1, "stop": 9, "step": 2}),
        (range(10**20), {"$type": "range", "start": 0, "stop": {"$type": "int", "value": "1" + "0" * 20}, "step": 1}),
    ],
)
def test_forms_of_builtin_values(value, written):
    assert encode(value)[0] == written


def test_ints_of_many_digits_are_written_in_hexadecimal():
    for value in (10**4001, -(2**100_000)):
        assert encode(value)[0] == {"$type": "int", "hex": f"{value:x}"}
    assert encode(10**3990)[0] == {"$type": "int", "value": "1" + "0" * 3990}


def test_floats_keep_a_point_or_an_exponent():
    for value, text in [(1.0, "1.0"), (-0.0, "-0.0"), (1e16, "1e+16"), (5e-324, "5e-324"), (0.1, "0.1")]:
        writer = encode_document([value], {}, 1000)
        assert b"".join(writer.pieces) == f'{{"final":{text},"outputs":{{}}}}'.encode()
        assert text.encode() in b"".join(encode_document([[value] * 10], {}, 1000).pieces)


STANDARD = """
import datetime, decimal, fractions, uuid, pathlib, enum, dataclasses, collections, typing, time, zoneinfo
class Color(enum.Enum):
    RED = 1
class Number(enum.IntEnum):
    ONE = 1
class Letter(str, enum.Enum):
    A = "a"
class Flags(enum.Flag):
    X = 1
    Y = 2
@dataclasses.dataclass
class Point:
    x: int
    y: object = None
    count: typing.ClassVar[int] = 0
@dataclasses.dataclass(slots=True)
class Slots:
    a: int
class Pair(typing.NamedTuple):
    left: int
    right: str
class MyStr(str):
    def __len__(self): return 10**9
    def __str__(self): return "no"
class MyInt(int):
    def __repr__(self): return "no"
    def __le__(self, other): return False
class MyFloat(float):
    def __repr__(self): return "no"
class MyDict(dict):
    def items(self): return [("no", 1)]
class MyList(list):
    def __iter__(self): return iter(["no"])
    def __len__(self): return -1
class MyBytes(bytes):
    def __len__(self): return 1
ordered = collections.OrderedDict(a=1, b=2)
ordered.move_to_end("a")
"""


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("datetime.datetime(2026, 1, 2, 3, 4, 5, 6)", {"$type": "datetime", "value": "2026-01-02T03:04:05.000006"}),
        (
            "datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)",
            {"$type": "datetime", "value": "2026-01-02T00:00:00+00:00"},
        ),
        ("datetime.date(2026, 1, 2)", {"$type": "date", "value": "2026-01-02"}),
        ("datetime.time(1, 2)", {"$type": "time", "value": "01:02:00"}),
        ("datetime.timedelta(days=-1, seconds=5)", {"$type": "timedelta", "days": -1, "seconds": 5, "microseconds": 0}),
        ("decimal.Decimal('1.10')", {"$type": "decimal", "value": "1.10"}),
        (
            "datetime.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
            {"$type": "datetime", "value": "2026-10-25T02:30:00+01:00", "zone": "Europe/Berlin", "fold": 1},
        ),
        (
            "datetime.time(1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
            {"$type": "time", "value": "01:00:00", "zone": "Europe/Berlin"},
        ),
        ("datetime.datetime(2026, 1, 2, fold=1)", {"$type": "datetime", "value": "2026-01-02T00:00:00", "fold": 1}),
        ("decimal.Decimal('-Infinity')", {"$type": "decimal", "value": "-Infinity"}),
        ("decimal.Decimal('sNaN')", {"$type": "decimal", "value": "sNaN"}),
        ("fractions.Fraction(1, -3)", {"$type": "fraction", "numerator": -1, "denominator": 3}),
        ("uuid.UUID(int=1)", {"$type": "uuid", "value": "00000000-0000-0000-0000-000000000001"}),
        ("pathlib.Path('a') / 'b'", {"$type": "path", "value": "a/b"}),
        ("pathlib.PureWindowsPath('a/b')", {"$type": "path", "value": "a\\b"}),
        ("Color.RED", {"$type": "enum", "class": "Color", "name": "RED", "value": 1}),
        ("Number.ONE", 1),
        ("Letter.A", "a"),
        ("Flags.X", {"$type": "enum", "class": "Flags", "name": "X", "value": 1}),
        ("Point(1, [2])", {"$type": "dataclass", "name": "Point", "fields": {"x": 1, "y": [2]}}),
        ("Slots(3)", {"$type": "dataclass", "name": "Slots", "fields": {"a": 3}}),
        ("Pair(1, 'x')", {"$type": "tuple", "name": "Pair", "fields": ["left", "right"], "items": [1, "x"]}),
        ("MyStr('ab')", "ab"),
        ("MyInt(7)", 7),
        ("MyFloat(1.5)", 1.5),
        ("MyDict(a=1)", {"a": 1}),
        ("MyList([1, 2])", [1, 2]),
        ("MyBytes(b'abc')", {"$type": "bytes", "base64": "YWJj"}),
        ("collections.defaultdict(list, a=[1])", {"a": [1]}),
        ("collections.Counter('aab')", {"a": 2, "b": 1}),
        ("{MyStr('k'): 1}", {"$type": "dict", "items": [["k", 1]]}),
        ("time.gmtime(0)[:3]", {"$type": "tuple", "items": [1970, 1, 1]}),
        ("Color", {"$type": "object", "class": "enum.EnumType", "repr": "<enum 'Color'>"}),
        ("len", {"$type": "object", "class": "builtins.builtin_function_or_method", "repr": "<built-in function len>"}),
        ("object", {"$type": "object", "class": "builtins.type", "repr": "<class 'object'>"}),
        ("collections.deque([1], 3)", {"$type": "deque", "items": [1], "maxlen": 3}),
        ("...", {"$type": "object", "class": "builtins.ellipsis", "repr": "Ellipsis"}),
        ("Point", {"$type": "object", "class": "builtins.type", "repr": "<class '__main__.Point'>"}),
        ("memoryview(b'a')[0]", 97),
    ],
)
def test_forms_of_other_values(harness, expression, written):
    assert harness.run(STANDARD + expression).ok().final == written


def test_an_ordered_dict_keeps_its_own_order(harness):
    result = harness.run(STANDARD + "ordered")
    assert list(result.final) == ["b", "a"]


def test_nothing_is_imported_to_write_a_value(harness):
    result = harness.run(
        "import sys\nclass C: pass\nbefore = set(sys.modules)\n[C(), 1j, range(2), (1,), {2}]", outputs=["before"]
    )
    assert result.ok()
    assert not {"datetime", "decimal", "numpy", "dataclasses", "enum", "pathlib"} & set(harness.last["modules"])


def test_cycles():
    a = [1]
    a.append(a)
    assert encode(a)[0] == [1, {"$type": "cycle"}]
    d = {}
    d["self"] = {"d": d}
    assert encode(d)[0] == {"self": {"d": {"$type": "cycle"}}}
    t = ([],)
    t[0].append(t)
    assert encode(t)[0] == {"$type": "tuple", "items": [[{"$type": "cycle"}]]}


def test_cycles_through_objects(harness):
    code = "import dataclasses\n@dataclasses.dataclass\nclass N:\n    next: object = None\nn = N(); n.next = n\nn"
    assert harness.run(code).final == {"$type": "dataclass", "name": "N", "fields": {"next": {"$type": "cycle"}}}


def test_shared_references_are_repeated():
    shared = [1]
    assert encode([shared, shared])[0] == [[1], [1]]


def test_deep_nesting_ends_in_a_repr():
    value = leaf = []
    for _ in range(200_000):
        leaf.append([])
        leaf = leaf[0]
    written, _ = encode(value)
    for _ in range(40):
        (written,) = written
    assert written["$type"] == "object"
    assert written["class"] == "builtins.list"
    assert written["repr"].startswith("[[[[")
    assert len(written["repr"]) == 4096


def test_exponential_values_stop_at_the_bound(harness):
    code = "a = ['x']\nfor _ in range(45): a = [a, a]\na"
    result = harness.run(code, value_bytes=1 << 20)
    assert result.final["$type"] == "truncated"
    assert result.seconds < 5
    assert result.response["repr_truncated"] is True


def test_a_value_over_the_bound_is_truncated_and_the_others_are_not(harness):
    result = harness.run(
        "a = 1\nb = list(range(100_000))\nc = 'x'\nb", outputs=["a", "b", "c"], value_bytes=10_000
    ).ok()
    assert result.final["$type"] == "truncated"
    assert result.final["class"] == "builtins.list"
    assert result.final["repr"].startswith("[0, 1, 2")
    assert result.final["repr_truncated"] is True
    assert result.outputs["a"] == 1
    assert result.outputs["b"]["$type"] == "truncated"
    assert result.outputs["c"] == "x"
    # Each item counts with its place in the host's memory.
    for make, count in (("[1] * n", 16), ("['a'] * n", 16), ("[[]] * n", 16), ("dict.fromkeys(range(n))", 32)):
        for items, fits in ((90_000, True), (110_000, False)):
            code = f"n = {items}\n{make}"
            final = harness.run(code, value_bytes=100_000 * (count + (12 if count == 32 else 4))).final
            is_whole = type(final) is list or final["$type"] == "dict"
            assert is_whole or not fits, (make, items)
    assert harness.run("[1] * 100_000", value_bytes=1_600_000).final["$type"] == "truncated"
    for limit in (0, 1, 10, 100):
        assert harness.run("[1] * 1000", value_bytes=limit).final["$type"] == "truncated"


def test_the_bound_counts_bytes_and_blobs(harness):
    assert harness.run("'é' * 40_000", value_bytes=79_000).final["$type"] == "truncated"
    assert harness.run("'é' * 40_000", value_bytes=81_000).final == {"$type": "str", "blob": 0}
    assert harness.run("b'x' * 100_000", value_bytes=99_999).final["$type"] == "truncated"
    result = harness.run("[b'x' * 100_000, b'y' * 100_000]", value_bytes=150_000)
    assert result.final["$type"] == "truncated"
    assert result.blobs == []


def test_long_bytes_and_text_are_blobs(harness):
    result = harness.run(
        "a = b'a' * 65_536\nb = b'b' * 65_537\nc = 'ä' * 65_537\nd = 'd' * 65_536\n[a, b, c, d, bytearray(b)]",
        repr_bytes=10,
    ).ok()
    assert result.final[0]["$type"] == "bytes"
    assert "base64" in result.final[0]
    assert result.final[1:] == [
        {"$type": "bytes", "blob": 0},
        {"$type": "str", "blob": 1},
        "d" * 65_536,
        {"$type": "bytes", "blob": 2},
    ]
    assert result.blobs == [b"b" * 65_537, ("ä" * 65_537).encode(), b"b" * 65_537]


def test_blobs_are_numbered_from_zero_in_each_call(harness):
    results = harness.session("b'x' * 70_000", "b'y' * 70_000")
    assert [result.final["blob"] for result in results] == [0, 0]
    assert [len(result.blobs) for result in results] == [1, 1]


def test_blobs_of_a_truncated_value_are_not_sent(harness):
    result = harness.run(
        "big = [b'x' * 70_000, 'y' * 200_000]\nsmall = b'z' * 70_000", outputs=["big", "small"], value_bytes=150_000
    )
    assert result.outputs["big"]["$type"] == "truncated"
    assert result.outputs["small"] == {"$type": "bytes", "blob": 0}
    assert result.blobs == [b"z" * 70_000]


def test_a_large_document_comes_in_pieces(harness):
    result = harness.run("list(range(100_000))")
    assert result.final == list(range(100_000))
    pieces = [frame for frame in result.frames if frame[:1] == b"V"]
    assert 2 < len(pieces) < 100


@pytest.mark.native
def test_large_values_are_cheap_in_memory(harness):
    code = (
        "import resource\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10\n"
        "{}\n"
        "import atexit\n"
        "start = peak()\n"
        "atexit.register(lambda: print(peak() - start))\n"
        "x"
    )
    for make, slack in [
        ("x = b'x' * 100_000_000", 20),
        ("x = [1] * 10_000_000", 60),
        ("x = bytearray(100_000_000)", 20),
    ]:
        result = harness.run(
            code.format(make), value_bytes=200_000_000 if "b" in make else 1 << 20, repr_bytes=1000
        ).ok()
        # The blob is copied once by the test's own channel.
        copied = 200 if result.blobs else 0
        assert int(result.stdout) < slack + copied, make


HOSTILE = {
    "repr raises": "class H:\n    def __repr__(self): raise RuntimeError",
    "repr exits": "class H:\n    def __repr__(self): raise SystemExit(5)",
    "repr interrupts": "class H:\n    def __repr__(self): raise KeyboardInterrupt",
    "repr is no text": "class H:\n    def __repr__(self): return 5",
    "repr is huge": "class H:\n    def __repr__(self): return 'x' * 10_000_000",
    "repr is a surrogate": "class H:\n    def __repr__(self): return '\\ud800'",
    "repr is a subclass": "class S(str):\n    def __len__(self): return 0\nclass H:\n    def __repr__(self): return S('sub')",
    "repr recurses": "class H:\n    def __repr__(self): return repr(self)",
    "repr needs memory": "class H:\n    def __repr__(self): raise MemoryError",
    "class lies": "class H:\n    __class__ = property(lambda self: list)",
    "class raises": "class H:\n    @property\n    def __class__(self): raise RuntimeError",
    "getattribute raises": "class H:\n    def __getattribute__(self, name): raise SystemExit",
    "getattr answers everything": "class H:\n    def __getattr__(self, name): return lambda *a, **k: 1/0",
    "list length lies": "class H(list):\n    def __len__(self): raise ZeroDivisionError\n    __iter__ = __getitem__ = None",
    "dict items lie": "class H(dict):\n    items = keys = __iter__ = __len__ = None",
    "str methods lie": "class H(str):\n    encode = __str__ = __len__ = __iter__ = isascii = None",
    "int methods lie": "class H(int):\n    __int__ = __index__ = __le__ = __ge__ = __repr__ = bit_length = None",
    "tuple fields lie": "class H(tuple):\n    _fields = property(lambda self: 1/0)",
    "tuple fields are odd": "class H(tuple):\n    _fields = ('a', 5)",
    "dataclass fields are odd": "class H:\n    __dataclass_fields__ = 5",
    "dataclass field is missing": "import dataclasses\n@dataclasses.dataclass\nclass H:\n    x: int = 1\n"
    "    def __post_init__(self): del self.__dict__['x']; type(self).x = property(lambda self: 1/0)",
    "enum is odd": "import enum\nclass E(enum.Enum):\n    A = 1\n    B = object()\nE.B._value_ = E.B\nH = lambda: E.B",
    "metaclass lies": "class M(type):\n    def __getattribute__(c, name): raise RuntimeError\n"
    "    def __instancecheck__(c, o): 1/0\nclass H(metaclass=M): pass",
    "hash raises": "class H:\n    def __hash__(self): 1/0\n    def __eq__(self, other): 1/0",
    "set of incomparable": "class K:\n    def __lt__(self, other): raise RuntimeError\nH = lambda: {K(), K()}",
    "rich repr raises": "class H:\n    def _repr_html_(self): raise RuntimeError",
    "rich repr exits": "class H:\n    def _repr_html_(self): raise SystemExit",
    "rich repr is odd": "class H:\n    def _repr_html_(self): return object()",
    "rich bundle is odd": "class H:\n    def _repr_mimebundle_(self, include=None, exclude=None): return {1: 2, 'x': object()}",
    "rich repr is no method": "class H:\n    _repr_html_ = 5",
    "a datetime that lies": "import datetime\nclass H(datetime.date):\n    def __new__(c): return datetime.date.__new__(c, 2000, 1, 1)\n"
    "    def isoformat(self): raise RuntimeError",
    "a decimal that lies": "import decimal\nclass H(decimal.Decimal):\n    def __str__(self): return 5",
    "the list changes": "class C:\n    def __repr__(self): data.clear(); return 'cleared'\ndata = [C()] + [0] * 100\nH = lambda: data",
    "the dict changes": "class C:\n    def __repr__(self): data.clear(); return 'cleared'\ndata = {i: C() for i in range(5)}\nH = lambda: data",
    "fake numpy": "import sys, types\nsys.modules['numpy'] = types.SimpleNamespace(ndarray=object, generic=list)\nH = lambda: [1]",
    "fake decimal": "import sys\nsys.modules['decimal'] = 5\nclass H: pass",
    "fake class": "import sys, types\nm = sys.modules['decimal'] = types.ModuleType('decimal'); m.Decimal = int\nH = lambda: 5",
    "unloaded slots": "class H:\n    __slots__ = ('a', '__dict__')",
    "module": "import sys\nH = lambda: sys",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_value_makes_a_run_fail(harness, name):
    code = HOSTILE[name] + "\nvalue = H()\nnested = [1, value, {'k': value}]\nprint('x')\nvalue"
    result = harness.run(code, outputs=["value", "nested"]).ok()
    assert result.stdout == "x\n"
    assert result.response["repr"] is not None
    assert isinstance(result.repr, str)
    assert result.final is not None
    # One bad value does not spoil the others beside it.
    if "changes" not in name and "set" not in name:
        assert result.outputs["nested"][0] == 1


@pytest.mark.native
def test_memory_errors_while_writing_a_value_leave_a_result(harness):
    code = "import resource\nx = list(range(3_000_000))\nresource.setrlimit(resource.RLIMIT_AS, ({} << 20, resource.RLIM_INFINITY))\nx"
    result = harness.run(code.format(200)).ok()
    assert result.response["repr"] is not None
    assert result.repr.startswith("[0, 1")


@pytest.mark.parametrize("limit", [0, 1, 5, 100, 10_000])
@settings(max_examples=150, deadline=None)
@given(value=VALUES)
def test_a_bounded_repr_is_the_beginning_of_pythons(limit, value):
    try:
        expected = repr(value)
    except ValueError:
        return
    text, truncated = bounded_repr(value, limit)
    encoded = expected.encode("utf-8", "backslashreplace")
    assert truncated == (len(encoded) > limit)
    assert encoded.startswith(text.encode())
    assert len(text.encode()) > limit - 4 or not truncated
    assert len(text.encode()) <= limit


LARGE = [
    "it's" * 5000,
    'say "x"' * 5000,
    "both ' and \"" * 5000,
    "x" * 9000 + "'",
    "x" * 9000 + "'" + '"',
    "'" + "x" * 9000 + '"',
    '"' + "x" * 9000 + "'",
    "é\n\0" * 5000,
    "🌍" * 5000,
    b"it's" * 5000,
    b"'" + b"x" * 9000 + b'"',
    b"x" * 9000 + b"'",
    bytearray(b"x'" * 9000),
    [1, [2, (3,), (), {4}, set(), frozenset(), frozenset({5}), {}, {6: [7]}]] * 1000,
    {i: str(i) for i in range(3000)},
    {"k" * 9000: 1},
    {("a",) * 3000: [1] * 3000},
    10**4000,
    [None, True, 1.5, 2j, ..., print] * 1000,
]


@pytest.mark.parametrize("value", LARGE, ids=range(len(LARGE)))
def test_bounded_reprs_of_large_values(value):
    for limit in (10, 100, 5000):
        text, truncated = bounded_repr(value, limit)
        assert repr(value).encode().startswith(text.encode())
        assert truncated == (len(repr(value).encode()) > limit)
    assert bounded_repr(value, 1 << 22) == (repr(value), False)


def test_reprs_that_python_refuses():
    assert bounded_repr([10**5000], 20)[0].startswith("[0x")
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert bounded_repr(deep, 10) == ("[[[[[[[[[[", True)
    cyclic = [1]
    cyclic.append({"me": cyclic})
    assert bounded_repr(cyclic, 100) == ("[1, {'me': [...]}]", False)
    huge = cyclic + [0] * 100_000
    cyclic.extend([0] * 100_000)
    assert bounded_repr(cyclic, 30) == ("[1, {'me': [...]}, 0, 0, 0, 0,", True)
    assert bounded_repr(huge, 30)[1] is True


def test_reprs_of_huge_values_are_quick(harness):
    for make in (
        "'x' * 100_000_000",
        "b'\\0' * 100_000_000",
        "[0] * 10_000_000",
        "10 ** 1_000_000",
        "{'a': ['x' * 50_000_000] * 3}",
    ):
        result = harness.run(f"x = {make}\nx", repr_bytes=1000, value_bytes=1 << 20).ok()
        assert result.response["repr_truncated"] is True
        assert len(result.repr) <= 1000


def test_decode_refuses_what_it_does_not_know():
    for value in (
        {"$type": "object"},
        {"$type": "cycle"},
        {"$type": 5},
        {"$type": "bytes", "blob": 0},
        {"$type": "date"},
    ):
        with pytest.raises((ValueError, KeyError)):
            decode(value)


def test_decode_of_records():
    renamed = {"$type": "tuple", "name": "P", "fields": ["_0", "b"], "items": [1, 2]}
    assert (decode(renamed)._0, decode(renamed).b) == (1, 2)
    with pytest.raises(ValueError, match="named tuple"):
        decode({**renamed, "fields": ["_x", "b"]})
    assert decode({"$type": "enum", "class": "C", "name": "A", "value": 3}) == 3
    assert decode({"$type": "dataclass", "name": "P", "fields": {"x": {"$type": "tuple", "items": []}}}).x == ()
    pair = decode({"$type": "tuple", "name": "Outer.Pair", "fields": ["a", "b"], "items": [1, 2]})
    assert (type(pair).__name__, pair.b) == ("Pair", 2)


@pytest.mark.parametrize("code", ["'\\ud800'", "['\\ud800']", "x = 1\n'\\ud800'", "{'\\ud800': '\\udfff'}"])
def test_a_final_value_with_lone_surrogates_is_a_value(harness, code):
    result = harness.run(code).ok()
    assert "\\ud800" in result.repr
    assert "surrogatepass" in json.dumps(result.final)


SHARED = {
    "lists": "v = [[1] * 10]\nfor _ in range(30): v = [v, v]",
    "deep lists": "v = []\nfor _ in range(100): v = [v, v]",
    "tuples": "v = ('leaf',)\nfor _ in range(35): v = (v, v)",
    "dicts": "v = {'leaf': 1}\nfor _ in range(35): v = {'a': v, 'b': v}",
    "dicts with other keys": "v = {1: 1}\nfor _ in range(35): v = {1: v, (2,): v}",
    "wide": "v = list(range(50))\nfor _ in range(10): v = [v] * 50",
    "sets": "v = frozenset([1])\nfor _ in range(25): v = (v, frozenset([v]), v)",
}


@pytest.mark.parametrize("code", SHARED.values(), ids=SHARED)
def test_shared_parts_do_not_take_for_ever(harness, code):
    result = harness.run(code + "\nv", value_bytes=128 << 20).ok()
    assert result.final["$type"] == "truncated"
    assert result.response["repr_truncated"]
    assert result.seconds < 2


def test_deep_and_cyclic_values_are_no_larger_than_they_are_written(harness):
    code = "v = list(range(100_000))\nfor _ in range(50): v = [v]\nw = [[] for _ in range(30_000)]\nw.append(w)\n[v, w]"
    result = harness.run(code, value_bytes=700_000).ok()
    assert len(result.final[1]) == 30_001


def test_names_of_classes_and_modules_are_bounded(harness):
    code = "class A: pass\nA.__qualname__ = A.__module__ = 'x' * 10_000_000\nA()"
    final = harness.run(code).ok().final
    assert len(final["class"]) < 3000
    error = harness.run("raise type('x' * 10_000_000, (Exception,), {'__module__': 'y' * 10_000_000})").error
    assert error["type"].startswith("xxx")
    assert len(error["type"]) + len(error["module"]) < 5000
    name = "f" * 100_000
    error = harness.run(f"def {name}(): raise ValueError\n{name}()").error
    assert all(len(frame["function"]) < 2000 for frame in error["frames"])
