//! The JSON forms of tables, series, labels and columns.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Column, DataFrame, Index, Labels, Layout, Series, Value, json::TAG};
use crate::Bytes;

/// A content in the form of a value.
struct Content<'a>(&'a Bytes);

impl Serialize for Content<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(TAG, "bytes")?;
        map.serialize_entry("base64", self.0)?;
        map.end()
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(TAG, Self::KIND)?;
        map.serialize_entry("dtype", &self.dtype().to_string())?;
        match self.layout() {
            Layout::Values(values) => map.serialize_entry("values", values)?,
            Layout::Fixed { length, data, validity } => {
                map.serialize_entry("length", length)?;
                map.serialize_entry("data", &Content(data))?;
                if let Some(bitmap) = validity {
                    map.serialize_entry("validity", &Content(bitmap))?;
                }
            }
            Layout::Text { length, offsets, data, validity } => {
                map.serialize_entry("length", length)?;
                map.serialize_entry("offsets", &Content(offsets))?;
                map.serialize_entry("data", &Content(data))?;
                if let Some(bitmap) = validity {
                    map.serialize_entry("validity", &Content(bitmap))?;
                }
            }
            Layout::Categorical { codes, categories, ordered } => {
                map.serialize_entry("codes", codes)?;
                map.serialize_entry("categories", categories)?;
                map.serialize_entry("ordered", ordered)?;
            }
            Layout::Interval { left, right } => {
                map.serialize_entry("left", left)?;
                map.serialize_entry("right", right)?;
            }
            Layout::Sparse { length, indices, points, fill_value } => {
                map.serialize_entry("length", length)?;
                map.serialize_entry("indices", indices)?;
                map.serialize_entry("points", points)?;
                map.serialize_entry("fill_value", fill_value)?;
            }
        }
        map.end()
    }
}

impl Serialize for Index {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.labels() {
            Labels::Multi { levels, codes } => {
                map.serialize_entry(TAG, Self::MULTI)?;
                map.serialize_entry("names", self.names())?;
                map.serialize_entry("levels", levels)?;
                map.serialize_entry("codes", codes)?;
            }
            labels => {
                map.serialize_entry(TAG, Self::KIND)?;
                map.serialize_entry("name", self.names().first().unwrap_or(&Value::None))?;
                match labels {
                    Labels::Column { values, freq } => {
                        map.serialize_entry("values", values)?;
                        if let Some(freq) = freq {
                            map.serialize_entry("freq", freq)?;
                        }
                    }
                    // A range, whose form is that of the value.
                    _ => map.serialize_entry("values", &self.clone().into_fields().1.remove("values"))?,
                }
            }
        }
        map.end()
    }
}

impl Serialize for Series {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(TAG, Self::KIND)?;
        map.serialize_entry("name", self.name())?;
        map.serialize_entry("index", self.index())?;
        map.serialize_entry("values", self.values())?;
        for (name, part) in &self.others {
            map.serialize_entry(name, part)?;
        }
        map.end()
    }
}

