//! Conversions between [`Value`] and Rust's types.

use std::{collections::BTreeMap, convert::Infallible, fmt};

use super::{Column, Dtype, Layout, Value};
use crate::Bytes;

macro_rules! from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from! {
    bool => Bool,
    i8 => Int,
    i16 => Int,
    i32 => Int,
    i64 => Int,
    u8 => Int,
    u16 => Int,
    u32 => Int,
    f32 => Float,
    f64 => Float,
    &str => Str,
    String => Str,
    Bytes => Bytes,
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self::BigInt(value.to_string()), Self::Int)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl<T: Into<Value>> From<BTreeMap<String, T>> for Value {
    fn from(items: BTreeMap<String, T>) -> Self {
        Self::Dict(items.into_iter().map(|(key, value)| (Self::Str(key), value.into())).collect())
    }
}

macro_rules! from_numbers {
    ($($type:ty => $dtype:expr),* $(,)?) => {$(
        impl From<Vec<$type>> for Column {
            fn from(values: Vec<$type>) -> Self {
                let length = values.len();
                let data: Vec<u8> = values.into_iter().flat_map(<$type>::to_le_bytes).collect();
                Self { dtype: $dtype, layout: Layout::Fixed { length, data: data.into(), validity: None } }
            }
        }
    )*};
}

from_numbers! {
    i8 => Dtype::Int(8),
    i16 => Dtype::Int(16),
    i32 => Dtype::Int(32),
    i64 => Dtype::Int(64),
    u8 => Dtype::UInt(8),
    u16 => Dtype::UInt(16),
    u32 => Dtype::UInt(32),
    u64 => Dtype::UInt(64),
    f32 => Dtype::Float(32),
    f64 => Dtype::Float(64),
}

impl From<Vec<bool>> for Column {
    fn from(values: Vec<bool>) -> Self {
        let length = values.len();
        let data: Vec<u8> = values.into_iter().map(u8::from).collect();
        Self { dtype: Dtype::Bool, layout: Layout::Fixed { length, data: data.into(), validity: None } }
    }
}

impl From<Vec<String>> for Column {
    fn from(values: Vec<String>) -> Self {
        Self::new(Dtype::Str, values)
    }
}

impl From<Vec<&str>> for Column {
    fn from(values: Vec<&str>) -> Self {
        Self::new(Dtype::Str, values)
    }
}

impl From<Column> for Value {
    fn from(column: Column) -> Self {
        Self::Column(Box::new(column))
    }
}

/// The reason why a [`Value`] cannot be converted to a Rust type.
///
/// ```
/// use terrarium_core::Value;
///
/// let error = u8::try_from(Value::from(300)).unwrap_err();
/// assert_eq!(error.to_string(), "expected u8, found the int 300");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError(String);

