"""Values: out of the guest as Python's own, and in again."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import importlib.util
import json
import math
import pathlib
import sys
import uuid
import zoneinfo

import numpy
import pandas
import pytest
import terrarium
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terrarium import Array, Column, Opaque, Series, Table, Tagged

from .conftest import ROOT

UTC = datetime.timezone.utc
PLAIN = [
    ("None", None), ("True", True), ("2**53", 2**53), ("-2**64", -(2**64)), ("10**4000", 10**4000), ("1.5", 1.5),
    ("float('-inf')", -math.inf), ("'é\\0'", "é\0"), ("'\\udc80'", "\udc80"), ("b'a\\xff'", b"a\xff"),
    ("bytearray(b'a')", b"a"), ("[1, [2]]", [1, [2]]), ("(1, (2,))", (1, (2,))), ("{1, 2}", {1, 2}),
    ("frozenset([1])", frozenset([1])), ("{'a': 1}", {"a": 1}), ("{1: 'a', (1, 2): 3, None: 4}", {1: "a", (1, 2): 3, None: 4}),
    ("{'$type': 'x'}", {"$type": "x"}), ("1+2j", 1 + 2j), ("range(1, 9, 2)", range(1, 9, 2)),
    ("datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)", datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC)),
    ("datetime.datetime(2020, 1, 2)", datetime.datetime(2020, 1, 2)), ("datetime.date(2020, 1, 2)", datetime.date(2020, 1, 2)),
    ("datetime.time(1, 2, 3, 4)", datetime.time(1, 2, 3, 4)), ("datetime.timedelta(-1, 2, 3)", datetime.timedelta(-1, 2, 3)),
    ("decimal.Decimal('1.10')", decimal.Decimal("1.10")), ("fractions.Fraction(1, 3)", fractions.Fraction(1, 3)),
    ("uuid.UUID(int=7)", uuid.UUID(int=7)), ("pathlib.Path('/a/b')", pathlib.PurePosixPath("/a/b")),
]  # fmt: skip
IMPORTS = "import datetime, decimal, fractions, uuid, pathlib, collections, dataclasses, enum\n"


@pytest.mark.parametrize(("code", "value"), PLAIN, ids=[code[:40] for code, _ in PLAIN])
def test_a_value_has_pythons_own_type(sandbox, code, value):
    found = sandbox.execute(IMPORTS + code).final_expression
    assert found == value
    assert type(found) is type(value)
    shown = code.replace("bytearray(b'a')", "b'a'")
    wanted = sandbox.execute(f"{IMPORTS}repr({shown})").final_expression
    assert sandbox.execute("repr(x)", inputs={"x": found}).final_expression == wanted


def test_ints_of_any_size_are_exact_whatever_the_limit_on_digits(sandbox):
    limit = sys.get_int_max_str_digits() if hasattr(sys, "get_int_max_str_digits") else None
    try:
        if limit is not None:
            sys.set_int_max_str_digits(640)
        for value in (3**3000, -(7**30000)):
            assert sandbox.execute("x", inputs={"x": value}).final_expression == value
    finally:
        if limit is not None:
            sys.set_int_max_str_digits(limit)


def test_named_tuples_keep_their_names_and_pickle(sandbox):
    import pickle

    point = sandbox.execute("import collections\ncollections.namedtuple('P', 'x y')(1, [2])").final_expression
    assert (point.x, point.y, repr(point)) == (1, [2], "P(x=1, y=[2])")
    assert pickle.loads(pickle.dumps(point)) == point
    assert sandbox.execute("p.y, repr(p)", inputs={"p": point}).final_expression == ([2], "P(x=1, y=[2])")
    own = collections.namedtuple("Own", "a")(5)
    assert sandbox.execute("p.a", inputs={"p": own}).final_expression == 5


def test_what_python_has_no_class_for_is_tagged_and_comes_back(sandbox):
    code = "import dataclasses, enum\n@dataclasses.dataclass\nclass D:\n    x: int\nclass E(enum.Enum):\n    A = (1, 2)\n[D(1), E.A, {E.A: D(2)}]"
    point, member, table = sandbox.execute(code).final_expression
    assert (point.kind, point["fields"], member["name"], member["value"]) == ("dataclass", {"x": 1}, "A", (1, 2))
    assert table[member]["fields"] == {"x": 2}
    assert sandbox.execute("d.x, e", inputs={"d": point, "e": member}).final_expression == (1, (1, 2))

    @dataclasses.dataclass
    class Host:
        a: int

    class Colour(enum.IntEnum):
        RED = 3

    assert sandbox.execute("h.a, c", inputs={"h": Host(4), "c": Colour.RED}).final_expression == (4, 3)


def test_other_objects_are_opaque_and_no_input(sandbox):
    value = sandbox.execute("object").final_expression
    assert value == Opaque("builtins.type", "<class 'object'>")
    result = sandbox.execute("x", inputs={"x": value})
    assert result.status == "error"
    assert "cannot be an input" in result.error.message


def test_what_is_hashable_only_in_the_guest_does_not_fail(sandbox):
    code = "class D(dict):\n    __hash__ = lambda self: 1\n{D(a=1)}, {D(): 2}, frozenset([D()])"
    one, two, three = sandbox.execute(code).final_expression
    assert one == Tagged("set", {"items": [{"a": 1}]})
    assert two == Tagged("dict", {"items": [[{}, 2]]})
    assert three.kind == "frozenset"


def test_cycles_and_values_that_are_too_large_are_told(sandbox):
    assert sandbox.execute("a = [1]; a.append(a); a").final_expression == [1, Tagged("cycle", {})]
    small = terrarium.Sandbox(value_bytes=1000).execute("'x' * 5000").final_expression
    assert (small.kind, small["class"]) == ("truncated", "builtins.str")


def test_inputs_that_are_too_deep_are_refused(sandbox):
    cycle: list = []
    cycle.append(cycle)
    with pytest.raises(ValueError, match=r"inputs\['x'\]: values lie more than 100 deep"):
        sandbox.execute("x", inputs={"x": cycle})


def test_a_hostile_guest_cannot_break_the_conversion(sandbox):
    code = """