impl Serialize for DataFrame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(TAG, Self::KIND)?;
        map.serialize_entry("shape", &self.shape())?;
        map.serialize_entry("columns", self.columns())?;
        map.serialize_entry("index", self.index())?;
        map.serialize_entry("data", self.data())?;
        for (name, part) in &self.others {
            map.serialize_entry(name, part)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: &str = r#"{"$type":"index","name":null,"values":{"$type":"range","start":0,"step":1,"stop":2}}"#;
    const NUMBERS: &str = r#"{"$type":"column","dtype":"int64","values":[1,2]}"#;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_kind_is_read_and_written_as_it_was() {
        let labels = r#"{"$type":"index","name":["n"],"values":{"$type":"column","dtype":"str","values":["a","b"]}}"#;
        let dates = r#"{"$type":"column","dtype":"datetime64[ns]","values":["2026-01-01T00:00:00",null]}"#;
        let codes = r#"{"$type":"column","dtype":"int8","values":[1,-1]}"#;
        let multi = format!(
            r#"{{"$type":"multi_index","names":["x",null],"levels":[{labels},{RANGE}],"codes":[{codes},{codes}]}}"#
        );
        let columns = [
            NUMBERS.to_owned(),
            dates.to_owned(),
            format!(r#"{{"$type":"column","dtype":"category","codes":{codes},"categories":{labels},"ordered":true}}"#),
            format!(r#"{{"$type":"column","dtype":"interval[int64, right]","left":{NUMBERS},"right":{NUMBERS}}}"#),
            format!(r#"{{"$type":"column","dtype":"Sparse[int64, 0]","length":2,"indices":{codes},"points":{NUMBERS},"fill_value":0}}"#),
            r#"{"$type":"column","dtype":"Int8","length":2,"data":{"$type":"bytes","base64":"AQI="},"validity":{"$type":"bytes","base64":"AQ=="}}"#.to_owned(),
            r#"{"$type":"column","dtype":"str","length":2,"offsets":{"$type":"bytes","base64":"AAAAAAEAAAACAAAA"},"data":{"$type":"bytes","base64":"YWI="}}"#.to_owned(),
        ];
        for column in &columns {
            let read = value(column);
            assert!(matches!(&read, Value::Column(column) if column.len() == 2), "{column}");
            assert_eq!(&serde_json::to_string(&read).unwrap(), column);
            assert_eq!(round(read.clone()), read);
        }
        for (json, is_kind) in [
            (multi.clone(), (|value| matches!(value, Value::Index(_))) as fn(&Value) -> bool),
            (RANGE.to_owned(), |value| matches!(value, Value::Index(_))),
            (format!(r#"{{"$type":"index","name":null,"values":{dates},"freq":"D"}}"#), |value| {
                matches!(value, Value::Index(_))
            }),
            (format!(r#"{{"$type":"series","name":"s","index":{multi},"values":{NUMBERS}}}"#), |value| {
                matches!(value, Value::Series(_))
            }),
            (
                format!(
                    r#"{{"$type":"dataframe","shape":[2,7],"columns":{{"$type":"index","name":null,"values":{{"$type":"range","start":0,"step":1,"stop":7}}}},"index":{multi},"data":[{}],"attrs":{{"a":1}}}}"#,
                    columns.join(",")
                ),
                |value| matches!(value, Value::DataFrame(_)),
            ),
        ] {
            let read = value(&json);
            assert!(is_kind(&read), "{json}");
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(round(read.clone()), read);
        }
    }

    /// Takes a value apart and makes it again.
    fn round(value: Value) -> Value {
        match value.into_tagged() {
            Ok((kind, fields)) => {
                Value::tagged(kind, fields.into_iter().map(|(name, part)| (name, round(part))).collect())
            }
            Err(other) => other,
        }
    }

    #[test]
    fn columns_of_any_parts_have_values_without_a_panic() {
        let dtypes =
            ["bool", "int8", "UInt64", "float16", "complex64", "str", "object", "datetime64[ns, UTC]", "period[M]"];
        let lengths = [0, 1, 2, 3, 8, 9, usize::MAX];
        let bytes = |length: usize| Bytes::from((0..length).map(|n| (n as u8).wrapping_mul(37)).collect::<Vec<_>>());
        let mut made = 0;
        for dtype in dtypes {
            for length in lengths {
                for size in 0..40 {
                    for validity in [None, Some(bytes(0)), Some(bytes(2))] {
                        let fixed = Layout::Fixed { length, data: bytes(size), validity: validity.clone() };
                        let zeros = Bytes::from(vec![0; size]);
                        let text = Layout::Text { length, offsets: zeros, data: bytes(3), validity: validity.clone() };
                        let wild = Layout::Text { length, offsets: bytes(size), data: bytes(3), validity };
                        for column in [fixed, text, wild].into_iter().filter_map(|l| Column::from_layout(dtype, l).ok())
                        {
                            made += 1;
                            assert_eq!(column.iter().count(), length);
                            assert_eq!(column.get(length), None);
                        }
                    }
                }
            }
        }
        assert!(made > 100, "{made}");
    }

    #[test]
    fn forged_parts_stay_what_they_are() {
        let labels = r#"{"$type":"index","name":null,"values":{"$type":"range","start":0,"step":0,"stop":2}}"#;
        let codes = r#"{"$type":"column","dtype":"int8","values":[1,-1,0]}"#;
        for json in [
            labels.to_owned(),
            r#"{"$type":"column","dtype":"int64","length":2,"data":{"$type":"bytes","base64":"AQI="}}"#.to_owned(),
            r#"{"$type":"column","dtype":"int64","length":9007199254740991,"data":{"$type":"bytes","base64":"AQI="}}"#.to_owned(),
            r#"{"$type":"column","dtype":"object","length":2,"data":{"$type":"bytes","base64":"AQI="}}"#.to_owned(),
            r#"{"$type":"column","dtype":"str","length":2,"offsets":{"$type":"bytes","base64":"AAAAAAkAAAACAAAA"},"data":{"$type":"bytes","base64":"YWI="}}"#.to_owned(),
            r#"{"$type":"column","dtype":"str","length":9007199254740991,"offsets":{"$type":"bytes","base64":""},"data":{"$type":"bytes","base64":""}}"#.to_owned(),
            r#"{"$type":"column","dtype":5,"values":[]}"#.to_owned(),
            r#"{"$type":"column","dtype":"str","values":[],"more":1}"#.to_owned(),
            format!(r#"{{"$type":"series","name":null,"index":{RANGE},"values":{codes}}}"#),
            format!(r#"{{"$type":"dataframe","shape":[2,1],"columns":{RANGE},"index":{RANGE},"data":[{NUMBERS}]}}"#),
            format!(r#"{{"$type":"multi_index","names":["x","y"],"levels":[{RANGE},{RANGE}],"codes":[{codes},{NUMBERS}]}}"#),
        ] {
            let read = value(&json);
            assert!(matches!(read, Value::Tagged { .. }), "{json}");
            assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::from_str::<serde_json::Value>(&json).unwrap());
        }
    }
}
