//! The JSON form of a [`Value`], for the harness and for users.

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};
use serde_json::json;

use super::{NdArray, Value, decode::from_caller};

/// The largest integer that every JSON reader keeps exactly.
const SAFE: i64 = (1 << 53) - 1;
/// The member that names the kind of a tagged value.
pub(super) const TAG: &str = "$type";

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Int(n) if (-SAFE..=SAFE).contains(n) => serializer.serialize_i64(*n),
            Self::Int(n) => tagged(serializer, "int", [("value", json!(n.to_string()))]),
            Self::BigInt(digits) => match (digits.strip_prefix("-0x"), digits.strip_prefix("0x")) {
                (Some(hex), _) => tagged(serializer, "int", [("hex", format!("-{hex}"))]),
                (_, Some(hex)) => tagged(serializer, "int", [("hex", hex)]),
                _ => tagged(serializer, "int", [("value", digits)]),
            },
            Self::Float(x) if x.is_finite() => serializer.serialize_f64(*x),
            Self::Float(x) => tagged(serializer, "float", [("value", json!(name_of(*x)))]),
            Self::Str(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => tagged(serializer, "bytes", [("base64", bytes)]),
            Self::List(items) => items.serialize(serializer),
            Self::Tuple(items) => tagged(serializer, "tuple", [("items", items)]),
            Self::Set(items) => tagged(serializer, "set", [("items", items)]),
            Self::FrozenSet(items) => tagged(serializer, "frozenset", [("items", items)]),
            Self::Dict(pairs) => dict(serializer, pairs),
            Self::Complex { real, imag } => {
                tagged(serializer, "complex", [("real", Self::Float(*real)), ("imag", Self::Float(*imag))])
            }
            Self::DateTime(text) => tagged(serializer, "datetime", [("value", text)]),
            Self::Date(text) => tagged(serializer, "date", [("value", text)]),
            Self::Time(text) => tagged(serializer, "time", [("value", text)]),
            Self::TimeDelta { days, seconds, microseconds } => {
                let parts = [("days", days), ("seconds", seconds), ("microseconds", microseconds)];
                tagged(serializer, "timedelta", parts)
            }
            Self::Decimal(text) => tagged(serializer, "decimal", [("value", text)]),
            Self::Object { class, repr } => tagged(serializer, "object", [("class", class), ("repr", repr)]),
            Self::NdArray(array) => tagged(serializer, NdArray::KIND, array.fields()),
            Self::DataFrame(table) => table.serialize(serializer),
            Self::Series(series) => series.serialize(serializer),
            Self::Index(index) => index.serialize(serializer),
            Self::Column(column) => column.serialize(serializer),
            Self::Tagged { kind, fields } => tagged(serializer, kind, fields),
        }
    }
}

fn name_of(x: f64) -> &'static str {
    match x {
        x if x.is_nan() => "nan",
        x if x > 0.0 => "inf",
        _ => "-inf",
    }
}

fn tagged<S: Serializer, K: Serialize, V: Serialize>(
    serializer: S,
    kind: &str,
    parts: impl IntoIterator<Item = (K, V)>,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry(TAG, kind)?;
    for (name, part) in parts {
        map.serialize_entry(&name, &part)?;
    }
    map.end()
}

fn dict<S: Serializer>(serializer: S, pairs: &[(Value, Value)]) -> Result<S::Ok, S::Error> {
    if pairs.iter().any(|(key, _)| key.as_str().is_none_or(|key| key == TAG)) {
        return tagged(serializer, "dict", [("items", pairs)]);
    }
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (key, value) in pairs {
        map.serialize_entry(key.as_str().unwrap_or_default(), value)?;
    }
    map.end()
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_caller(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_with_other_characters_are_refused() {
        for text in [
            r#"{"$type": "int", "hex": "zz"}"#,
            r#"{"$type": "int", "hex": ""}"#,
            r#"{"$type": "int", "value": "1q"}"#,
            r#"{"$type": "int", "value": "-"}"#,
        ] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
        for (text, digits) in [
            (r#"{"$type": "int", "hex": "-fF"}"#, "-0xfF"),
            (r#"{"$type": "int", "value": "-99999999999999999999"}"#, "-99999999999999999999"),
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(value, Value::BigInt(digits.to_owned()), "{text}");
        }
    }
}