import collections, datetime, decimal
class T(tuple):
    _fields = ("class", "1")
class D(decimal.Decimal):
    def __str__(self): return "not a number"
class W(datetime.datetime):
    def isoformat(self): return "never"
[T((1, 2)), D(1), W(2020, 1, 1)]"""
    values = sandbox.execute(code).final_expression
    assert [value.kind for value in values] == ["tuple", "decimal", "datetime"]
    assert values[0]["items"] == [1, 2]


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()) | st.binary(max_size=64)
    | st.complex_numbers(allow_nan=False) | st.dates() | st.datetimes(timezones=st.none() | st.just(UTC)) | st.times()
    | st.timedeltas() | st.decimals(allow_nan=False) | st.fractions() | st.uuids()
)  # fmt: skip
keys = st.integers() | st.text() | st.tuples(st.integers(), st.text()) | st.none()
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(keys, inner)
        | st.sets(keys)
        | st.frozensets(keys)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values)
def test_any_value_comes_back_equal_and_of_the_same_type(sandbox, value):
    result = sandbox.execute("x", inputs={"x": value})
    assert result.error is None
    found = result.final_expression
    assert found == value
    assert type(found) is type(value)
    again = terrarium.ExecutionResult.from_json(result.to_json())
    assert again.final_expression == value


def test_arrays_are_numpys_own_and_writable(science):
    code = "import numpy\n[numpy.arange(6, dtype='i8').reshape(2, 3), numpy.zeros(100_000), numpy.array(['a', 'bc']), numpy.arange(3, dtype='>i2'), numpy.array(['2020-01-01', 'NaT'], 'M8[ns]'), numpy.array([1, 2], 'm8[s]'), numpy.float32(1.5), numpy.array([[1, 'a']], object), numpy.array([True, False]), numpy.ones(2, complex), numpy.array(['2020-01-01', 'NaT'], '>M8[s]')]"
    found = science.execute(code).final_expression
    wanted = [
        numpy.arange(6, dtype='i8').reshape(2, 3), numpy.zeros(100_000), numpy.array(["a", "bc"]), numpy.arange(3, dtype=">i2"),
        numpy.array(["2020-01-01", "NaT"], "M8[ns]"), numpy.array([1, 2], "m8[s]"), 1.5, numpy.array([[1, "a"]], object),
        numpy.array([True, False]), numpy.ones(2, complex), numpy.array(["2020-01-01", "NaT"], ">M8[s]"),
    ]  # fmt: skip
    for one, other in zip(found, wanted, strict=True):
        numpy.testing.assert_array_equal(one, other)
        assert getattr(one, "dtype", None) == getattr(other, "dtype", None)
    found[1][0] = 5
    back = science.execute(
        "[(str(x.dtype), x.shape) if hasattr(x, 'dtype') else x for x in xs], xs[1][0], [repr(x) for x in xs]",
        inputs={"xs": found},
    )
    assert back.error is None, back.error
    shapes, first, reprs = back.final_expression
    assert shapes == [(str(x.dtype), x.shape) if hasattr(x, "dtype") else x for x in wanted]
    assert first == 5
    assert reprs[8] == repr(wanted[8])


def test_tables_are_pandas_own(science):
    code = "import pandas\nf = pandas.DataFrame({'a': [1, 2], 'b': ['x', None], 'c': pandas.to_datetime(['2020-01-01', '2021-01-01'])}, index=['r', 's'])\n[f, f['a'], pandas.Series([1.5, None], name='n')]"
    frame, column, series = science.execute(code).final_expression
    assert isinstance(frame, pandas.DataFrame)
    assert frame["a"].tolist() == [1, 2]
    assert frame["a"].dtype == "int64"
    assert frame.index.tolist() == ["r", "s"]
    assert frame["c"].dt.year.tolist() == [2020, 2021]
    assert column.tolist() == [1, 2]
    assert series.name == "n"
    result = science.execute("(f.shape, str(f['c'].dtype), f['a'].sum(), s.name, f)", inputs={"f": frame, "s": series})
    assert result.error is None, result.error
    assert result.final_expression[:2] == ((2, 3), str(frame["c"].dtype))
    pandas.testing.assert_frame_equal(result.final_expression[4], frame)


def test_large_tables_come_and_go_as_columns(science):
    code = """import numpy, pandas
