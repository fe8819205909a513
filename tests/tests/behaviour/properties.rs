//! Properties of the whole: values survive the way in and out, and no text is code that harms the host.

use std::sync::{Mutex, OnceLock};

use proptest::prelude::*;
use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions, Session, Status, Value};

use crate::support::int;

/// Lends the session that all cases of a property share: a new one for each would take most of the time.
fn with_session<T>(cell: &OnceLock<Mutex<Session>>, work: impl FnOnce(&mut Session) -> T) -> T {
    let start = || {
        let options = SandboxOptions::new().timeout(std::time::Duration::from_millis(500)).memory(128 << 20);
        Mutex::new(Sandbox::new(options).unwrap().session().unwrap())
    };
    work(&mut cell.get_or_init(start).lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Generates values that can be keys of a dict and members of a set.
fn hashable() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![
            Just(Value::None),
            any::<i64>().prop_filter("True and False are 1 and 0", |n| !(0..=1).contains(n)).prop_map(Value::Int),
            any::<bool>().prop_map(Value::Bool),
            "-?[1-9][0-9]{19,60}".prop_map(Value::BigInt),
            any::<f64>()
                .prop_filter("finite and no whole number", |x| x.is_finite() && x.fract() != 0.0)
                .prop_map(Value::Float),
            ".{0,12}".prop_map(Value::Str),
            prop::collection::vec(any::<u8>(), 0..12).prop_map(|bytes| Value::Bytes(bytes.into())),
            (1_i32..9999, 1_u32..13, 1_u32..29).prop_map(|(y, m, d)| Value::Date(format!("{y:04}-{m:02}-{d:02}"))),
            (0_u32..24, 0_u32..60, 0_u32..60).prop_map(|(h, m, s)| Value::Time(format!("{h:02}:{m:02}:{s:02}"))),
            (2_i32..9999, 0_u32..24, 1_u32..1_000_000)
                .prop_map(|(y, h, us)| Value::DateTime(format!("{y:04}-02-03T{h:02}:00:01.{us:06}"))),
            (-1000_i64..1000, 0_i64..86_400, 0_i64..1_000_000)
                .prop_map(|(days, seconds, microseconds)| Value::TimeDelta { days, seconds, microseconds }),
            "-?[1-9][0-9]{0,15}\\.[0-9]{1,8}[1-9]".prop_map(Value::Decimal),
        ];
    leaf.prop_recursive(2, 12, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::Tuple))
}

fn value() -> impl Strategy<Value = Value> {
    let float = prop_oneof![
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(-0.0),
        any::<f64>().prop_filter("nan is no equal", |x| !x.is_nan())
    ];
    let leaf = prop_oneof![
        4 => hashable(),
        1 => float.prop_map(Value::Float),
        1 => Just(Value::Complex { real: 1.5, imag: -0.25 }),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Tuple),
            prop::collection::vec((hashable(), inner), 0..6)
                .prop_map(|pairs| Value::Dict(distinct(pairs, |pair| &pair.0))),
            prop::collection::vec(hashable(), 0..6).prop_map(|items| Value::Set(distinct(items, |item| item))),
            prop::collection::vec(hashable(), 0..6).prop_map(|items| Value::FrozenSet(distinct(items, |item| item))),
        ]
    })
}

fn distinct<T>(items: Vec<T>, key: impl Fn(&T) -> &Value) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for item in items {
        if !kept.iter().any(|other| key(other) == key(&item)) {
            kept.push(item);
        }
    }
    kept
}

/// Sorts the items of sets, which have no order.
fn sorted(value: Value) -> Value {
    let all = |items: Vec<Value>| items.into_iter().map(sorted).collect::<Vec<_>>();
    let by_text = |items: Vec<Value>| {
        let mut items = all(items);
        items.sort_by_key(|item| format!("{item:?}"));
        items
    };
    match value {
        Value::List(items) => Value::List(all(items)),
        Value::Tuple(items) => Value::Tuple(all(items)),
        Value::Set(items) => Value::Set(by_text(items)),
        Value::FrozenSet(items) => Value::FrozenSet(by_text(items)),
        Value::Dict(pairs) => Value::Dict(pairs.into_iter().map(|(key, value)| (key, sorted(value))).collect()),
        other => other,
    }
}

/// Pieces of programs, and some pieces that are invalid.
const PIECES: [&str; 62] = [
    "x",
    " ",
    "\n",
    "    ",
    "\t",
    "1",
    "0",
    "99999999999999999999",
    "1e999",
    "'",
    "\"",
    "'''",
    "f'{",
    "}'",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "=",
    "==",
    "**",
    "*",
    "@",
    ";",
    "#",
    "if ",
    "else",
    "for ",
    " in ",
    "while ",
    "def f",
    "class C",
    "return ",
    "yield ",
    "await ",
    "async ",
    "lambda ",
    "import ",
    "from ",
    "sys",
    "os",
    "try:",
    "except",
    "raise ",
    "with ",
    "global ",
    "del ",
    "match ",
    "case ",
    "None",
    "print(",
    "é",
    "\u{0}",
    "\u{202e}",
    "\u{feff}",
    "\r",
];

fn code() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
        1 => "(\\PC|\n|\t){0,80}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_is_the_same_after_going_in_and_out(value in value()) {
        static SESSION: OnceLock<Mutex<Session>> = OnceLock::new();
        let options = ExecuteOptions::new().input("value", value.clone()).output("copy");
        let result = with_session(&SESSION, |session| session.execute_with("import copy as c\ncopy = c.deepcopy(value)\nvalue", options).unwrap());
        prop_assert_eq!(result.status, Status::Success, "{:?}", result.error);
        let value = sorted(value);
        prop_assert_eq!(sorted(result.final_expression.unwrap()), value.clone());
        prop_assert_eq!(sorted(result.outputs["copy"].clone()), value.clone());
        let json = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
    }

    #[test]
    fn no_text_hurts_the_host(code in code()) {
        static SESSION: OnceLock<Mutex<Session>> = OnceLock::new();
        with_session(&SESSION, |session| {
            let result = session.execute(&code).unwrap();
            prop_assert!(result.status == Status::Success || result.error.is_some());
            prop_assert!(result.status != Status::Crashed, "{:?}", result.error);
            if let Some(error) = &result.error {
                prop_assert!(!error.traceback.contains("terrarium"), "{}", error.traceback);
            }
            session.check(&code).unwrap();
            session.complete(&code, code.chars().count() / 2).unwrap();
            prop_assert_eq!(session.execute("6 * 7").unwrap().final_expression, int(42));
            Ok(())
        })?;
    }
}
