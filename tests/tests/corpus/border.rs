//! Values of numpy and pandas that leave the guest and come in again.

use std::time::Duration;

use terrarium_core::{
    Column, DataFrame, Dtype, ExecuteOptions, ExecutionResult, Index, NdArray, Packages, Sandbox, SandboxOptions,
    Series, Status, Value,
};
use terrarium_tests::corpus;

/// Runs code with the packages that it imports.
#[track_caller]
fn run(code: &str, options: ExecuteOptions) -> ExecutionResult {
    let sandbox =
        SandboxOptions::new().packages(Packages::Auto).package_source(corpus()).timeout(Duration::from_secs(300));
    let result = Sandbox::new(sandbox).unwrap().execute_with(code, options).unwrap();
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    result
}

#[test]
fn what_comes_out_goes_in_again() {
    let program = include_str!("../../programs/border.py");
    let first = run(program, ExecuteOptions::new()).final_expression.unwrap();
    for value in first.items().unwrap() {
        assert!(!matches!(value, Value::Object { .. }), "{value:?}");
    }
    // The program compares each value with the one that it makes itself.
    let second = run(program, ExecuteOptions::new().input("found", first.clone())).final_expression.unwrap();
    let text = |value: &Value| serde_json::to_string(value).unwrap();
    assert_eq!(text(&first), text(&second));
}

#[test]
fn a_table_has_columns_labels_and_names() {
    let code = "import pandas as pd
days = pd.date_range('2026-10-24', periods=3, freq='D', tz='Europe/Berlin')
index = pd.MultiIndex.from_arrays([['x', 'x', None], [1, 2, 2]], names=['shop', None])
grade = pd.Categorical(['low', 'high', 'low'], categories=['low', 'mid', 'high'], ordered=True)
count = pd.array([1, None, 3], dtype='Int64')
pd.DataFrame({'day': days, 'grade': grade, 'count': count}, index=index).rename_axis(columns='field')";
    let Some(Value::DataFrame(table)) = run(code, ExecuteOptions::new()).final_expression else { panic!() };
    assert_eq!(table.shape(), (3, 3));
    assert_eq!(table.columns().names(), [Value::from("field")]);
    assert_eq!(table.index().names(), ["shop".into(), Value::None]);
    assert_eq!(table.index().get(2), Some(Value::Tuple(vec![Value::None, 2.into()])));
    let types: Vec<_> = table.data().iter().map(|column| column.dtype().to_string()).collect();
    assert_eq!(types, ["datetime64[us, Europe/Berlin]", "category", "Int64"]);
    let row: Vec<_> = table.rows().nth(1).unwrap();
    assert_eq!(row, [Value::DateTime("2026-10-25T00:00:00+02:00".into()), "high".into(), Value::None]);
}

#[test]
fn long_columns_are_buffers() {
    let code = "import pandas as pd
n = 60_000
pd.DataFrame({'i': range(n), 't': ['a', None, 'żółć'] * (n // 3), 'd': pd.date_range('2020', periods=n, freq='h')})";
    let Some(Value::DataFrame(table)) = run(code, ExecuteOptions::new()).final_expression else { panic!() };
    let [numbers, texts, dates] = table.data() else { panic!() };
    assert_eq!(numbers.to_i64_vec().unwrap().iter().sum::<i64>(), 1_799_970_000);
    assert_eq!((texts.len(), texts.get(4), texts.get(59_999)), (60_000, Some(Value::None), Some("żółć".into())));
    assert_eq!(dates.get(25), Some(Value::DateTime("2020-01-02T01:00:00".into())));
}

#[test]
fn tables_that_the_host_makes_go_in() {
    let codes = Column::categorical(vec![1, -1], vec!["a", "b"].into(), true);
    let levels = vec![Index::from(vec!["x", "y"]), Index::from(vec![2024, 2025])];
    let index = Index::multi(levels, vec![vec![0, 1], vec![1, 1]], ["shop", "year"]).unwrap();
    let columns = [
        ("i", Column::from(vec![1i8, 2])),
        ("t", Column::new(Dtype::Str, [Some("a"), None])),
        ("c", codes),
        ("d", Column::new("datetime64[ns]", ["2026-01-01T00:00:00.000000001", "2026-01-02T00:00:00"])),
    ];
    let table = DataFrame::new(columns).unwrap().with_index(index).unwrap();
    let series = Series::new("s", vec![0.5, 1.5]).with_index(Index::range(3, 5).with_name("n")).unwrap();
    let array = NdArray::new("float64", [1, 2], 1.5f64.to_le_bytes().repeat(2));
    let code = "[list(map(str, t.dtypes)), t.index.names, t.c.cat.ordered, t.d.iloc[0].nanosecond, t.t.isna().tolist(),
    s.name, s.index.name, s.index.tolist(), a.tolist()]";
    let inputs = ExecuteOptions::new().input("t", table).input("s", series).input("a", array);
    let result = run(&format!("import numpy, pandas\nrepr({code})"), inputs).final_expression.unwrap();
    let expected = "[['int8', 'str', 'category', 'datetime64[ns]'], FrozenList(['shop', 'year']), True, 1, [False, True], \
                    's', 'n', [3, 4], [[1.5, 1.5]]]";
    assert_eq!(result.as_str(), Some(expected));
}
