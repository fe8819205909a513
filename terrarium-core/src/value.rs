//! [`Value`]: a Python value on the host's side.

mod column;
mod convert;
mod dataframe;
mod decode;
mod deserialize;
mod dtype;
mod elements;
mod index;
mod json;
mod ndarray;
mod plain;
mod tables_json;
mod tagged;

pub use column::{Column, Layout};
pub use convert::ValueError;
pub use dataframe::{DataFrame, Series};
pub(crate) use decode::{Decoder, Fault, Whole};
pub use dtype::Dtype;
pub use index::{Index, Labels};
pub use ndarray::NdArray;
pub(crate) use plain::Plain;

use std::collections::BTreeMap;

use crate::Bytes;

/// A Python value that keeps its type.
///
/// The JSON form is plain where JSON has the type (`null`, booleans, numbers, strings, lists, dicts whose keys are
/// strings). Other values are objects whose member `$type` names the type, such as `{"$type": "bytes", "base64":
/// "AAE="}`. Integers beyond 2^53 - 1 are tagged too, so that no reader loses digits.
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
    /// Any other `int`, in decimal digits, or in hexadecimal digits after `0x` when it is very large.
    BigInt(String),
    /// A `float`, including nan and the infinities.
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
    /// A `dict` in insertion order, with keys of any type.
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
    /// A `decimal.Decimal` in decimal or scientific notation.
    Decimal(String),
    /// A value without a specific form here.
    Object {
        /// The class, with its module: `re.Pattern`.
        class: String,
        /// The `repr()` of the value, cut at a bound.
        repr: String,
    },
    /// A numpy array.
    NdArray(NdArray),
    /// A pandas table.
    DataFrame(Box<DataFrame>),
    /// A pandas series.
    Series(Box<Series>),
    /// The labels of rows or columns: an `Index` or `MultiIndex` of pandas.
    Index(Box<Index>),
    /// An array of pandas, such as a `Categorical`.
    Column(Box<Column>),
    /// A value of another kind that keeps its parts: `tuple` (a named tuple), `dataclass`, `enum`, `fraction`, `uuid`,
    /// `path`, `range`, `deque`, and also `cycle` (a container inside itself) and `truncated` (larger than
    /// [`SandboxOptions::value_bytes`](crate::SandboxOptions::value_bytes)).
    ///
    /// A `datetime` or `time` with the name of its time zone (`zone`) or a `fold` is tagged too, and so are the scalars
    /// of pandas and numpy: `datetime` and `timedelta` with a `unit`, `period`, `interval`, `offset`, `datetime64`,
    /// `timedelta64`, `longdouble`, `nat` and `na`.
    Tagged {
        /// The kind's name.
        kind: String,
        /// The parts by name.
        fields: BTreeMap<String, Value>,
    },
}

impl Value {
    /// Creates the value of the kind that JSON calls `kind` from its parts: an array, a table, or a
    /// [`Tagged`](Self::Tagged) value.
    ///
    /// ```
    /// use terrarium_core::Value;
    ///
    /// let fields = [("value".to_owned(), Value::from("/tmp"))].into();
    /// assert!(matches!(Value::tagged("path", fields), Value::Tagged { .. }));
    /// ```
    #[must_use]
    pub fn tagged(kind: impl Into<String>, fields: BTreeMap<String, Value>) -> Self {
        let kind = kind.into();
        let made = match kind.as_str() {
            NdArray::KIND => NdArray::from_fields(fields).map(Self::NdArray),
            DataFrame::KIND => DataFrame::from_fields(fields).map(Self::from),
            Series::KIND => Series::from_fields(fields).map(Self::from),
            Index::KIND | Index::MULTI => Index::from_fields(&kind, fields).map(Self::from),
            Column::KIND => Column::from_fields(fields).map(Self::from),
            _ => Err(fields),
        };
        made.unwrap_or_else(|fields| Self::Tagged { kind, fields })
    }

    /// Takes an array, a table or a [`Tagged`](Self::Tagged) value apart: the kind's name in JSON, and the parts, from
    /// which [`tagged`](Self::tagged) makes the value again.
    ///
    /// # Errors
    /// The value, if it is of another kind.
    pub fn into_tagged(self) -> Result<(String, BTreeMap<String, Value>), Value> {
        let (kind, fields) = match self {
            Self::NdArray(array) => (NdArray::KIND, array.into_fields()),
            Self::DataFrame(table) => (DataFrame::KIND, table.into_fields()),
            Self::Series(series) => (Series::KIND, series.into_fields()),
            Self::Index(index) => index.into_fields(),
            Self::Column(column) => (Column::KIND, column.into_fields()),
            Self::Tagged { kind, fields } => return Ok((kind, fields)),
            other => return Err(other),
        };
        Ok((kind.to_owned(), fields))
    }

