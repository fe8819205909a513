"""Values of numpy and pandas that cross the border, and the check that they are the same afterwards.

A run of this program has the values as its final value. With the values of an earlier run as the input `found`, it also
checks these. The tests of the harness and of the Python package use the lists and the check natively.
"""

import numpy as np
import pandas as pd

MANY = 9000


def check_same(found, wanted):
    exactly = {"check_exact": True, "check_freq": True}
    assert type(found) is type(wanted)
    if wanted is np.ma.masked:
        assert found is wanted
    elif isinstance(wanted, pd.DataFrame):
        pd.testing.assert_frame_equal(
            found, wanted, check_index_type="exact", check_column_type="exact", check_names=True, **exactly
        )
        assert found.attrs == wanted.attrs
        check_same(found.index, wanted.index)
        check_same(found.columns, wanted.columns)
    elif isinstance(wanted, pd.Series):
        pd.testing.assert_series_equal(found, wanted, check_index_type="exact", **exactly)
        assert repr(found.dtype) == repr(wanted.dtype)
        check_same(found.index, wanted.index)
    elif isinstance(wanted, pd.MultiIndex):
        assert list(found.names) == list(wanted.names)
        for level, (one, other) in enumerate(zip(found.levels, wanted.levels, strict=True)):
            check_same(one.rename(None), other.rename(None))
            np.testing.assert_array_equal(found.codes[level], wanted.codes[level])
    elif isinstance(wanted, pd.Index):
        pd.testing.assert_index_equal(found, wanted, exact=True)
        assert found.dtype == wanted.dtype
        assert getattr(found, "freq", None) == getattr(wanted, "freq", None)
        assert found.name == wanted.name
    elif isinstance(wanted, pd.api.extensions.ExtensionArray):
        pd.testing.assert_extension_array_equal(found, wanted, check_exact=True)
        assert repr(found.dtype) == repr(wanted.dtype)
    elif isinstance(wanted, np.ndarray):
        check_same_array(found, wanted)
    elif isinstance(wanted, (np.generic, pd.Interval)):
        assert repr(found) == repr(wanted)
    else:
        assert found is wanted or found == wanted
        assert repr(found) == repr(wanted)


def check_same_array(found, wanted):
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    if wanted.dtype.kind in "iufc":
        # The order of bytes of this machine has two forms, of which one prints another name.
        assert repr(found.dtype) in (repr(wanted.dtype), repr(wanted.dtype.newbyteorder("=")))
    assert found.flags.c_contiguous == wanted.flags.c_contiguous or wanted.base is not None
    if isinstance(wanted, np.ma.MaskedArray):
        np.testing.assert_array_equal(np.ma.getmaskarray(found), np.ma.getmaskarray(wanted))
        assert repr(found.fill_value) == repr(wanted.fill_value)
        assert found.hardmask == wanted.hardmask
        found, wanted = found.data, wanted.data
    if wanted.dtype.names is None:
        np.testing.assert_array_equal(found, wanted)
    assert repr(found) == repr(wanted)


