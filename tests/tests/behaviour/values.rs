//! Typed values out and in.

use terrarium_core::{Bytes, ExecuteOptions, SandboxOptions, Value};
use terrarium_tests::{run, run_in, sandbox, session};

use crate::support::success;

#[test]
fn every_kind_of_value_keeps_its_type() {
    let mut session = session();
    session.execute("import datetime as dt, decimal, fractions, uuid, pathlib, enum, dataclasses, collections, re, array, types").unwrap();
    for (code, json) in [
        ("None", r#"null"#),
        ("True", r#"true"#),
        ("-5", r#"-5"#),
        ("2**53 - 1", r#"9007199254740991"#),
        ("2**53", r#"{"$type":"int","value":"9007199254740992"}"#),
        ("-2**63", r#"{"$type":"int","value":"-9223372036854775808"}"#),
        ("2**64", r#"{"$type":"int","value":"18446744073709551616"}"#),
        ("1.5", r#"1.5"#),
        ("-0.0", r#"-0.0"#),
        ("1e300", r#"1e+300"#),
        ("3.0", r#"3.0"#),
        ("float('nan')", r#"{"$type":"float","value":"nan"}"#),
        ("float('-inf')", r#"{"$type":"float","value":"-inf"}"#),
        ("'é🌍\\n\\0'", "\"é🌍\\n\\u0000\""),
        ("b'\\x00\\xff'", r#"{"$type":"bytes","base64":"AP8="}"#),
        ("bytearray(b'x')", r#"{"$type":"bytes","base64":"eA=="}"#),
        ("[1, [], [None]]", r#"[1,[],[null]]"#),
        ("(1,)", r#"{"$type":"tuple","items":[1]}"#),
        ("{1}", r#"{"$type":"set","items":[1]}"#),
        ("frozenset()", r#"{"$type":"frozenset","items":[]}"#),
        ("{'b': 1, 'a': {}}", r#"{"b":1,"a":{}}"#),
        (
            "{1: 'x', None: 2, (1, 2): 3}",
            r#"{"$type":"dict","items":[[1,"x"],[null,2],[{"$type":"tuple","items":[1,2]},3]]}"#,
        ),
        ("{'$type': 'x'}", r#"{"$type":"dict","items":[["$type","x"]]}"#),
        ("1+2j", r#"{"$type":"complex","real":1.0,"imag":2.0}"#),
        ("dt.datetime(2026, 1, 2, 3, 4, 5, 6)", r#"{"$type":"datetime","value":"2026-01-02T03:04:05.000006"}"#),
        (
            "dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc)",
            r#"{"$type":"datetime","value":"2026-01-02T00:00:00+00:00"}"#,
        ),
        ("dt.date(2026, 1, 2)", r#"{"$type":"date","value":"2026-01-02"}"#),
        ("dt.time(1, 2)", r#"{"$type":"time","value":"01:02:00"}"#),
        ("dt.timedelta(seconds=-1)", r#"{"$type":"timedelta","days":-1,"seconds":86399,"microseconds":0}"#),
        ("decimal.Decimal('1.10')", r#"{"$type":"decimal","value":"1.10"}"#),
        ("collections.OrderedDict(a=1)", r#"{"a":1}"#),
        ("collections.Counter('aa')", r#"{"a":2}"#),
        ("range(1, 9, 2)", r#"{"$type":"range","start":1,"step":2,"stop":9}"#),
        ("fractions.Fraction(1, 3)", r#"{"$type":"fraction","denominator":3,"numerator":1}"#),
        ("uuid.UUID(int=1)", r#"{"$type":"uuid","value":"00000000-0000-0000-0000-000000000001"}"#),
        ("pathlib.Path('/a/b')", r#"{"$type":"path","value":"/a/b"}"#),
    ] {
        let result = session.execute(code).unwrap();
        let value = success(&result).final_expression.clone().unwrap_or_else(|| panic!("{code}: no value"));
        assert_eq!(serde_json::to_string(&value).unwrap(), json, "{code}");
    }
}

#[test]
fn values_without_a_form_of_their_own_are_kept_by_repr() {
    let mut session = session();
    session.execute("import re, types, io").unwrap();
    for (code, class) in [
        ("object()", "object"),
        ("len", "builtin_function_or_method"),
        ("lambda: 0", "function"),
        ("type('C', (), {})()", "C"),
        ("re.compile('a')", "re.Pattern"),
        ("int", "type"),
        ("io", "module"),
        ("(n for n in [])", "generator"),
        ("ValueError(1)", "ValueError"),
        ("...", "ellipsis"),
    ] {
        let result = session.execute(code).unwrap();
        match success(&result).final_expression.as_ref() {
            Some(Value::Object { class: seen, repr }) => {
                assert!(seen == class || seen.ends_with(&format!(".{class}")), "{code}: {seen}");
                assert!(!repr.is_empty());
            }
            other => panic!("{code}: {other:?}"),
        }
    }
}

#[test]
fn named_kinds_keep_their_parts() {
    let code = "import collections, dataclasses, enum
P = collections.namedtuple('P', 'x y')
@dataclasses.dataclass
class D:
    a: int
    b: list
class Color(enum.Enum):
    RED = 1
[P(1, 2), D(1, [2]), Color.RED]";
    let result = run(code);
    let json = serde_json::to_value(success(&result).final_expression.as_ref().unwrap()).unwrap();
    assert_eq!(json[0]["fields"], serde_json::json!(["x", "y"]));
    assert_eq!(json[0]["items"], serde_json::json!([1, 2]));
    assert_eq!((&json[1]["$type"], &json[1]["fields"]), (&"dataclass".into(), &serde_json::json!({"a": 1, "b": [2]})));
    assert_eq!((&json[2]["$type"], &json[2]["name"], &json[2]["value"]), (&"enum".into(), &"RED".into(), &1.into()));
}

#[test]
fn a_value_with_cycles_or_broken_parts_is_never_lost() {
    let result = run("a = [1]; a.append(a); a");
    let json = serde_json::to_value(success(&result).final_expression.as_ref().unwrap()).unwrap();
    assert_eq!((&json[0], &json[1]["$type"]), (&1.into(), &"cycle".into()));
    for code in [
        "class B:\n    def __repr__(self): raise ValueError('no')\n[1, B()]",
        "class B(dict):\n    def items(self): raise ValueError\nB(a=1)",
        "class B:\n    @property\n    def __class__(self): raise ValueError\nB()",
        "'\\ud800'",
        "d = {}; d['d'] = d; d",
        "class B(str):\n    def __str__(self): return 5\nB('x')",
        "class M(type):\n    __module__ = property(lambda c: 1/0)\nclass B(metaclass=M): pass\nB()",
    ] {
        let result = run(code);
        assert!(success(&result).final_expression.is_some(), "{code}");
        assert!(result.final_repr.is_some(), "{code}");
    }
}

#[test]
fn large_values_arrive_whole() {
    let result = run("'x' * 100_000_000");
    assert_eq!(success(&result).final_expression.as_ref().and_then(Value::as_str).map(str::len), Some(100_000_000));
    assert!(result.final_repr_truncated && result.final_repr.as_ref().is_some_and(|repr| repr.len() <= 2 << 20));
    let result = run("bytes(range(256)) * 40_000");
    let bytes = success(&result).final_expression.as_ref().and_then(Value::as_bytes).expect("bytes").to_vec();
    assert!(bytes.len() == 10_240_000 && bytes.chunks(256).all(|chunk| chunk.iter().copied().eq(0..=255)));
    let result = run("list(range(300_000))");
    let items = success(&result).final_expression.as_ref().and_then(Value::items).expect("a list").to_vec();
    assert_eq!((items.len(), &items[299_999]), (300_000, &Value::Int(299_999)));
    let result = run("2**100_000 - 1");
    assert!(matches!(&success(&result).final_expression, Some(Value::BigInt(digits)) if digits.len() > 25_000));
}

#[test]
fn a_value_beyond_its_limit_is_kept_as_what_can_be_said_of_it() {
    let options = SandboxOptions::new().value_bytes(10_000).repr_bytes(50);
    let result = run_in(options.clone(), "list(range(100_000))");
    match &success(&result).final_expression {
        Some(Value::Tagged { kind, .. }) => assert_eq!(kind, "truncated"),
        other => panic!("{other:?}"),
    }
    assert!(result.final_repr_truncated);
    let repr = result.final_repr.unwrap();
    assert!(repr.starts_with("[0, 1, 2") && repr.len() < 200, "{repr}");
    let small = run_in(options, "[1, 2]");
    assert_eq!((success(&small).final_repr.as_deref(), small.final_repr_truncated), (Some("[1, 2]"), false));
}

#[test]
fn large_inputs_arrive_whole() {
    let text = "é".repeat(5_000_000);
    let bytes: Vec<u8> = (0..=255).cycle().take(5_000_000).collect();
    let data = Bytes::from(bytes.clone());
    let options = ExecuteOptions::new().input("text", text).input("data", data).output("data");
    let result = sandbox().execute_with("len(text), text == 'é' * 5_000_000, len(data)", options).unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("(5000000, True, 5000000)"));
    assert_eq!(result.outputs["data"].as_bytes(), Some(&*bytes));
}