    /// Returns the direct children of a container or a [`Tagged`](Self::Tagged) value: items, keys and parts.
    pub fn children_mut(&mut self) -> Vec<&mut Value> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) | Self::FrozenSet(items) => {
                items.iter_mut().collect()
            }
            Self::Dict(pairs) => pairs.iter_mut().flat_map(|(key, item)| [key, item]).collect(),
            Self::Tagged { fields, .. } => fields.values_mut().collect(),
            _ => Vec::new(),
        }
    }

    /// Moves the contents of at least `bytes` bytes to the end of `contents`: a `bytes` in the value becomes one of the
    /// kind `blob`, whose part `index` is its place there. Arrays and tables are taken apart; their JSON form is the same.
    ///
    /// ```
    /// use terrarium_core::{Bytes, Value};
    ///
    /// let (mut value, mut contents) = (Value::Bytes(Bytes::from(vec![7; 5000])), Vec::new());
    /// value.set_aside(1024, &mut contents);
    /// assert_eq!(contents[0].len(), 5000);
    /// assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"$type":"blob","index":0}"#);
    /// ```
    pub fn set_aside(&mut self, bytes: usize, contents: &mut Vec<Bytes>) {
        let mut part = match std::mem::replace(self, Self::None).into_tagged() {
            Ok((kind, fields)) => Self::Tagged { kind, fields },
            Err(other) => other,
        };
        match &mut part {
            Self::Bytes(content) if content.len() >= bytes => {
                let index = Self::Int(i64::try_from(contents.len()).unwrap_or(i64::MAX));
                contents.push(std::mem::take(content));
                part = Self::Tagged { kind: "blob".to_owned(), fields: [("index".to_owned(), index)].into() };
            }
            other => other.children_mut().into_iter().for_each(|child| child.set_aside(bytes, contents)),
        }
        *self = part;
    }

    /// Whether the value is `None`.
    ///
    /// ```
    /// assert!(terrarium_core::Value::None.is_none());
    /// ```
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Returns the truth value of a `bool`.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from(true).as_bool(), Some(true));
    /// ```
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// Returns the items of a `list`.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from(vec![1, 2]).as_list().map(<[_]>::len), Some(2));
    /// ```
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the keys and values of a `dict`, in its order.
    ///
    /// ```
    /// let dict: terrarium_core::Value = serde_json::from_str(r#"{"a": 1}"#).unwrap();
    /// assert_eq!(dict.as_dict().map(<[_]>::len), Some(1));
    /// ```
    #[must_use]
    pub fn as_dict(&self) -> Option<&[(Value, Value)]> {
        match self {
            Self::Dict(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// Returns an integer that fits 64 bits.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from(41).as_i64(), Some(41));
    /// ```
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// Returns a `float`, or an `int` that fits 64 bits, as a float.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from(0.5).as_f64(), Some(0.5));
    /// ```
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            _ => None,
        }
    }

    /// Returns the text of a `str`.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from("a").as_str(), Some("a"));
    /// ```
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the content of `bytes` or a `bytearray`.
    ///
    /// ```
    /// use terrarium_core::{Bytes, Value};
    ///
    /// assert_eq!(Value::from(Bytes::from("ab")).as_bytes(), Some(&b"ab"[..]));
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Returns the items of a `list`, `tuple`, `set` or `frozenset`.
    ///
    /// ```
    /// assert_eq!(terrarium_core::Value::from(vec![1, 2]).items().map(<[_]>::len), Some(2));
    /// ```
    #[must_use]
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) | Self::FrozenSet(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the value of a `dict`'s key that is a `str`.
    ///
    /// ```
    /// use terrarium_core::Value;
    ///
    /// let dict: Value = serde_json::from_str(r#"{"a": 1}"#).unwrap();
    /// assert_eq!(dict.get("a"), Some(&Value::Int(1)));
    /// assert_eq!(dict.get("b"), None);
    /// ```
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Dict(pairs) => pairs.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v),
            _ => None,
        }
    }
}
