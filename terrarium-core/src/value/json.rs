//! The JSON form of a [`Value`], for the harness and for users.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use serde_json::{Map, Value as Json, json};

use super::{NdArray, Value};
use crate::Bytes;

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
        from_wire(Json::deserialize(deserializer)?, &[]).map_err(de::Error::custom)
    }
}

/// Reads a value from its JSON form; `blobs` are the contents that were sent separately.
pub(crate) fn from_wire(json: Json, blobs: &[Bytes]) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(b) => Value::Bool(b),
        Json::Number(n) => match (n.as_i64(), n.as_u64(), n.as_f64()) {
            (Some(n), _, _) => Value::Int(n),
            (_, Some(n), _) => Value::BigInt(n.to_string()),
            (_, _, Some(x)) => Value::Float(x),
            _ => return Err(format!("{n} is not a number")),
        },
        Json::String(text) => Value::Str(text),
        Json::Array(items) => Value::List(list(items, blobs)?),
        Json::Object(mut members) => match members.remove(TAG) {
            Some(Json::String(kind)) => from_tagged(kind, members, blobs)?,
            Some(other) => return Err(format!("{TAG} is {other}, not a string")),
            None => Value::Dict(
                members
                    .into_iter()
                    .map(|(key, value)| Ok((Value::Str(key), from_wire(value, blobs)?)))
                    .collect::<Result<_, String>>()?,
            ),
        },
    })
}

/// Whether a text is an integer in a base: digits after an optional sign.
fn is_number(text: &str, base: u32) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base))
}

fn list(items: Vec<Json>, blobs: &[Bytes]) -> Result<Vec<Value>, String> {
    items.into_iter().map(|item| from_wire(item, blobs)).collect()
}

fn from_tagged(kind: String, mut members: Map<String, Json>, blobs: &[Bytes]) -> Result<Value, String> {
    if kind == "str" && members.contains_key("blob") {
        let bytes = blob(members.remove("blob"), blobs)?;
        return Ok(Value::Str(String::from_utf8_lossy(&bytes).into_owned()));
    }
    // A named tuple keeps its names, a date its time zone, and a duration of pandas its unit.
    let named = ["fields", "zone", "fold", "unit"].into_iter().any(|name| members.contains_key(name));
    let mut part = |name: &str| members.remove(name);
    let value = match kind.as_str() {
        "int" => match (part("value"), part("hex")) {
            (Some(Json::String(digits)), _) => match digits.parse() {
                Ok(n) => Value::Int(n),
                Err(_) if is_number(&digits, 10) => Value::BigInt(digits),
                Err(_) => return Err("int with other characters than digits".into()),
            },
            (_, Some(Json::String(hex))) if !is_number(&hex, 16) => {
                return Err("int with other characters than hexadecimal digits".into());
            }
            (_, Some(Json::String(hex))) => Value::BigInt(match hex.strip_prefix('-') {
                Some(digits) => format!("-0x{digits}"),
                None => format!("0x{hex}"),
            }),
            _ => return Err("int without digits".into()),
        },
        "float" => Value::Float(match text(part("value"))?.as_str() {
            "nan" => f64::NAN,
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            other => other.parse().map_err(|_| format!("float {other:?}"))?,
        }),
        "bytes" => match (part("base64"), part("blob")) {
            (Some(Json::String(base64)), _) => {
                Value::Bytes(STANDARD.decode(base64).map_err(|e| format!("bytes: {e}"))?.into())
            }
            (_, index) => Value::Bytes(blob(index, blobs)?),
        },
        "tuple" if !named => Value::Tuple(items(part("items"), blobs)?),
        "set" => Value::Set(items(part("items"), blobs)?),
        "frozenset" => Value::FrozenSet(items(part("items"), blobs)?),
        "dict" => Value::Dict(
            items(part("items"), blobs)?
                .into_iter()
                .map(|pair| match pair {
                    Value::List(pair) => match <[Value; 2]>::try_from(pair) {
                        Ok([key, value]) => Ok((key, value)),
                        Err(_) => Err("a dict item is not a pair".to_owned()),
                    },
                    _ => Err("a dict item is not a pair".to_owned()),
                })
                .collect::<Result<_, _>>()?,
        ),
        "complex" => Value::Complex { real: float(part("real"))?, imag: float(part("imag"))? },
        "datetime" if !named => Value::DateTime(text(part("value"))?),
        "date" if !named => Value::Date(text(part("value"))?),
        "time" if !named => Value::Time(text(part("value"))?),
        "timedelta" if !named => {
            let mut number = |name| part(name).and_then(|n| n.as_i64()).ok_or(format!("timedelta without {name}"));
            Value::TimeDelta {
                days: number("days")?,
                seconds: number("seconds")?,
                microseconds: number("microseconds")?,
            }
        }
        "decimal" => Value::Decimal(text(part("value"))?),
        "object" => Value::Object { class: text(part("class"))?, repr: text(part("repr"))? },
        _ => Value::tagged(kind, fields(members, blobs)?),
    };
    Ok(value)
}

fn fields(members: Map<String, Json>, blobs: &[Bytes]) -> Result<BTreeMap<String, Value>, String> {
    members
        .into_iter()
        .map(|(name, part)| match name.as_str() {
            // Contents that were sent separately take their place among the parts.
            "blob" => Ok(("data".to_owned(), Value::Bytes(blob(Some(part), blobs)?))),
            _ => Ok((name, from_wire(part, blobs)?)),
        })
        .collect()
}

fn items(part: Option<Json>, blobs: &[Bytes]) -> Result<Vec<Value>, String> {
    match part {
        Some(Json::Array(items)) => list(items, blobs),
        _ => Err("no items".into()),
    }
}

fn text(part: Option<Json>) -> Result<String, String> {
    match part {
        Some(Json::String(text)) => Ok(text),
        other => Err(format!("{other:?} is not a text")),
    }
}

fn float(part: Option<Json>) -> Result<f64, String> {
    match from_wire(part.unwrap_or_default(), &[])? {
        Value::Float(x) => Ok(x),
        Value::Int(n) => Ok(n as f64),
        other => Err(format!("{other:?} is not a float")),
    }
}

fn blob(index: Option<Json>, blobs: &[Bytes]) -> Result<Bytes, String> {
    let index = index.as_ref().and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok());
    index.and_then(|n| blobs.get(n)).cloned().ok_or_else(|| "no such blob".to_owned())
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
