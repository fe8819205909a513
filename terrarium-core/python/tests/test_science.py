"""Values of numpy and pandas."""

from base64 import b64decode

import pytest

pytestmark = pytest.mark.science


@pytest.fixture(autouse=True)
def _needs_science(request):
    if request.config.getoption("--python") != __import__("sys").executable:
        pytest.skip("the packages belong to the interpreter of the tests")
    pytest.importorskip("numpy")
    pytest.importorskip("pandas")


def column(dtype, *values):
    return {"$type": "column", "dtype": dtype, "values": list(values)}


def labels(dtype, *values):
    return {"$type": "index", "name": None, "values": column(dtype, *values)}


def numbered(count):
    return {"$type": "index", "name": None, "values": {"$type": "range", "start": 0, "stop": count, "step": 1}}


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("np.int64(5)", 5),
        ("np.uint64(2**63)", {"$type": "int", "value": str(2**63)}),
        ("np.float64(1.5)", 1.5),
        ("np.float32(0.5)", 0.5),
        ("np.float64('nan')", {"$type": "float", "value": "nan"}),
        ("np.bool_(True)", True),
        ("np.str_('ab')", "ab"),
        ("np.bytes_(b'a')", {"$type": "bytes", "base64": "YQ=="}),
        ("np.complex64(1j)", {"$type": "complex", "real": 0.0, "imag": 1.0}),
        ("np.datetime64('2026-01-02T03:04')", {"$type": "datetime64", "value": "2026-01-02T03:04", "unit": "m"}),
        (
            "np.arange(6).reshape(2, 3)",
            {"$type": "ndarray", "dtype": "int64", "shape": [2, 3], "items": [[0, 1, 2], [3, 4, 5]]},
        ),
        ("np.array(1.5)", {"$type": "ndarray", "dtype": "float64", "shape": [], "items": 1.5}),
        ("np.zeros((0, 3))", {"$type": "ndarray", "dtype": "float64", "shape": [0, 3], "items": []}),
        ("np.array(['a', 'é'])", {"$type": "ndarray", "dtype": "<U1", "shape": [2], "items": ["a", "é"]}),
        (
            "np.array([None, (1,)], dtype=object)[:1]",
            {"$type": "ndarray", "dtype": "object", "shape": [1], "items": [None]},
        ),
        (
            "np.array(['2026-01-01'], dtype='M8[D]')",
            {"$type": "ndarray", "dtype": "datetime64[D]", "shape": [1], "items": ["2026-01-01"]},
        ),
        (
            "pd.Series([1, 2], name='s', index=['a', 'b'])",
            {"$type": "series", "name": "s", "index": labels("str", "a", "b"), "values": column("int64", 1, 2)},
        ),
        (
            "pd.DataFrame({'a': [1, 2], 'b': [0.5, None]})",
            {
                "$type": "dataframe",
                "shape": [2, 2],
                "columns": labels("str", "a", "b"),
                "index": numbered(2),
                "data": [column("int64", 1, 2), column("float64", 0.5, {"$type": "float", "value": "nan"})],
            },
        ),
        ("np.datetime64('NaT')", {"$type": "datetime64", "value": "NaT", "unit": "generic"}),
        ("np.timedelta64(90, 'm')", {"$type": "timedelta64", "value": 90, "unit": "m"}),
        ("np.timedelta64(2, 'Y')", {"$type": "timedelta64", "value": 2, "unit": "Y"}),
        (
            "np.array([1, 'NaT'], dtype='m8[h]')",
            {"$type": "ndarray", "dtype": "timedelta64[h]", "shape": [2], "items": [1, None]},
        ),
        (
            "np.array(['2026-01-01', 'NaT'], dtype='M8[D]')",
            {"$type": "ndarray", "dtype": "datetime64[D]", "shape": [2], "items": ["2026-01-01", "NaT"]},
        ),
        ("np.array([1, 2], dtype='>i2')", {"$type": "ndarray", "dtype": ">i2", "shape": [2], "items": [1, 2]}),
        ("np.arange(6)[::2]", {"$type": "ndarray", "dtype": "int64", "shape": [3], "items": [0, 2, 4]}),
        (
            "np.array(['a', None], dtype=np.dtypes.StringDType(na_object=None))",
            {"$type": "ndarray", "dtype": "StringDType()", "shape": [2], "na_object": None, "items": ["a", None]},
        ),
        (
            "np.ma.array([1, 2, 3], mask=[0, 1, 0])",
            {
                "$type": "ndarray",
                "dtype": "int64",
                "shape": [3],
                "items": [1, 2, 3],
                "mask": {"$type": "ndarray", "dtype": "bool", "shape": [3], "items": [False, True, False]},
            },
        ),
        (
            "np.array([(1, 'a')], dtype=[('x', 'i4'), ('y', 'U1')])",
            {
                "$type": "ndarray",
                "dtype": {"names": ["x", "y"], "formats": ["int32", "<U1"], "offsets": [0, 4], "itemsize": 8},
                "shape": [1],
                "items": [{"$type": "tuple", "items": [1, "a"]}],
            },
        ),
        ("np.longdouble(1.5)", 1.5),
        ("np.array([1.5], 'g')", {"$type": "ndarray", "dtype": "float128", "shape": [1], "items": ["0x3p-1"]}),
        *[
            (
                f"pd.Series([{given}, None], dtype={kind!r})",
                {"$type": "series", "name": None, "index": numbered(2), "values": column(kind, given, None)},
            )
            for given, kind in [(1, "Int64"), (1.5, "Float64"), (True, "boolean"), (3, "object")]
        ],
        (
            "pd.Categorical(['b', None], categories=['b', 'a'], ordered=True)",
            {
                "$type": "column",
                "dtype": "category",
                "codes": column("int8", 0, -1),
                "categories": labels("str", "b", "a"),
                "ordered": True,
            },
        ),
        (
            "pd.Series([5], index=pd.MultiIndex.from_tuples([('a', 1)], names=['k', None]), name=('n', 2))",
            {
                "$type": "series",
                "name": {"$type": "tuple", "items": ["n", 2]},
                "index": {
                    "$type": "multi_index",
                    "names": ["k", None],
                    "levels": [labels("str", "a"), labels("int64", 1)],
                    "codes": [column("int8", 0), column("int8", 0)],
                },
                "values": column("int64", 5),
            },
        ),
        (
            "pd.Series(pd.to_datetime(['2026-01-01', None]).tz_localize('Europe/Berlin').as_unit('us')).array",
            column("datetime64[us, Europe/Berlin]", "2026-01-01T00:00:00+01:00", None),
        ),
        (
            "pd.date_range('2026', periods=2, freq='MS', name='t', unit='ns')",
            {
                "$type": "index",
                "name": "t",
                "values": column("datetime64[ns]", "2026-01-01T00:00:00", "2026-02-01T00:00:00"),
                "freq": "MS",
            },
        ),
        (
            "pd.IntervalIndex.from_breaks([1, 2]).array",
            {
                "$type": "column",
                "dtype": "interval[int64, right]",
                "left": column("int64", 1),
                "right": column("int64", 2),
            },
        ),
        ("pd.array([pd.Period('2026Q1')])", column("period[Q-DEC]", "2026Q1")),
        ("pd.array(pd.to_timedelta(['2s', None]).as_unit('ms'))", column("timedelta64[ms]", 2000, None)),
        (
            "pd.DataFrame()",
            {"$type": "dataframe", "shape": [0, 0], "columns": numbered(0), "index": numbered(0), "data": []},
        ),
        (
            "pd.Timedelta('1ns')",
            {
                "$type": "timedelta",
                "days": 0,
                "seconds": 0,
                "microseconds": 0,
                "nanoseconds": 1,
                "unit": "ns",
            },
        ),
        ("pd.NA", {"$type": "na"}),
        ("pd.NaT", {"$type": "nat"}),
        (
            "pd.Timestamp('2026-01-02 03:04:05.000000001', tz='Europe/Berlin')",
            {
                "$type": "datetime",
                "value": "2026-01-02T03:04:05.000000001+01:00",
                "unit": "ns",
                "zone": "Europe/Berlin",
            },
        ),
        ("pd.Period('2026-01')", {"$type": "period", "value": "2026-01", "ordinal": 672, "freq": "M"}),
        ("pd.Interval(1, 2)", {"$type": "interval", "left": 1, "right": 2, "closed": "right"}),
        (
            "pd.offsets.MonthEnd(2)",
            {"$type": "offset", "name": "MonthEnd", "n": 2, "normalize": False, "options": {}},
        ),
        ("{'a': np.int32(1), 'b': [np.float64(2)]}", {"a": 1, "b": [2.0]}),
    ],
)
def test_forms(harness, expression, written):
    result = harness.run(f"import numpy as np, pandas as pd\n{expression}").ok()
    assert result.final == written
    assert result.stderr == ""


