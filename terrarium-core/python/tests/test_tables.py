"""Arrays, tables and scalars of numpy and pandas go out and come in as they were. Native numpy and pandas judge."""

import datetime
import importlib.util
import json
import warnings
import zoneinfo
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from _terrarium.values.decode import decode
from _terrarium.values.encode import encode_document

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
generated = importlib.import_module("generated")
PROGRAM = Path(__file__).parents[3] / "tests/programs/border.py"
_spec = importlib.util.spec_from_file_location("border", PROGRAM)
border = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(border)

pytestmark = [pytest.mark.science, pytest.mark.native]

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def encode(value, limit=1 << 30):
    """The form of a value, with its contents in base64 as in the JSON form for users."""
    writer = encode_document([value], {}, limit)
    blobs = [bytes(blob) for blob in writer.blobs]

    def content(members):
        if members.get("$type") == "bytes" and "blob" in members:
            return {"$type": "bytes", "base64": b64encode(blobs[members["blob"]]).decode()}
        return members

    return json.loads(b"".join(writer.pieces), object_hook=content)["final"]


@pytest.mark.parametrize("expression", border.EXPRESSIONS)
def test_a_value_comes_back_as_it_went(expression):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wanted = eval(expression, vars(border))
        border.check_same(decode(encode(wanted)), wanted)


@pytest.mark.parametrize("zone", [BERLIN, datetime.UTC, datetime.timezone(datetime.timedelta(hours=-3.5))])
def test_times_keep_zone_and_fold(zone):
    for fold in (0, 1):
        moment = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=fold)
        for wanted in (moment, moment.timetz(), moment.replace(tzinfo=None)):
            found = decode(encode(wanted))
            assert (found, repr(found), found.fold) == (wanted, repr(wanted), fold)


def test_times_of_other_libraries_keep_their_moment():
    pytz, tz = pytest.importorskip("pytz"), pytest.importorskip("dateutil.tz")
    for local in (datetime.datetime(2026, 7, 1, 12), datetime.datetime(2026, 10, 25, 2, 30)):
        for summer in (True, False):
            found = decode(encode(pytz.timezone("Europe/Berlin").localize(local, is_dst=summer)))
            assert found.tzinfo is BERLIN
            assert found.utcoffset() == pytz.timezone("Europe/Berlin").localize(local, is_dst=summer).utcoffset()
        # An offset that Berlin had before 1893.
        careless = local.replace(tzinfo=pytz.timezone("Europe/Berlin"))
        assert decode(encode(careless)).utcoffset() == careless.utcoffset()
        # The machine may know the zone by another name.
        named = local.replace(tzinfo=tz.gettz("Europe/Berlin"))
        found = decode(encode(named))
        assert (found.utcoffset(), type(found.tzinfo)) == (named.utcoffset(), zoneinfo.ZoneInfo)
        fixed = local.replace(tzinfo=tz.tzoffset("X", 3600))
        assert decode(encode(fixed)) == fixed
    column = pd.Series(pd.date_range("2026-10-24", periods=3, tz="dateutil/Europe/Berlin"))
    found = decode(encode(column))
    assert (found == column).all()
    assert isinstance(found.dtype.tz, zoneinfo.ZoneInfo)


def test_a_zone_without_a_name_is_refused_by_the_class():
    class Odd(datetime.tzinfo):
        def utcoffset(self, when):
            return None if when is None else datetime.timedelta(hours=when.hour)

        def dst(self, when):
            return None

    assert encode(datetime.time(1, tzinfo=Odd()))["class"] == "datetime.time"
    assert encode([1, np.clongdouble(1) / 3])[1]["class"] == "numpy.clongdouble"


def test_a_part_that_cannot_be_written_does_not_take_the_others_with_it():
    table = pd.DataFrame({"a": [1, 2], "o": pd.Series([object, {1: np.int64(2)}], dtype=object)})
    found = encode(table)
    assert found["data"][1]["values"][0]["class"] == "builtins.type"
    with pytest.raises(ValueError, match="cannot be an input"):
        decode(found)


