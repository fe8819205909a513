"""Values of numpy and pandas."""

import pytest

pytestmark = pytest.mark.science


@pytest.fixture(autouse=True)
def _needs_science(request):
    if request.config.getoption("--python") != __import__("sys").executable:
        pytest.skip("the packages belong to the interpreter of the tests")
    pytest.importorskip("numpy")
    pytest.importorskip("pandas")


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
        ("np.datetime64('2026-01-02T03:04')", {"$type": "datetime", "value": "2026-01-02T03:04"}),
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
            {"$type": "series", "name": "s", "dtype": "int64", "shape": [2], "index": ["a", "b"], "data": [1, 2]},
        ),
        (
            "pd.DataFrame({'a': [1, 2], 'b': [0.5, None]})",
            {
                "$type": "dataframe",
                "shape": [2, 2],
                "dtypes": ["int64", "float64"],
                "columns": ["a", "b"],
                "index": [0, 1],
                "data": [[1, 0.5], [2, {"$type": "float", "value": "nan"}]],
            },
        ),
        (
            "np.datetime64('NaT')",
            {"$type": "object", "class": "numpy.datetime64", "repr": "np.datetime64('NaT','generic')"},
        ),
        ("np.timedelta64(90, 'm')", {"$type": "timedelta", "days": 0, "seconds": 5400, "microseconds": 0}),
        ("np.timedelta64(2, 'Y')", {"$type": "object", "class": "numpy.timedelta64", "repr": "np.timedelta64(2,'Y')"}),
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
            "np.array(['a', 'bc'], dtype=np.dtypes.StringDType())",
            {"$type": "ndarray", "dtype": "StringDType()", "shape": [2], "items": ["a", "bc"]},
        ),
        (
            "np.ma.array([1, 2, 3], mask=[0, 1, 0])",
            {"$type": "ndarray", "dtype": "int64", "shape": [3], "items": [1, None, 3]},
        ),
        (
            "np.array([(1, 'a')], dtype=[('x', 'i4'), ('y', 'U1')])[0]",
            {"$type": "tuple", "items": [1, "a"]},
        ),
        *[
            (
                f"pd.Series([{given}, None], dtype={kind!r})",
                {"$type": "series", "name": None, "dtype": kind, "shape": [2], "index": [0, 1], "data": [given, None]},
            )
            for given, kind in [(1, "Int64"), (1.5, "Float64"), (True, "boolean"), (3, "object")]
        ],
        (
            "pd.Series(['b', 'a', 'b'], dtype='category')",
            {
                "$type": "series",
                "name": None,
                "dtype": "category",
                "shape": [3],
                "index": [0, 1, 2],
                "data": ["b", "a", "b"],
            },
        ),
        (
            "pd.Series([5], index=pd.MultiIndex.from_tuples([('a', 1)]), name=('n', 2))",
            {
                "$type": "series",
                "name": {"$type": "tuple", "items": ["n", 2]},
                "dtype": "int64",
                "shape": [1],
                "index": [{"$type": "tuple", "items": ["a", 1]}],
                "data": [5],
            },
        ),
        (
            "pd.Series(pd.to_datetime(['2026-01-01', None]).tz_localize('Europe/Berlin').as_unit('us'))",
            {
                "$type": "series",
                "name": None,
                "dtype": "datetime64[us, Europe/Berlin]",
                "shape": [2],
                "index": [0, 1],
                "data": [{"$type": "datetime", "value": "2026-01-01T00:00:00+01:00"}, None],
            },
        ),
        (
            "pd.DataFrame([[1, 2.5]], columns=['a', 'a'])",
            {
                "$type": "dataframe",
                "shape": [1, 2],
                "dtypes": ["int64", "float64"],
                "columns": ["a", "a"],
                "index": [0],
                "data": [[1, 2.5]],
            },
        ),
        (
            "pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([('a', 'x')]))",
            {
                "$type": "dataframe",
                "shape": [1, 1],
                "dtypes": ["int64"],
                "columns": [{"$type": "tuple", "items": ["a", "x"]}],
                "index": [0],
                "data": [[1]],
            },
        ),
        (
            "pd.DataFrame()",
            {"$type": "dataframe", "shape": [0, 0], "dtypes": [], "columns": [], "index": [], "data": []},
        ),
        (
            "pd.DataFrame(index=['r', 's'])",
            {"$type": "dataframe", "shape": [2, 0], "dtypes": [], "columns": [], "index": ["r", "s"], "data": [[], []]},
        ),
        (
            "pd.DataFrame(columns=['a'])",
            {"$type": "dataframe", "shape": [0, 1], "dtypes": ["object"], "columns": ["a"], "index": [], "data": []},
        ),
        (
            "pd.Timedelta('1ns')",
            {"$type": "object", "class": "pandas.Timedelta", "repr": "Timedelta('0 days 00:00:00.000000001')"},
        ),
        ("pd.NA", {"$type": "object", "class": "pandas.api.typing.NAType", "repr": "<NA>"}),
        ("pd.Timestamp('2026-01-02 03:04:05')", {"$type": "datetime", "value": "2026-01-02T03:04:05"}),
        ("pd.NaT", {"$type": "object", "class": "pandas.api.typing.NaTType", "repr": "NaT"}),
        ("pd.Timedelta(days=1)", {"$type": "timedelta", "days": 1, "seconds": 0, "microseconds": 0}),
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
    result = harness.run("import numpy as np\nnp.arange(10_000).reshape(100, 100).T").ok()
    assert result.final == {"$type": "ndarray", "dtype": "int64", "shape": [100, 100], "blob": 0}
    import numpy as np

    assert (np.frombuffer(result.blobs[0], "<i8").reshape(100, 100) == np.arange(10_000).reshape(100, 100).T).all()
    result = harness.run("import numpy as np\nnp.arange(10_000, dtype='>f8')").ok()
    assert (np.frombuffer(result.blobs[0], "<f8") == np.arange(10_000)).all()


