//! [`Value`]: a Python value on the host's side.

mod convert;
mod json;

pub(crate) use json::from_wire;

use std::collections::BTreeMap;

use crate::Bytes;

/// A Python value, with its type kept.
///
/// Its JSON form is plain where JSON has the type (`null`, booleans, numbers, strings, lists, dicts whose keys are
/// strings) and otherwise an object whose member `$type` names it, such as
/// `{"$type": "bytes", "base64": "AAE="}`. Integers beyond 2^53 - 1 are tagged too, so that no reader loses digits.
///
/// ```
/// use terrarium_core::Value;
///
/// let pair = Value::Tuple(vec![Value::Int(1), Value::Str("a".into())]);
/// let json = serde_json::to_string(&pair).unwrap();
/// assert_eq!(json, r#"{"$type":"tuple","items":[1,"a"]}"#);
/// assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), pair);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `None`.
    None,
    /// A `bool`.
    Bool(bool),
    /// An `int` that fits 64 bits.
    Int(i64),
    /// Any other `int`, in decimal digits, or in hexadecimal ones after `0x` when it is very large.
    BigInt(String),
    /// A `float`, with nan and the infinities.
    Float(f64),
    /// A `str`.
    Str(String),
    /// `bytes` or a `bytearray`.
    Bytes(Bytes),
    /// A `list`.
    List(Vec<Value>),
    /// A `tuple`.
    Tuple(Vec<Value>),
    /// A `set`.
    Set(Vec<Value>),
    /// A `frozenset`.
    FrozenSet(Vec<Value>),
    /// A `dict`, in its own order, with keys of any type.
    Dict(Vec<(Value, Value)>),
    /// A `complex` number.
    Complex {
        /// The real part.
        real: f64,
        /// The imaginary part.
        imag: f64,
    },
    /// A `datetime.datetime` in ISO 8601.
    DateTime(String),
    /// A `datetime.date` in ISO 8601.
    Date(String),
    /// A `datetime.time` in ISO 8601.
    Time(String),
    /// A `datetime.timedelta`.
    TimeDelta {
        /// Whole days; negative for a negative duration.
        days: i64,
        /// Seconds of the day, 0 to 86,399.
        seconds: i64,
        /// Microseconds of the second, 0 to 999,999.
        microseconds: i64,
    },
    /// A `decimal.Decimal` in its own notation.
    Decimal(String),
    /// A value that has no form of its own here.
    Object {
        /// The class, with its module: `re.Pattern`.
        class: String,
        /// What `repr()` says, cut at a bound.
        repr: String,
    },
    /// A value of another kind that keeps its parts: `namedtuple`, `dataclass`, `enum`, `fraction`, `uuid`, `path`,
    /// `range`, `ndarray`, `dataframe`, `series`, and also `cycle` (a container inside itself) and `truncated`
    /// (larger than [`SandboxOptions::value_bytes`](crate::SandboxOptions::value_bytes)).
    Tagged {
        /// The kind's name.
        kind: String,
        /// Its parts by name.
        fields: BTreeMap<String, Value>,
    },
}

impl Value {
    /// The integer, if it is one that fits 64 bits.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from(41).as_i64(), Some(41));
    /// ```
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The number as a float, if it is an `int` that fits or a `float`.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from(0.5).as_f64(), Some(0.5));
    /// ```
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            _ => None,
        }
    }

    /// The text, if it is a `str`.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from("a").as_str(), Some("a"));
    /// ```
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The content, if it is `bytes` or a `bytearray`.
    ///
    /// ```
    /// use terrarium_core::{Bytes, Value};
    ///
    /// assert_eq!(Value::from(Bytes::from("ab")).as_bytes(), Some(&b"ab"[..]));
    /// ```
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The items, if it is a `list`, `tuple`, `set` or `frozenset`.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from(vec![1, 2]).items().map(<[_]>::len), Some(2));
    /// ```
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) | Self::FrozenSet(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a `dict`'s key that is a `str`.
    ///
    /// ```
    /// use terrarium_core::Value;
    ///
    /// let dict: Value = serde_json::from_str(r#"{"a": 1}"#).unwrap();
    /// assert_eq!(dict.get("a"), Some(&Value::Int(1)));
    /// assert_eq!(dict.get("b"), None);
    /// ```
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Dict(pairs) => pairs.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v),
            _ => None,
        }
    }
}