@pytest.mark.parametrize(
    "expression",
    [
        "pd.DataFrame({'i': [1, 2], 'f': np.array([1, 2], 'f4'), 'n': pd.array([1, None]), 'c': pd.Categorical(['x', 'y'])})",
        "pd.DataFrame({'t': pd.to_datetime(['2026-01-01', None]).tz_localize('Europe/Berlin'), 's': ['a', 'b']})",
        "pd.DataFrame([[1, 'x']], columns=['a', 'a'])",
        "pd.Series([1, None], dtype='Int64', name='n')",
        "np.array([1, 'NaT'], dtype='m8[h]')",
        "np.array(['2026-01-01', 'NaT'], dtype='M8[D]')",
    ],
)
def test_what_went_out_comes_in_again(harness, expression):
    head = "import numpy as np, pandas as pd\n"
    value = harness.run(head + expression).ok().final
    check = (
        f"{head}import numpy.testing, pandas.testing\nwanted = {expression}\n"
        "if isinstance(x, pd.DataFrame): pandas.testing.assert_frame_equal(x, wanted)\n"
        "elif isinstance(x, pd.Series): pandas.testing.assert_series_equal(x, wanted)\n"
        "else: numpy.testing.assert_array_equal(x, wanted)"
    )
    harness.run(check, inputs={"x": value}).ok()