def test_arrays_over_the_bound_are_told_by_shape_and_repr(harness):
    final = harness.run("import numpy as np\nnp.zeros((1000, 1000))", value_bytes=1 << 20).ok().final
    assert (final["$type"], final["dtype"], final["shape"]) == ("ndarray", "float64", [1000, 1000])
    assert final["repr"].startswith("array([[0., 0.")
    final = harness.run("import numpy as np\nnp.array(['a'] * 200_000)").ok().final
    assert final["repr"].startswith("array(['a'")


def test_tables_over_the_bound_are_told_by_shape_and_repr(harness):
    code = "import pandas as pd\npd.DataFrame({'a': ['x'] * 60_000, 'b': ['y'] * 60_000})"
    final = harness.run(code).ok().final
    assert (final["$type"], final["shape"]) == ("dataframe", [60_000, 2])
    assert "60000 rows" in final["repr"]
    final = harness.run("import pandas as pd\npd.Series(['x'] * 200_000)").ok().final
    assert (final["$type"], final["shape"]) == ("series", [200_000])
    assert "repr" in final
    many = "import numpy as np, pandas as pd\npd.DataFrame(np.zeros((200_000, 2)))"
    assert "repr" in harness.run(many, value_bytes=1 << 20).ok().final


def test_large_tables_go_column_by_column(harness):
    code = "import numpy as np, pandas as pd\npd.DataFrame({'a': np.arange(60_000), 'b': ['x'] * 60_000})"
    result = harness.run(code).ok()
    assert result.final["index"] == {"$type": "range", "start": 0, "stop": 60_000, "step": 1}
    numbers, texts = result.final["column_data"]
    assert numbers == {"$type": "ndarray", "dtype": "int64", "shape": [60_000], "blob": 0}
    assert texts == ["x"] * 60_000
    result = harness.run("import pandas as pd\npd.Series(range(200_000), index=range(1, 200_001), name='n')").ok()
    assert (result.final["data"]["blob"], result.final["index"]["stop"], len(result.blobs)) == (0, 200_001, 1)


def test_a_table_comes_in_column_by_column(harness):
    column = {"$type": "ndarray", "dtype": "int64", "shape": [2], "items": [1, 2]}
    table = {
        "$type": "dataframe",
        "dtypes": ["int64", "float64"],
        "columns": ["a", "a"],
        "index": {"$type": "range", "start": 5, "stop": 7, "step": 1},
        "column_data": [column, [0.5, None]],
    }
    result = harness.run(
        "[list(t.columns), list(t.index), t.iloc[:, 0].tolist(), str(t.dtypes.iloc[1])]", inputs={"t": table}
    )
    assert result.ok().final == [["a", "a"], [5, 6], [1, 2], "float64"]


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
            "t": {"$type": "dataframe", "columns": ["x"], "index": ["r"], "data": [[7]]},
            "s": {"$type": "series", "name": "n", "dtype": "int64", "index": [0], "data": [3]},
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
    assert harness.run("import numpy as np\nnp.array([(1, 'a')], dtype=[('x', int), ('y', 'U1')])").ok().final[
        "items"
    ] == [{"$type": "tuple", "items": [1, "a"]}]


def test_the_global_generator_is_seeded(harness):
    code = "import numpy as np\nnp.random.random(2).tolist()"
    assert harness.run(code, boot={"seed": 3}).final == harness.run(code, boot={"seed": 3}).final
    assert harness.run(code).final != harness.run(code).final