def test_a_table_over_the_bound_is_replaced_alone():
    table = pd.DataFrame({"a": ["x" * 50] * 10_000})
    found = encode([1, table, {"b": table.a}, 2], limit=100_000)
    assert (found[0], found[3]) == (1, 2)
    assert (found[1]["$type"], found[1]["class"]) == ("truncated", "pandas.DataFrame")
    assert "10000 rows" in found[1]["repr"]
    assert found[2]["b"]["$type"] == "truncated"
    assert encode(table, limit=1 << 20)["data"][0]["length"] == 10_000


def test_columns_can_be_plain_lists_or_rows():
    table = decode({"$type": "dataframe", "columns": ["a", "b"], "data": [[1, 2], ["x", None]]})
    pd.testing.assert_frame_equal(table, pd.DataFrame({"a": [1, 2], "b": ["x", None]}))
    table = decode({"$type": "dataframe", "columns": ["a", "b"], "index": ["r"], "rows": [[1, "x"]]})
    pd.testing.assert_frame_equal(table, pd.DataFrame({"a": [1], "b": ["x"]}, index=["r"]))
    series = decode({"$type": "series", "name": "n", "index": ["r"], "values": [3]})
    pd.testing.assert_series_equal(series, pd.Series([3], index=["r"], name="n"))


FORGED = [
    {"$type": "column", "dtype": "int64", "length": 3, "data": {"$type": "bytes", "base64": "AAAA"}},
    {"$type": "column", "dtype": "category", "codes": [5], "categories": [1], "ordered": False},
    {"$type": "column", "dtype": "no such type", "values": [1]},
    {"$type": "column", "dtype": "int64[pyarrow]", "values": [1]},
    {"$type": "dataframe", "columns": ["a"], "data": [[1], [2]]},
    {"$type": "dataframe", "columns": ["a"], "index": [1, 2], "data": [[1]]},
    {"$type": "multi_index", "names": ["a"], "levels": [[1]], "codes": [[3]]},
    {"$type": "offset", "name": "annotations", "n": 1, "normalize": False, "options": {}},
    {"$type": "datetime", "value": "2026-01-01T00:00:00", "zone": "Nowhere/At_All"},
    {"$type": "ndarray", "dtype": "int64", "shape": [2], "data": {"$type": "bytes", "base64": "AAAA"}},
    {"$type": "longdouble", "value": "0x" + "f" * 80 + "p-3"},
]


@pytest.mark.parametrize("form", FORGED)
def test_what_is_no_value_is_refused(form):
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError, ImportError)):
        decode(form)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(generated.tables())
def test_any_table_comes_back_as_it_went(table):
    border.check_same(decode(encode(table)), table)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.integers(0, 30).flatmap(generated.columns), st.integers(0, 3))
def test_a_long_column_is_the_same_as_a_short_one(array, limit):
    from _terrarium.values import arrays
    from _terrarium.values import columns as module

    shown = [each.LISTED for each in (arrays, module)]
    arrays.LISTED = module.LISTED = limit
    try:
        form = encode(array)
    finally:
        arrays.LISTED, module.LISTED = shown
    border.check_same(decode(form), array)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_array_comes_back_as_it_went(data):
    shape = tuple(data.draw(st.lists(st.integers(0, 4), max_size=3)))
    name = data.draw(st.sampled_from([*generated.OF_NUMPY, "M8[ns]", "M8[D]", "m8[us]", "S3", "V5"]))
    count = int(np.prod(shape))
    array = generated.elements(data.draw, name, count, data.draw(st.sampled_from("<>=")))
    array = array.reshape(shape)
    if data.draw(st.booleans()):
        array = np.asfortranarray(array)
    if data.draw(st.booleans()):
        mask = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool).reshape(shape)
        array = np.ma.MaskedArray(array, mask=mask)
    border.check_same(decode(encode(array)), array)
