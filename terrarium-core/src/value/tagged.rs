//! Tagged values out of the members of their JSON form.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Value,
    decode::{Decoder, PARTS},
    json::TAG,
};
use crate::Bytes;

/// The longest decimal number: Python itself writes longer ones in hexadecimal digits here, since the time to read decimal
/// digits grows with the square of their number.
const DECIMAL_DIGITS: usize = 4300;

/// The members of a tagged value that were not taken yet.
struct Members(Vec<(Value, Value)>);

impl Members {
    fn take(&mut self, name: &str) -> Option<Value> {
        let place = self.0.iter().position(|(member, _)| member.as_str() == Some(name))?;
        Some(self.0.swap_remove(place).1)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, _)| member.as_str() == Some(name))
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        match self.take(name) {
            Some(Value::Str(text)) => Ok(text),
            _ => Err(format!("{name} is not a text")),
        }
    }

    fn items(&mut self) -> Result<Vec<Value>, String> {
        match self.take("items") {
            Some(Value::List(items)) => Ok(items),
            _ => Err("no items".to_owned()),
        }
    }

    fn float(&mut self, name: &str) -> Result<f64, String> {
        self.take(name).as_ref().and_then(Value::as_f64).ok_or_else(|| format!("{name} is not a float"))
    }

    fn whole(&mut self, name: &str) -> Result<i64, String> {
        self.take(name).as_ref().and_then(Value::as_i64).ok_or_else(|| format!("{name} is not an integer"))
    }

    /// Returns the parts by name. A content that was sent separately takes its place among them.
    fn parts(self, decoder: &Decoder<'_>) -> Result<BTreeMap<String, Value>, String> {
        let part = |(name, part): (Value, Value)| match name {
            Value::Str(name) if name == "blob" => Ok(("data".to_owned(), Value::Bytes(decoder.blob(Some(&part))?))),
            Value::Str(name) => Ok((name, part)),
            _ => Err("a name is not a text".to_owned()),
        };
        self.0.into_iter().map(part).collect()
    }
}

/// Returns the tagged value with these members, one of which is the tag.
pub(super) fn value(members: Vec<(Value, Value)>, decoder: &Decoder<'_>) -> Result<Value, String> {
    let mut members = Members(members);
    let kind = members.text(TAG)?;
    // A named tuple keeps its names, a date its time zone, and a duration of pandas its unit.
    let is_named = ["fields", "zone", "fold", "unit"].into_iter().any(|name| members.has(name));
    Ok(match kind.as_str() {
        "str" if members.has("blob") => {
            let content = decoder.blob(members.take("blob").as_ref())?.into_vec();
            Value::Str(
                String::from_utf8(content)
                    .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
            )
        }
        "int" => integer(members, decoder.is_forgeable())?,
        "float" => Value::Float(match members.text("value")?.as_str() {
            "nan" => f64::NAN,
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            other => other.parse().map_err(|_| "float with other characters than a number's".to_owned())?,
        }),
        "bytes" => Value::Bytes(match members.take("base64") {
            Some(Value::Str(base64)) => decoded(&base64)?,
            _ => decoder.blob(members.take("blob").as_ref())?,
        }),
        "tuple" if !is_named => Value::Tuple(members.items()?),
        "set" => Value::Set(members.items()?),
        "frozenset" => Value::FrozenSet(members.items()?),
        "dict" => Value::Dict(members.items()?.into_iter().map(pair).collect::<Result<_, _>>()?),
        "complex" => Value::Complex { real: members.float("real")?, imag: members.float("imag")? },
        "datetime" if !is_named => Value::DateTime(members.text("value")?),
        "date" if !is_named => Value::Date(members.text("value")?),
        "time" if !is_named => Value::Time(members.text("value")?),
        "timedelta" if !is_named => Value::TimeDelta {
            days: members.whole("days")?,
            seconds: members.whole("seconds")?,
            microseconds: members.whole("microseconds")?,
        },
        "decimal" => Value::Decimal(members.text("value")?),
        "object" => Value::Object { class: members.text("class")?, repr: members.text("repr")? },
        _ => {
            if !decoder.charge(PARTS) {
                return Ok(Value::None);
            }
            let parts = members.parts(decoder)?;
            if decoder.is_forgeable() {
                check(&kind, &parts)?;
            }
            Value::tagged(kind, parts)
        }
    })
}

