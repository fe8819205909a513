//! [`Value::deserialize`]: converts a value to any type that serde can read.

use std::fmt;

use serde::de::{
    self, DeserializeOwned, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor,
    value::{MapDeserializer, SeqDeserializer},
};

use super::{Value, ValueError};

impl Value {
    /// Converts the value to a type that serde can read.
    ///
    /// Structs are read from a `dict` whose keys are of type `str`, a `dataclass` or a named tuple; sequences from
    /// `list`, `tuple`, sets, arrays and series; a table is a sequence of its rows. Dates, times and `Decimal` are
    /// texts, and an `enum` is its value.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use terrarium_core::{Sandbox, ValueError};
    ///
    /// #[derive(Debug, PartialEq, Deserialize)]
    /// struct Point {
    ///     x: i32,
    ///     y: Option<f64>,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::new(Default::default())?;
    /// let result = sandbox.execute("[{'x': 1, 'y': 0.5}, {'x': 2, 'y': None}]")?;
    /// let points: Vec<Point> = result.final_expression.unwrap().deserialize()?;
    /// assert_eq!(points, [Point { x: 1, y: Some(0.5) }, Point { x: 2, y: None }]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ValueError`] with the expected type.
    pub fn deserialize<T: DeserializeOwned>(self) -> Result<T, ValueError> {
        T::deserialize(self)
    }

    /// Returns the members by name, if they have names.
    fn into_members(self) -> Result<Vec<(Value, Value)>, Value> {
        match self {
            Self::Dict(pairs) => Ok(pairs),
            Self::TimeDelta { days, seconds, microseconds } => {
                let parts = [("days", days), ("seconds", seconds), ("microseconds", microseconds)];
                Ok(parts.map(|(name, part)| (name.into(), part.into())).into())
            }
            Self::Object { class, repr } => Ok(vec![("class".into(), class.into()), ("repr".into(), repr.into())]),
            Self::Tagged { kind, mut fields } => match (kind.as_str(), fields.remove("fields")) {
                ("dataclass", Some(Self::Dict(members))) => Ok(members),
                ("tuple", Some(Self::List(names))) => match fields.remove("items") {
                    Some(Self::List(items)) => Ok(names.into_iter().zip(items).collect()),
                    _ => Ok(Vec::new()),
                },
                (_, part) => {
                    fields.extend(part.map(|part| ("fields".to_owned(), part)));
                    Ok(fields.into_iter().map(|(name, part)| (Self::Str(name), part)).collect())
                }
            },
            other => Err(other),
        }
    }

    /// Returns the items, if the value has items.
    fn into_items(self) -> Result<Vec<Value>, Value> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) | Self::FrozenSet(items) => Ok(items),
            Self::Bytes(bytes) => Ok(bytes.iter().map(|byte| Self::from(*byte)).collect()),
            Self::Complex { real, imag } => Ok(vec![real.into(), imag.into()]),
            Self::Tagged { kind, mut fields } if kind == "tuple" => match fields.remove("items") {
                Some(Self::List(items)) => Ok(items),
                _ => Err(Self::Tagged { kind, fields }),
            },
            Self::NdArray(array) => match array.values() {
                Some(values) => Ok(nested(values, &array.shape())),
                None => Err(Self::NdArray(array)),
            },
            // Without columns, there are rows without end in few bytes.
            Self::DataFrame(table) if !table.data().is_empty() => {
                let labels: Vec<_> = table.columns().iter().collect();
                let row = |row: Vec<Value>| Self::Dict(labels.iter().cloned().zip(row).collect());
                Ok(table.rows().map(row).collect())
            }
            Self::Series(series) => Ok(series.values().iter().collect()),
            Self::Column(column) => Ok(column.iter().collect()),
            other => Err(other),
        }
    }

    /// Returns the value that represents this one: the value of an `enum`, the text of a `uuid`, a `path` or a date;
    /// `None` for what is missing.
    fn into_plain(self) -> Self {
        match self {
            Self::Tagged { kind, .. } if matches!(kind.as_str(), "nat" | "na") => Self::None,
            Self::Tagged { kind, mut fields } if REPRESENTED.contains(&kind.as_str()) => match fields.remove("value") {
                Some(value) => value,
                None => Self::Tagged { kind, fields },
            },
            other => other,
        }
    }
}