f = pandas.DataFrame({'n': numpy.arange(200_000, dtype='i8'), 'x': numpy.linspace(0, 1, 200_000)})
m = pandas.DataFrame({'n': numpy.arange(60_000, dtype='i8'), 't': ['text'] * 60_000}, index=numpy.arange(60_000, dtype='f8'))
[f, m, f['x']]"""
    frame, mixed, series = science.execute(code).final_expression
    assert (frame.shape, frame["n"].sum(), frame["x"].iloc[-1]) == ((200_000, 2), 199_999 * 100_000, 1.0)
    assert type(frame.index) is pandas.RangeIndex
    assert (mixed["t"].iloc[5], mixed.index.dtype, series.name, len(series)) == ("text", "float64", "x", 200_000)
    check = "(f['n'].sum().item(), m['t'].iloc[5], s.iloc[-1].item(), f)"
    result = science.execute(check, inputs={"f": frame, "m": mixed, "s": series})
    assert result.error is None, result.error
    assert result.final_expression[:3] == (199_999 * 100_000, "text", 1.0)
    pandas.testing.assert_frame_equal(result.final_expression[3], frame)


@pytest.fixture(scope="module")
def border():
    """The values of `tests/programs/border.py`, with the check that they are the same."""
    path = ROOT / "tests/programs/border.py"
    spec = importlib.util.spec_from_file_location("border", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return path.read_text(), module


def test_what_the_guest_sends_equals_what_is_made_here_and_goes_back(science, border):
    program, module = border
    first = science.execute(program)
    assert first.error is None, first.error
    found = first.final_expression
    # A long double of the guest has more digits than one of this machine.
    exact = [place for place, text in enumerate(module.EXPRESSIONS) if "longdouble" not in text and "'g'" not in text]
    module.check([found[place] for place in exact], exact)
    again = science.execute(program, inputs={"found": found})
    assert again.error is None, again.error
    stored = terrarium.ExecutionResult.from_json(first.to_json()).final_expression
    module.check([stored[place] for place in exact], exact)


def test_what_is_made_here_goes_in(science, border):
    program, module = border
    places = [place for place, text in enumerate(module.EXPRESSIONS) if "'g'" not in text and "longdouble" not in text]
    given = [eval(module.EXPRESSIONS[place], vars(module)) for place in places]
    result = science.execute(program + "found", inputs={"found": given, "places": places})
    assert result.error is None, result.error
    module.check(result.final_expression, places)


def test_long_doubles_are_exact_or_stay_in_their_form(science):
    exact, long = science.execute(
        "import numpy\n[numpy.array([1.5, 3], 'g'), numpy.array([1], 'g') / 3]"
    ).final_expression
    assert exact.tolist() == [1.5, 3]
    assert exact.dtype == numpy.dtype("g")
    assert isinstance(long, Array)
    back = science.execute("import numpy\n(x == numpy.array([1], 'g') / 3).all()", inputs={"x": long})
    assert back.final_expression is True, back.error
    given = numpy.array([1], "g") / 3
    result = science.execute("import numpy\nx", inputs={"x": given})
    assert result.error is None, result.error
    assert (result.final_expression == given).all()


sys.path.insert(0, str(ROOT / "terrarium-core/python/tests"))
generated = importlib.import_module("generated")
sys.path.pop(0)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables=st.lists(generated.tables(), min_size=8, max_size=16))
def test_any_table_comes_back_as_it_went(science, border, tables):
    result = science.execute("import pandas\nx", inputs={"x": tables})
    assert result.error is None, result.error
    for found, wanted in zip(result.final_expression, tables, strict=True):
        border[1].check_same(found, wanted)


def test_files_that_a_program_writes_from_a_table_have_its_names(science):
    index = pandas.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["shop", "year"])
    table = pandas.DataFrame({"sales": [1.5, 2.5]}, index=index).rename_axis(columns="field")
    result = science.execute("import pandas\nt.to_csv('t.csv')\nt.reset_index().to_json('t.json')", inputs={"t": table})
    assert result.output_files["t.csv"].decode() == table.to_csv()
    assert result.output_files["t.json"].decode() == table.reset_index().to_json()


def test_without_numpy_and_pandas_there_are_plain_classes(science, monkeypatch):
    code = """import numpy, pandas