impl ValueError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// Returns the error of a value that is not of the type `wanted`.
    pub(super) fn no(wanted: &str, value: &Value) -> Self {
        let kind = match value {
            Value::None => "None",
            Value::Bool(_) => "a bool",
            Value::Int(number) => return Self(format!("expected {wanted}, found the int {number}")),
            Value::BigInt(_) => "a large int",
            Value::Float(_) => "a float",
            Value::Str(_) => "a str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::Set(_) => "a set",
            Value::FrozenSet(_) => "a frozenset",
            Value::Dict(_) => "a dict",
            Value::Complex { .. } => "a complex number",
            Value::DateTime(_) => "a datetime",
            Value::Date(_) => "a date",
            Value::Time(_) => "a time",
            Value::TimeDelta { .. } => "a timedelta",
            Value::Decimal(_) => "a Decimal",
            Value::Object { class, .. } => class,
            Value::NdArray(_) => "an array",
            Value::DataFrame(_) => "a table",
            Value::Series(_) => "a series",
            Value::Index(_) => "an index",
            Value::Column(_) => "a column",
            Value::Tagged { kind, .. } => kind,
        };
        Self(format!("expected {wanted}, found {kind}"))
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ValueError {}

impl From<Infallible> for ValueError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

macro_rules! integers {
    ($($type:ident),*) => {$(
        impl TryFrom<Value> for $type {
            type Error = ValueError;

            fn try_from(value: Value) -> Result<Self, ValueError> {
                let fits = match &value {
                    Value::Int(number) => Self::try_from(*number).ok(),
                    Value::BigInt(digits) => digits.parse().ok(),
                    _ => None,
                };
                fits.ok_or_else(|| ValueError::no(stringify!($type), &value))
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl TryFrom<Value> for bool {
    type Error = ValueError;

    fn try_from(value: Value) -> Result<Self, ValueError> {
        value.as_bool().ok_or_else(|| ValueError::no("a bool", &value))
    }
}

impl TryFrom<Value> for f64 {
    type Error = ValueError;

    fn try_from(value: Value) -> Result<Self, ValueError> {
        value.as_f64().ok_or_else(|| ValueError::no("a float", &value))
    }
}

impl TryFrom<Value> for String {
    type Error = ValueError;

    fn try_from(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Str(text) => Ok(text),
            other => Err(ValueError::no("a str", &other)),
        }
    }
}

impl TryFrom<Value> for Bytes {
    type Error = ValueError;

    fn try_from(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(ValueError::no("bytes", &other)),
        }
    }
}

/// Converts from a `list`, `tuple`, `set` or `frozenset`, or from `bytes`, whose items are integers.
impl<T: TryFrom<Value>> TryFrom<Value> for Vec<T>
where
    ValueError: From<T::Error>,
{
    type Error = ValueError;

    fn try_from(value: Value) -> Result<Self, ValueError> {
        let item = |item: Value| T::try_from(item).map_err(ValueError::from);
        match value {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => {
                items.into_iter().map(item).collect()
            }
            Value::Bytes(bytes) => bytes.iter().map(|byte| item(Value::from(*byte))).collect(),
            other => Err(ValueError::no("a list", &other)),
        }
    }
}

/// Converts from a `dict` whose keys are all of type `str`.
impl<T: TryFrom<Value>> TryFrom<Value> for BTreeMap<String, T>
where
    ValueError: From<T::Error>,
{
    type Error = ValueError;

    fn try_from(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Dict(pairs) => {
                pairs.into_iter().map(|(key, value)| Ok((String::try_from(key)?, T::try_from(value)?))).collect()
            }
            other => Err(ValueError::no("a dict", &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_types_of_rust_or_say_why_not() {
        let list = Value::Tuple(vec![Value::Int(1), Value::Int(2)]);
        assert_eq!(Vec::<u8>::try_from(list.clone()), Ok(vec![1, 2]));
        assert_eq!(Vec::<Value>::try_from(list), Ok(vec![Value::Int(1), Value::Int(2)]));
        assert_eq!(Vec::<u8>::try_from(Value::from(Bytes::from("ab"))), Ok(b"ab".to_vec()));
        let dict = Value::from(BTreeMap::from([("a".to_owned(), 0.5)]));
        assert_eq!(BTreeMap::<String, f64>::try_from(dict), Ok([("a".to_owned(), 0.5)].into()));
        assert_eq!(u64::try_from(Value::from(u64::MAX)), Ok(u64::MAX));
        assert_eq!(u128::try_from(Value::BigInt(u128::MAX.to_string())), Ok(u128::MAX));
        assert_eq!(f64::try_from(Value::Int(2)), Ok(2.0));
        assert_eq!(bool::try_from(Value::Bool(true)), Ok(true));

        let text = |error: ValueError| error.to_string();
        assert_eq!(u8::try_from(Value::Int(-1)).map_err(text), Err("expected u8, found the int -1".to_owned()));
        assert_eq!(bool::try_from(Value::Int(1)).map_err(text), Err("expected a bool, found the int 1".to_owned()));
        let mixed = Value::List(vec![Value::Int(1), Value::None]);
        assert_eq!(Vec::<i64>::try_from(mixed).map_err(text), Err("expected i64, found None".to_owned()));
    }
}