def test_large_arrays_are_blobs(harness):
    content = {"$type": "bytes", "blob": 0}
    result = harness.run("import numpy as np\nnp.arange(10_000).reshape(100, 100).T").ok()
    wanted = {"$type": "ndarray", "dtype": "int64", "shape": [100, 100], "data": content, "order": "F"}
    assert result.final == wanted
    import numpy as np

    assert (np.frombuffer(result.blobs[0], "<i8").reshape(100, 100) == np.arange(10_000).reshape(100, 100).T).all()
    result = harness.run("import numpy as np\nnp.arange(10_000, dtype='>f8')").ok()
    assert (np.frombuffer(result.blobs[0], "<f8") == np.arange(10_000)).all()


def test_values_over_the_bound_are_replaced(harness):
    final = harness.run("import numpy as np\nnp.zeros((1000, 1000))", value_bytes=1 << 20).ok().final
    assert (final["$type"], final["class"]) == ("truncated", "numpy.ndarray")
    assert final["repr"].startswith("array([[0., 0.")
    many = "import numpy as np, pandas as pd\n[1, pd.DataFrame(np.zeros((200_000, 2)))]"
    final = harness.run(many, value_bytes=1 << 20).ok().final
    assert (final[0], final[1]["$type"]) == (1, "truncated")
    assert "200000 rows" in final[1]["repr"]


def test_a_long_column_of_text_has_the_buffers_of_arrow(harness):
    code = "import pandas as pd\npd.DataFrame({'a': ['x', None, 'yé'] * 60_000, 'b': ['y'] * 180_000})"
    result = harness.run(code).ok()
    assert (result.final["$type"], result.final["shape"]) == ("dataframe", [180_000, 2])
    text, _ = result.final["data"]
    blobs = {name: result.blobs[text[name]["blob"]] for name in ("offsets", "data")}
    assert (text["dtype"], text["length"]) == ("str", 180_000)
    assert blobs["data"] == "xyé".encode() * 60_000
    assert blobs["offsets"][:16] == b"".join(place.to_bytes(4, "little") for place in (0, 1, 1, 4))
    assert len(blobs["offsets"]) == 4 * 180_001
    # A bit for each value, the lowest first: 1, 0, 1, 1, 0, 1, 1, 0.
    assert b64decode(text["validity"]["base64"])[:1] == b"\x6d"