index = pandas.MultiIndex.from_tuples([('a', 1), ('b', 2)], names=['k', None])
table = pandas.DataFrame({'n': [1, 2], 't': ['x', None], 'c': pandas.Categorical(['u', 'v'])}, index=index)
long = pandas.DataFrame({'n': numpy.arange(9000, dtype='i8'), 't': ['é', None] * 4500})
[numpy.arange(3, dtype='i8'), numpy.zeros(10_000), table, pandas.Series([1], name='s'), long, pandas.NaT]"""
    result = science.execute(code)
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.setitem(sys.modules, "pandas", None)
    small, large, table, series, long, nat = result.final_expression
    assert small == Array("int64", (3,), [0, 1, 2])
    assert (large.shape, bytes(large.data)) == ((10_000,), bytes(80_000))
    assert isinstance(table, Table)
    assert (table.shape, table.columns.tolist(), table.index.names) == ((2, 3), ["n", "t", "c"], ["k", None])
    assert table.index.tolist() == [("a", 1), ("b", 2)]
    assert table.rows() == [(1, "x", "u"), (2, None, "v")]
    assert (series.name, series.index.tolist(), series.values.tolist()) == ("s", [0], [1])
    assert isinstance(series, Series)
    assert isinstance(series.values, Column)
    assert long.data[0].tolist() == list(range(9000))
    assert long.data[1].tolist() == ["é", None] * 4500
    assert nat == Tagged("nat", {})
    check = "import pandas\n(a.sum().item(), b.shape, t.index.names, t['c'].dtype.name, c.name, l['t'].isna().sum().item(), n is pandas.NaT)"
    inputs = {"a": small, "b": large, "t": table, "c": series, "l": long, "n": nat}
    back = science.execute(check.replace("t.index.names", "list(t.index.names)"), inputs=inputs)
    assert back.final_expression == (3, (10_000,), ["k", None], "category", "s", 4500, True), back.error


def test_what_cannot_be_an_input_is_refused_by_its_name(sandbox):
    with pytest.raises(TypeError, match="complex number of long doubles cannot be an input"):
        sandbox.execute("x", inputs={"x": numpy.clongdouble(1) / 3})
    with pytest.raises(TypeError, match=r"inputs\['x'\]"):
        sandbox.execute("x", inputs={"x": numpy.dtype("i4")})


def test_times_keep_zone_and_fold(sandbox):
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    for fold in (0, 1):
        moment = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=fold)
        given = [moment, moment.timetz(), moment.replace(tzinfo=None)]
        result = sandbox.execute("x, [repr(one) for one in x]", inputs={"x": given})
        found, texts = result.final_expression
        assert (found, [one.fold for one in found]) == (given, [fold] * 3)
        assert texts == list(map(repr, given)) == list(map(repr, found))


def test_complex_numbers_of_numpy_are_those_of_python(sandbox):
    given = [numpy.complex64(1 + 2j), numpy.complex128(-0.0), {"a": numpy.clongdouble(3j)}]
    result = sandbox.execute("[x[0], x[1].real, x[2]['a']]", inputs={"x": given})
    assert result.final_expression == [1 + 2j, 0.0, 3j]


def test_deques_and_numbers_of_any_kind_come_back(sandbox):
    given = [
        collections.deque([1, 2], 3), decimal.Decimal("sNaN"), decimal.Decimal("-NaN12"), decimal.Decimal("-Infinity"),
        range(2**70, 2**71, 2**65), -(2**70), frozenset([2**70]), collections.namedtuple("P", "x y")(1, 2**70),
    ]  # fmt: skip
    result = sandbox.execute("x, [repr(one) for one in x]", inputs={"x": given})
    found, texts = result.final_expression
    assert list(map(repr, found)) == texts == list(map(repr, given))


def test_importing_the_package_imports_neither_numpy_nor_asyncio(python):
    assert (
        python("import sys, terrarium; print({'numpy', 'pandas', 'asyncio', 'IPython'} & set(sys.modules))")
        == "set()\n"
    )


FORGED = """
import os
os.writev(1 << 20, [b'B', b'content'])
os.writev(1 << 20, [b'V', ('{"final":[' + %r + '],"outputs":{}}').encode()])
import _terrarium.run
_terrarium.run.Run._send_values = lambda run: None
object()"""


KINDS = (
    "int float str bytes tuple set frozenset dict complex range datetime date time timedelta decimal fraction uuid path "
    "enum dataclass object truncated cycle ndarray dataframe series index multi_index column categorical interval "
    "period timestamp blob x"
)


@pytest.mark.parametrize("kind", KINDS.split())
def test_a_forged_value_is_a_result(sandbox, kind):
    names = ("value", "hex", "surrogatepass", "base64", "blob", "index", "items", "name", "fields", "real", "imag", "start",
        "numerator", "days", "class", "repr", "dtype", "shape", "data", "columns", "dtypes", "column_data")  # fmt: skip
    wrong = ("null", "5", '"x"', "[]", "[[1]]", '{"a":1}', '{"$type":"blob","index":0}', "-1")
    forms = [json.dumps({"$type": kind})]
    forms += [f'{{"$type":"{kind}","{name}":{part}}}' for name in names for part in wrong]
    every = [",".join(f'"{name}":{part}' for name in names) for part in wrong]
    forms += [f'{{"$type":"{kind}",{parts}}}' for parts in every]
    for form in forms:
        result = sandbox.execute(FORGED % form)
        assert result.final_expression is not None, form
        assert json.loads(result.to_json())["status"] == result.status