SCALARS = [
    "pd.NaT",
    "pd.NA",
    "pd.Timestamp('2026-01-02 03:04:05.123456789')",
    "pd.Timestamp('2026-10-25 00:30', tz='UTC').tz_convert('Europe/Berlin')",
    "pd.Timestamp('2026-10-25 01:30', tz='UTC').tz_convert('Europe/Berlin')",
    "pd.Timestamp('2026-01-01', tz='UTC')",
    "pd.Timestamp('2026-01-01', tz='+05:30')",
    "pd.Timestamp('2026-01-01').as_unit('s')",
    "pd.Timestamp.min",
    "pd.Timedelta('1ns')",
    "pd.Timedelta('-3 days 00:00:00.000000001')",
    "pd.Timedelta(5, unit='s').as_unit('s')",
    "pd.Timedelta.max",
    "pd.Period('2026-01', 'M')",
    "pd.Period('2026-01-05', 'W-THU')",
    "pd.Period('2026Q1', 'Q-NOV')",
    "pd.Interval(1, 2, 'left')",
    "pd.Interval(pd.Timestamp('2020'), pd.Timestamp('2021'), 'both')",
    "pd.Interval(0.5, 1.5)",
    "pd.offsets.MonthEnd(2)",
    "pd.DateOffset(months=1, days=2)",
    "pd.offsets.Week(weekday=3)",
    "pd.offsets.CustomBusinessDay(holidays=['2026-01-01'], weekmask='Mon Tue')",
    "pd.offsets.BusinessHour()",
    "pd.offsets.Day(3)",
    "np.datetime64('2026-01-02T03:04')",
    "np.datetime64('NaT', 'ns')",
    "np.datetime64('NaT')",
    "np.datetime64(7, '25s')",
    "np.datetime64(2**60, 's')",
    "np.timedelta64(2, 'Y')",
    "np.timedelta64('NaT')",
    "np.timedelta64(1, 'ns')",
    "np.datetime64(5, 'ps')",
    "np.datetime64(-7, 'as')",
    "np.ma.masked",
    "np.longdouble(1) / 3",
    "np.array([(1, 'a')], dtype=[('x', 'i4'), ('y', 'U3')])[0]",
]
ARRAYS = [
    "np.array([1, 2, 3], 'i1')",
    "np.asfortranarray(np.arange(12, dtype='i8').reshape(3, 4))",
    "np.array(5, 'i8')",
    "np.array([[1, 'a'], [None, [3]]], object)",
    "np.array(None, object)",
    "np.array([[], []])",
    "np.zeros((3, 0, 2))",
    "np.array([1, 2], '>i2')",
    "np.array(['a', 'bcd'])",
    "np.array(['é'], '>U3')",
    "np.array([b'a\\0b', b''])",
    "np.array([1.5, -0.0, np.nan, np.inf], 'f2')",
    "np.array([1 + 2j, complex(np.nan, np.inf)], 'c8')",
    "np.array(['2026-01-01', 'NaT'], 'M8[D]')",
    "np.array(['2026-01-01T00:00:00.5', 'NaT'], 'M8[ns]')",
    "np.array([-(2**62), 2**62], 'M8[us]')",
    "np.array([[1, 'NaT']], dtype='m8[h]')",
    "np.array([7], 'M8[25s]')",
    "np.array(['NaT'], 'M8')",
    "np.array([5, -7, 'NaT'], 'M8[ps]')",
    "np.arange(MANY).astype('M8[as]')",
    "np.arange(MANY)[::2].repeat(2)",
    "np.array(['a', None, 'é'], np.dtypes.StringDType(na_object=None))",
    "np.array(['a', np.nan], np.dtypes.StringDType(na_object=np.nan))",
    "np.array(['a', 'b'], np.dtypes.StringDType(coerce=False))",
    "np.array([1, 2], 'g') / 3",
    "np.array([1, -0.0, np.nan, np.inf, -np.inf], 'g')",
    "np.array([[1 + 2j, complex(np.inf, -0.0)]], 'G')",
    "np.array([(1, 'a', 2.5)], dtype=[('x', 'i4'), ('y', 'U3'), ('z', 'f8')])",
    "np.array([(1, [1, 2], (3,))], dtype=[('x', 'i4'), ('y', 'i2', (2,)), ('n', [('k', '>f4')])])",
    "np.array([(1, '2026', 'NaT', b'xy')], dtype=[('x', 'i4'), ('t', 'M8[ns]'), ('d', 'm8[s]'), ('v', 'V2')])",
    "np.array([[(1, None)], [(2, [3])]], dtype=[('x', 'i4'), ('o', 'O')])",
    "np.array((1, 2.5), dtype=[('x', 'i4'), ('z', 'f8')])",
    "np.array([(1, 2.5)] * 20000, dtype=[('x', 'i4'), ('z', 'f8')])",
    "np.array([(1, 2)], dtype=np.dtype([('a', 'u1'), ('b', 'f8')], align=True))",
    "np.array([(1, np.longdouble(1) / 3)], dtype=[('x', 'i4'), ('g', 'g')])",
    "np.array([(1, 'a')], dtype=[(('title', 'x'), 'i4'), ('y', 'U3')])",
    "np.array([b'abc'], 'V3')",
    "np.ma.array([1, 2, 3], dtype='i8', mask=[0, 1, 0])",
    "np.ma.array([1.5, 2, 3], mask=[0, 1, 0], fill_value=-1)",
    "np.ma.array([1, 2], dtype='i2')",
    "np.ma.array([[1, 2], [3, 4]], dtype='u4', mask=[[0, 1], [0, 0]], hard_mask=True)",
    "np.ma.array([(1, 2.5), (2, 3)], mask=[(0, 1), (1, 0)], dtype=[('x', 'i4'), ('z', 'f8')])",
    "np.ma.array(['a', 'b'], mask=[1, 0])",
    "np.ma.array(['2020', '2021'], dtype='M8[D]', mask=[1, 0])",
    "np.arange(20000.0).reshape(100, 200)",
    "np.array(['é'] * 20000)",
    "np.arange(20000).astype('M8[s]')",
    "np.arange(20000).astype('g') / 7",
    "np.array(['x', 'yé'] * 20000, np.dtypes.StringDType())",
    "np.array([None, 1] * 10000, object)",
]
LABELS = [
    "pd.Index(['a', 'b'], name='x')",
    "pd.Index(['a', None], dtype=object)",
    "pd.Index([1, 'a', (1, 2)], dtype=object, tupleize_cols=False)",
    "pd.RangeIndex(1, 9, 2, name='r')",
    "pd.Index([1.5, 2.5])",
    "pd.Index([1, None], dtype='Int64', name=('n', 1))",
    "pd.date_range('2020', periods=3, freq='MS', name='d')",
    "pd.date_range('2020', periods=3, freq='B', tz='Europe/Berlin')",
    "pd.date_range('2020', periods=3, freq=pd.DateOffset(months=1))",
    "pd.timedelta_range('1h', periods=4, freq='90min')",
    "pd.period_range('2020', periods=3, freq='Q-NOV')",
    "pd.IntervalIndex.from_breaks([1, 2, 3], closed='left', name='i')",
    "pd.CategoricalIndex(['b', 'a'], categories=['b', 'a', 'z'], ordered=True, name='c')",
    "pd.MultiIndex.from_arrays([['b', 'a', None], [1, 2, 3]], names=['x', None])",
    "pd.MultiIndex.from_product([pd.Categorical(['u', 'v'], categories=['v', 'u', 'w']), "
    "pd.date_range('2020', periods=2)], names=[('a', 1), 'd'])",
    "pd.MultiIndex.from_arrays([['b', 'a', 'a'], [1, 2, 3]], names=['x', 'y'])[1:]",
    "pd.MultiIndex.from_arrays([[], []], names=['x', 'y'])",
]
COLUMNS = [
    "pd.Categorical(['a', None, 'b'], categories=['b', 'a', 'c'], ordered=True)",
    "pd.Categorical([3, 1])",
    "pd.Categorical(pd.to_datetime(['2020', '2021']))",
    "pd.array([1, None, 3])",
    "pd.arrays.FloatingArray(np.array([1.5, np.nan, 0]), np.array([False, False, True]))",
    "pd.array([True, None])",
    "pd.array([1, None], dtype='UInt8')",
    "pd.array(['a', None], dtype='string')",
    "pd.array(['a', None], dtype='str')",
    "pd.arrays.SparseArray([0, 0, 1, 2], dtype='i8')",
    "pd.arrays.SparseArray([np.nan, 1.5])",
    "pd.arrays.IntervalArray.from_tuples([(0.0, 1.0), np.nan])",
    "pd.array(pd.date_range('2020', periods=2))",
    "pd.Series([1, 2], name='s', index=pd.Index(['a', 'b'], name='k'))",
    "pd.Series(['a', None], dtype='object')",
    "pd.Series([np.nan, None, pd.NA, pd.NaT, 'a'], dtype=object)",
    "pd.Series(pd.to_datetime(['2026-01-01', None]).tz_localize('Europe/Berlin').as_unit('s'))",
    "pd.Series(pd.to_datetime(['1800-01-01 00:00:30', None]).tz_localize('Europe/Berlin'))",
    "pd.Series([2**60], dtype='M8[s]')",
    "pd.Series(['a\\ud800'] * MANY, dtype=object)",
    "pd.Series(['a', None] * MANY)",
    "pd.Series(['é', None] * MANY, dtype='string')",
    "pd.Series(['é', None] * MANY, dtype='object')",
    "pd.Series(['é', 1] * MANY, dtype='object')",
    "pd.Series(np.arange(MANY), dtype='Int32').where(np.arange(MANY) % 3 > 0)",
    "pd.Series(pd.Categorical.from_codes(np.arange(MANY) % 3, ['x', 'y', 'z']))",
    "pd.Series(np.arange(MANY).astype('M8[s]')).where(np.arange(MANY) % 3 > 0)",
    "pd.Series(np.arange(MANY).astype('M8[ns]')).dt.tz_localize('Europe/Berlin')",
    "pd.Series(pd.period_range('2020', periods=MANY, freq='h')).where(np.arange(MANY) % 3 > 0)",
    "pd.Series(np.arange(MANY).astype('m8[s]')).where(np.arange(MANY) % 3 > 0)",
    "pd.Series(pd.IntervalIndex.from_breaks(np.arange(MANY, dtype='i8')))",
    "pd.Series(np.arange(MANY) % 2 == 0)",
    "pd.Series(np.arange(MANY), dtype='Sparse[int64]')",
    "pd.Series(np.arange(MANY).astype('g') / 7)",
    "pd.Series([1 + 1j])",
    "pd.Series(np.array([1, 2], '>i2'))",
    "pd.Series(np.arange(MANY, dtype='>f4'))",
    "pd.Series(np.array([b'a', b'bc']))",
    "pd.Series(pd.period_range('0001', periods=2, freq='Y'))",
    "pd.Series(pd.period_range('0999-12', periods=2, freq='M'))",
    "pd.Series([pd.Period('2020', 'D'), None], dtype='period[D]')",
    "pd.array([pd.Period(ordinal=10_050, freq='Y')], dtype='period[Y]')",
]
TABLES = [
    "pd.DataFrame()",
    "pd.DataFrame(index=['r', 's'])",
    "pd.DataFrame(columns=['a'])",
    "pd.DataFrame(np.arange(6, dtype='>i4').reshape(2, 3))",
    "pd.DataFrame([[1, 2.5]], columns=['a', 'a'])",
    "pd.DataFrame({'a': [1], 'b': ['x']}, index=pd.MultiIndex.from_tuples([('a', 1)], names=['k', 'l']))",
    "pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([('a', 'x'), ('b', 'y')], names=['t', None]))",
    "pd.DataFrame({'o': pd.Series([None, 'x'], dtype=object), 'n': pd.array([1, None]), 'f': np.array([1, 2], 'f4')})",
    "pd.DataFrame({0: [1], 1: [2]}).rename_axis(columns='cols', index='rows')",
    "pd.DataFrame({'a': [1]}).pipe(lambda table: table.attrs.update(unit='m') or table)",
    "pd.DataFrame({'a': [1]}).set_flags(allows_duplicate_labels=False)",
    "pd.DataFrame({'a': range(MANY), 'b': ['x'] * MANY}, index=pd.date_range('2020', periods=MANY, freq='h'))",
]
EXPRESSIONS = [*SCALARS, *ARRAYS, *LABELS, *COLUMNS, *TABLES]


def values(places=range(len(EXPRESSIONS))):
    """Return the values of the expressions at some places."""
    return [eval(EXPRESSIONS[place]) for place in places]


def check(found, places=range(len(EXPRESSIONS))):
    """Compare the values of another run."""
    for place, one, other in zip(places, found, values(places), strict=True):
        try:
            check_same(one, other)
        except Exception as error:
            raise AssertionError(f"{EXPRESSIONS[place]}: {error!r}") from error


if __name__ == "__main__" and "found" in globals():
    check(globals()["found"], globals().get("places") or range(len(EXPRESSIONS)))
made = values() if __name__ == "__main__" else None
made