def test_long_columns_are_blobs(harness):
    result = harness.run("import pandas as pd\npd.Series(range(200_000), index=range(1, 200_001), name='n')").ok()
    assert result.final["index"]["values"] == {"$type": "range", "start": 1, "stop": 200_001, "step": 1}
    content = {"$type": "bytes", "blob": 0}
    assert result.final["values"] == {"$type": "column", "dtype": "int64", "length": 200_000, "data": content}
    assert len(result.blobs[0]) == 1_600_000


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        ("pd.DataFrame({'a': [1]})", "   a\n0  1"),
        ("pd.Series([1], name='a')", "0    1\nName: a, dtype: int64"),
        ("pd.Series([1])", "0    1\ndtype: int64"),
    ],
)
def test_a_table_is_displayed_as_html(harness, expression, plain):
    (display,) = harness.run("import pandas as pd\n" + expression).ok().displays
    assert display["data"]["text/html"].startswith("<div>")
    assert "<td>1</td>" in display["data"]["text/html"]
    assert display["data"]["text/plain"] == plain


def test_an_image_is_displayed_as_png(harness):
    pytest.importorskip("PIL")
    (display,) = harness.run("from PIL import Image\nImage.new('RGB', (3, 2))").ok().displays
    assert sorted(display["data"]) == ["image/png", "text/plain"]
    assert display["data"]["image/png"]["$base64"].startswith("iVBORw0KGgo")


def test_a_formula_is_displayed_as_latex(harness):
    pytest.importorskip("sympy")
    (display,) = harness.run("import sympy\nx = sympy.Symbol('x')\nsympy.Integral(x**2, x)").ok().displays
    assert display["data"] == {"text/latex": r"$\displaystyle \int x^{2}\, dx$", "text/plain": "Integral(x**2, x)"}


def test_arrays_and_tables_come_in(harness):
    result = harness.run(
        "[type(a).__name__, a.dtype.str, a.tolist(), t['x'].tolist(), list(t.index), s.name, s.tolist()]",
        inputs={
            "a": {"$type": "ndarray", "dtype": "float32", "shape": [2, 1], "items": [[1.0], [2.0]]},
            "t": {"$type": "dataframe", "columns": ["x"], "index": ["r"], "rows": [[7]]},
            "s": {"$type": "series", "name": "n", "index": [0], "values": {**column("int64", 3)}},
        },
    )
    assert result.ok().final == ["ndarray", "<f4", [[1.0], [2.0]], [7], ["r"], "n", [3]]


@pytest.mark.parametrize("dtype", ["float64", ">i2", "complex64", "bool"])
def test_an_array_comes_in_as_the_bytes_of_its_elements(harness, dtype):
    import base64

    import numpy as np

    sent = np.arange(6).astype(np.dtype(dtype).newbyteorder("<")).tobytes()
    data = {"$type": "bytes", "base64": base64.b64encode(sent).decode()}
    result = harness.run(
        "import numpy as np\na[0, 0] = 1\n[str(a.dtype), a.astype(float).real.tolist()]",
        inputs={"a": {"$type": "ndarray", "dtype": dtype, "shape": [2, 3], "data": data}},
    )
    rest = [1.0] * 5 if dtype == "bool" else [1.0, 2.0, 3.0, 4.0, 5.0]
    assert result.ok().final == [str(np.dtype(dtype)), [[1.0, *rest[:2]], rest[2:]]]


def test_subclasses_and_masked_arrays(harness):
    final = harness.run("import numpy as np\nnp.matrix([[1, 2]])").ok().final
    assert final["items"] == [[1, 2]]
    assert harness.run("import numpy as np\nnp.ma.array([1, 2], mask=[0, 1])").ok().final["$type"] == "ndarray"


def test_the_global_generator_is_seeded(harness):
    code = "import numpy as np\nnp.random.random(2).tolist()"
    assert harness.run(code, boot={"seed": 3}).final == harness.run(code, boot={"seed": 3}).final
    assert harness.run(code).final != harness.run(code).final