/// The kinds whose part `value` represents them.
const REPRESENTED: [&str; 7] = ["enum", "uuid", "path", "datetime", "time", "datetime64", "period"];

/// Returns consecutive values as nested lists of this shape.
fn nested(values: Vec<Value>, shape: &[usize]) -> Vec<Value> {
    let mut values = values;
    for length in shape.iter().skip(1).rev().filter(|length| **length > 0) {
        values = values.chunks(*length).map(|row| Value::List(row.to_vec())).collect();
    }
    values
}

impl de::Error for ValueError {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new(reason.to_string())
    }
}

impl<'de> IntoDeserializer<'de, ValueError> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.into_plain() {
            Self::None => visitor.visit_unit(),
            Self::Bool(truth) => visitor.visit_bool(truth),
            Self::Int(number) => visitor.visit_i64(number),
            Self::BigInt(digits) => match (digits.parse(), digits.parse()) {
                (Ok(number), _) => visitor.visit_u64(number),
                (_, Ok(number)) => visitor.visit_i128(number),
                _ => visitor.visit_string(digits),
            },
            Self::Float(number) => visitor.visit_f64(number),
            Self::Str(text) | Self::DateTime(text) | Self::Date(text) | Self::Time(text) | Self::Decimal(text) => {
                visitor.visit_string(text)
            }
            Self::Bytes(bytes) => visitor.visit_byte_buf(bytes.into_vec()),
            named @ Self::Tagged { .. } if matches!(&named, Self::Tagged { kind, .. } if kind == "tuple") => {
                named.deserialize_seq(visitor)
            }
            other => match other.into_members() {
                Ok(members) => visit_members(members, visitor),
                Err(other) => other.deserialize_seq(visitor),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Self::None => visitor.visit_none(),
            Self::Tagged { kind, .. } if matches!(kind.as_str(), "nat" | "na") => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let items = self.into_plain().into_items().map_err(|other| ValueError::no("a list", &other))?;
        let mut items = SeqDeserializer::new(items.into_iter());
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let members = self.into_plain().into_members().map_err(|other| ValueError::no("a dict", &other))?;
        visit_members(members, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match self.into_plain().into_members() {
            Ok(members) => visit_members(members, visitor),
            Err(other) => other.deserialize_seq(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let variant = match self.into_plain() {
            name @ Self::Str(_) => Variant { name, content: None },
            Self::Dict(mut pairs) if pairs.len() == 1 => {
                let (name, content) = pairs.remove(0);
                Variant { name, content: Some(content) }
            }
            other => return Err(ValueError::no("a str or a dict with one key", &other)),
        };
        visitor.visit_enum(variant)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct identifier
        ignored_any
    }
}

fn visit_members<'de, V: Visitor<'de>>(members: Vec<(Value, Value)>, visitor: V) -> Result<V::Value, ValueError> {
    let mut members = MapDeserializer::new(members.into_iter());
    let value = visitor.visit_map(&mut members)?;
    members.end()?;
    Ok(value)
}

/// A variant of a Rust enum: its name and its content.
struct Variant {
    name: Value,
    content: Option<Value>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = ValueError;
    type Variant = Self;

    fn variant_seed<S: de::DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), ValueError> {
        let name = seed.deserialize(std::mem::replace(&mut self.name, Value::None))?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        match self.content {
            None | Some(Value::None) => Ok(()),
            Some(other) => Err(ValueError::no("None", &other)),
        }
    }

    fn newtype_variant_seed<S: de::DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, ValueError> {
        seed.deserialize(self.content.unwrap_or(Value::None))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ValueError> {
        self.content.unwrap_or(Value::None).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, ValueError> {
        self.content.unwrap_or(Value::None).deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::{Column, DataFrame, NdArray, Series};

    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: i32,
        y: f64,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum Shape {
        Empty,
        Dot(i32),
        Box { width: u8 },
    }

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn structs_come_from_all_that_has_names() {
        for json in [
            r#"{"x": 1, "y": 0.5}"#,
            r#"{"$type": "dataclass", "name": "Point", "fields": {"x": 1, "y": 0.5}}"#,
            r#"{"$type": "tuple", "name": "Point", "fields": ["x", "y"], "items": [1, 0.5]}"#,
            "[1, 0.5]",
        ] {
            assert_eq!(value(json).deserialize(), Ok(Point { x: 1, y: 0.5 }), "{json}");
        }
    }

    #[test]
    fn sequences_come_from_all_that_has_items() {
        for json in [
            "[1, 2]",
            r#"{"$type": "tuple", "items": [1, 2]}"#,
            r#"{"$type": "set", "items": [1, 2]}"#,
            r#"{"$type": "bytes", "base64": "AQI="}"#,
            r#"{"$type": "tuple", "name": "P", "fields": ["x", "y"], "items": [1, 2]}"#,
            r#"{"$type": "ndarray", "dtype": "int64", "shape": [2], "items": [1, 2]}"#,
        ] {
            assert_eq!(value(json).deserialize::<Vec<u8>>(), Ok(vec![1, 2]), "{json}");
        }
        let array = NdArray::new("uint8", [2, 2], [1, 2, 3, 4]);
        assert_eq!(Value::from(array).deserialize(), Ok(vec![vec![1, 2], vec![3, 4]]));
    }

    #[test]
    fn a_table_is_a_sequence_of_rows() {
        let columns = [("x", Column::from(vec![1, 2])), ("y", Column::new("float64", [0.5, 1.5]))];
        let table = DataFrame::new(columns).unwrap();
        let rows = vec![Point { x: 1, y: 0.5 }, Point { x: 2, y: 1.5 }];
        assert_eq!(Value::from(table).deserialize(), Ok(rows));
        assert_eq!(Value::from(Series::new("s", vec![1, 2])).deserialize(), Ok(vec![1, 2]));
        let moment = r#"{"$type": "datetime", "value": "2026-01-01T00:00:00", "unit": "ns"}"#;
        assert_eq!(value(moment).deserialize::<String>().as_deref(), Ok("2026-01-01T00:00:00"));
        assert_eq!(value(r#"[1, {"$type": "na"}]"#).deserialize(), Ok(vec![Some(1), None]));
    }

    #[test]
    fn enums_come_from_names_and_from_dicts_with_one_key() {
        let shapes = value(
            r#"["Empty", {"Dot": 3}, {"Box": {"width": 4}}, {"$type": "enum", "class": "S", "name": "E", "value": "Empty"}]"#,
        );
        let expected = vec![Shape::Empty, Shape::Dot(3), Shape::Box { width: 4 }, Shape::Empty];
        assert_eq!(shapes.deserialize(), Ok(expected));
    }

    #[test]
    fn plain_values_keep_their_types() {
        assert_eq!(Value::None.deserialize(), Ok(None::<i32>));
        assert_eq!(Value::BigInt(u128::MAX.to_string()).deserialize::<String>(), Ok(u128::MAX.to_string()));
        assert_eq!(Value::from(u64::MAX).deserialize(), Ok(u64::MAX));
        assert!(Value::Float(f64::NAN).deserialize::<f64>().unwrap().is_nan());
        assert_eq!(Value::Date("2026-01-01".to_owned()).deserialize::<String>().as_deref(), Ok("2026-01-01"));
        assert_eq!(value(r#"{"a": [true]}"#).deserialize(), Ok(BTreeMap::from([("a".to_owned(), vec![true])])));
        let error = value(r#"[{"x": "a", "y": 1}]"#).deserialize::<Vec<Point>>().unwrap_err();
        assert!(error.to_string().contains("expected i32"), "{error}");
        assert!(Value::Int(1).deserialize::<Vec<i32>>().is_err());
    }
}
