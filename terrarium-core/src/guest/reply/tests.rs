//! Tests of the reading of what a guest sends: every field of a wrong type, and too much of everything.

use std::collections::BTreeMap;

use super::*;
use crate::Bytes;

const SUCCESS: &str = r#"{"status":"success","repr":"..."}"#;

fn read(response: &str, values: &str, blobs: Vec<Bytes>, value_bytes: u64) -> (Answer, bool) {
    let frames = FrameContents { values: values.as_bytes().to_vec(), blobs, ..FrameContents::default() };
    let outputs = ["a".to_owned(), "b".to_owned()];
    let reply = Reply {
        response: response.as_bytes(),
        frames,
        outputs: &outputs,
        value_bytes,
        repr_bytes: 100,
        deadline: None,
        cancel: None,
        interrupted: None,
    };
    reply.read()
}

/// Returns the final value of this form.
fn value(form: &str) -> Value {
    let values = format!(r#"{{"final":{form},"outputs":{{}}}}"#);
    let (answer, is_usable) = read(SUCCESS, &values, vec![Bytes::from("content")], 1 << 20);
    assert!(is_usable, "{form}");
    answer.final_expression.unwrap()
}

fn is_unreadable(value: &Value) -> bool {
    matches!(value, Value::Object { class, repr } if class == "unreadable" && repr.len() <= REPR_BYTES)
}

#[test]
fn a_content_serves_one_value() {
    assert_eq!(value(r#"{"$type":"str","blob":0}"#), Value::from("content"));
    assert_eq!(value(r#"[{"$type":"bytes","blob":0}]"#), Value::List(vec![Bytes::from("content").into()]));
    assert!(is_unreadable(&value(r#"[{"$type":"str","blob":0},{"$type":"str","blob":0}]"#)));
}

#[test]
fn every_part_of_a_wrong_type_is_refused() {
    let kinds: [(&str, &[&str]); 22] = [
        ("int", &["value"]),
        ("int", &["hex"]),
        ("float", &["value"]),
        ("str", &["surrogatepass"]),
        ("str", &["blob"]),
        ("bytes", &["base64"]),
        ("bytes", &["blob"]),
        ("tuple", &["items"]),
        ("tuple", &["name", "fields", "items"]),
        ("set", &["items"]),
        ("frozenset", &["items"]),
        ("dict", &["items"]),
        ("complex", &["real", "imag"]),
        ("range", &["start", "stop", "step"]),
        ("datetime", &["value"]),
        ("timedelta", &["days", "seconds", "microseconds"]),
        ("decimal", &["value"]),
        ("fraction", &["numerator", "denominator"]),
        ("uuid", &["value"]),
        ("enum", &["class", "name"]),
        ("dataclass", &["name", "fields"]),
        ("truncated", &["class", "repr"]),
    ];
    for (kind, parts) in kinds {
        for wrong in ["null", "[null]", "[[1]]", r#"{"x":1}"#, "1.5", "-1", "true", r#"{"$type":"blob","index":0}"#] {
            let parts: String = parts.iter().map(|part| format!(r#","{part}":{wrong}"#)).collect();
            let form = format!(r#"{{"$type":"{kind}"{parts}}}"#);
            let found = value(&form);
            // Lists of anything, and numbers, are right for some.
            let is_right = match kind {
                "tuple" | "set" | "frozenset" => wrong.starts_with('[') && !form.contains("fields"),
                "complex" => wrong.starts_with(['1', '-']),
                "range" | "timedelta" | "fraction" => wrong == "-1",
                _ => false,
            };
            assert_eq!(is_unreadable(&found), !is_right, "{form}: {found:?}");
        }
    }
    for form in [
        r#"{"$type":5}"#,
        r#"{"$type":"blob","index":0}"#,
        r#"{"$type":"str","surrogatepass":"?"}"#,
        r#"{"$type":"object","class":1,"repr":"x"}"#,
        r#"{"a":{"$type":"cycle","blob":7}}"#,
        r#"{"$type":"ndarray","dtype":"int64","shape":[1],"blob":"x"}"#,
    ] {
        assert!(is_unreadable(&value(form)), "{form}");
    }
}

#[test]
fn a_value_is_read_as_before_whatever_the_order_of_its_members() {
    assert_eq!(value(r#"{"items":[1],"$type":"tuple"}"#), Value::Tuple(vec![Value::Int(1)]));
    let dict = Value::Dict(vec![("a".into(), Value::Int(2)), ("b".into(), Value::Int(1))]);
    assert_eq!(value(r#"{"a":1,"b":1,"a":2}"#), dict);
    let many: String = (0..20).map(|n| format!(r#""{n}":0,"#)).collect();
    let Value::Dict(pairs) = value(&format!(r#"{{{many}"3":1}}"#)) else { panic!() };
    assert_eq!((pairs.len(), &pairs[3].1), (20, &Value::Int(1)));
}

#[test]
fn a_large_value_is_replaced_and_the_others_are_kept() {
    let ones = "1,".repeat(200_000);
    for large in [
        format!("[{ones}1]"),
        format!(r#"{{"a":[[{ones}1]]}}"#),
        format!(r#"[{}1]"#, r#"{"$type":"uuid","value":""},"#.repeat(20_000)),
        format!(r#"["{}"]"#, "x".repeat(20_000_000)),
    ] {
        let values = format!(r#"{{"final":{large},"outputs":{{"a":1,"x":{large},"b":{large}}}}}"#);
        let (answer, is_usable) = read(SUCCESS, &values, Vec::new(), 1 << 20);
        assert!(is_usable && answer.outcome == Outcome::Success && answer.error.is_none());
        let is_cut = |value: &Value| matches!(value, Value::Tagged { kind, .. } if kind == "truncated");
        assert!(is_cut(&answer.final_expression.unwrap()));
        assert_eq!(answer.outputs.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(answer.outputs["a"], Value::Int(1));
        assert!(is_cut(&answer.outputs["b"]));
    }
}

#[test]
fn a_damaged_text_keeps_the_values_before_it() {
    for (values, expected) in [
        (r#"{"outputs":{"a":1,"b":"#, Some(1)),
        (r#"{"outputs":{"a":1}}x"#, Some(1)),
        (r#"{"final":[}"#, None),
        ("[]", None),
        (&"[".repeat(1000), None),
    ] {
        let (answer, is_usable) = read(SUCCESS, values, Vec::new(), 1 << 20);
        assert!(!is_usable && answer.outcome == Outcome::Crashed && answer.repr.as_deref() == Some("..."));
        assert!(answer.error.unwrap().message.contains("damaged"), "{values}");
        assert_eq!(answer.outputs.get("a"), expected.map(Value::Int).as_ref(), "{values}");
    }
}

#[test]
fn reading_ends_when_the_time_does() {
    let values = format!(r#"{{"outputs":{{"a":1}},"final":[{}1]}}"#, "1,".repeat(100_000));
    let names = ["a".to_owned()];
    let decoder = Decoder::new(u64::MAX, Vec::new(), &|| true);
    let (document, error) = Document::read(values.as_bytes(), &names, &decoder);
    assert!(error.is_some() && decoder.is_late());
    assert_eq!(document.outputs["a"], Ok(Value::Int(1)));
    assert!(document.final_expression.is_none());
}

#[test]
fn texts_of_a_report_are_cut() {
    let long = "é".repeat(5 << 20);
    let frame = format!(r#"{{"file":"{long}","function":"{long}","source":"{long}"}}"#);
    let error = format!(
        r#"{{"type":"{long}","module":"{long}","message":"{long}","traceback":"{long}","file":"{long}",
        "source":"{long}","frames":[{frame}{}]}}"#,
        ",{}".repeat(1_000_000)
    );
    let response = format!(r#"{{"status":"error","repr":"{long}","error":{error}}}"#);
    let (answer, is_usable) = read(&response, "", Vec::new(), 1 << 20);
    assert!(is_usable && answer.repr_truncated);
    let error = answer.error.unwrap();
    let frame = &error.frames[0];
    let lengths: BTreeMap<&str, usize> = [
        ("kind", error.kind.len()),
        ("module", error.module.len()),
        ("message", error.message.len()),
        ("traceback", error.traceback.len()),
        ("frames", error.frames.len()),
        ("file", frame.file.len()),
        ("function", frame.function.len()),
        ("source", frame.source.as_ref().unwrap().len()),
        ("repr", answer.repr.unwrap().len()),
    ]
    .into();
    let most = lengths.values().max().unwrap();
    assert!(*most <= TRACEBACK_BYTES && lengths["frames"] == 64 && lengths["repr"] == 100, "{lengths:?}");
    assert!(lengths["kind"] <= NAME_BYTES && lengths["source"] <= LINE_BYTES, "{lengths:?}");
}

#[test]
fn a_plain_final_value_is_small() {
    let plain = |form: &str| read(&format!(r#"{{"status":"success","final":{form}}}"#), "", Vec::new(), 0);
    assert_eq!(plain("41").0.final_expression, Some(Value::Int(41)));
    assert_eq!(plain("null").0.final_expression, Some(Value::None));
    assert!(!plain(&format!("[{}1]", "1,".repeat(1000))).1);
}