fn integer(mut members: Members, is_forgeable: bool) -> Result<Value, String> {
    match (members.take("value"), members.take("hex")) {
        (Some(Value::Str(digits)), _) => match digits.parse() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) if is_forgeable && digits.len() > DECIMAL_DIGITS => Err("int with too many digits".to_owned()),
            Err(_) if is_number(&digits, 10) => Ok(Value::BigInt(digits)),
            Err(_) => Err("int with other characters than digits".to_owned()),
        },
        (_, Some(Value::Str(hex))) if !is_number(&hex, 16) => {
            Err("int with other characters than hexadecimal digits".to_owned())
        }
        (_, Some(Value::Str(hex))) => Ok(Value::BigInt(match hex.strip_prefix('-') {
            Some(digits) => format!("-0x{digits}"),
            None => format!("0x{hex}"),
        })),
        _ => Err("int without digits".to_owned()),
    }
}

/// Whether a text is an integer in a base: digits after an optional sign.
fn is_number(text: &str, base: u32) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base))
}

fn decoded(base64: &str) -> Result<Bytes, String> {
    STANDARD.decode(base64).map(Bytes::from).map_err(|error| format!("bytes: {error}"))
}

fn pair(item: Value) -> Result<(Value, Value), String> {
    match item {
        Value::List(pair) => match <[Value; 2]>::try_from(pair) {
            Ok([key, value]) => Ok((key, value)),
            Err(_) => Err("a dict item is not a pair".to_owned()),
        },
        _ => Err("a dict item is not a pair".to_owned()),
    }
}

/// Checks the parts of a kind, so that readers in other languages can rely on their types.
///
/// The parts of arrays and tables are checked by their readers: an array that is none is a value without a class.
fn check(kind: &str, parts: &BTreeMap<String, Value>) -> Result<(), String> {
    let is_text = |part: &Value| matches!(part, Value::Str(_));
    let is_whole = |part: &Value| matches!(part, Value::Int(_) | Value::BigInt(_));
    let is_any = |_: &Value| true;
    type Check<'a> = (&'a str, &'a dyn Fn(&Value) -> bool);
    let checks: &[Check<'_>] = match kind {
        // The way in which a host's binding sends contents, which is none of the guest's.
        "blob" => return Err("a guest has no value of the kind blob".to_owned()),
        "str" => &[("surrogatepass", &|part: &Value| part.as_str().is_some_and(|text| decoded(text).is_ok()))],
        "tuple" => &[
            ("name", &is_text),
            ("fields", &|part: &Value| part.as_list().is_some_and(|names| names.iter().all(is_text))),
            ("items", &|part: &Value| part.as_list().is_some()),
        ],
        "range" => &[("start", &is_whole), ("stop", &is_whole), ("step", &is_whole)],
        "fraction" => &[("numerator", &is_whole), ("denominator", &is_whole)],
        "uuid" | "path" => &[("value", &is_text)],
        "enum" => &[("class", &is_text), ("name", &is_text), ("value", &is_any)],
        "dataclass" => &[("name", &is_text), ("fields", &|part: &Value| part.as_dict().is_some())],
        "truncated" => &[("class", &is_text), ("repr", &is_text)],
        _ => &[],
    };
    match checks.iter().find(|(name, is_right)| !parts.get(*name).is_some_and(is_right)) {
        Some((name, _)) => Err(format!("the part {name} of the kind {kind} has another type")),
        None => Ok(()),
    }
}
