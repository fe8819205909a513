//! [`NdArray`]: a numpy array.

use std::collections::BTreeMap;

use super::Value;
use crate::Bytes;

/// A numpy array: [`Value::NdArray`].
///
/// A small array has its elements as nested lists, and a large array as bytes. An array that exceeds the
/// [limit](crate::SandboxOptions::value_bytes) has only its representation.
///
/// ```
/// use terrarium_core::{NdArray, Value};
///
/// let json = r#"{"$type":"ndarray","dtype":"int64","items":[[0,1,2],[3,4,5]],"shape":[2,3]}"#;
/// let Value::NdArray(array) = serde_json::from_str(json).unwrap() else { panic!() };
/// assert_eq!((array.dtype(), array.shape()), ("int64", vec![2, 3]));
/// assert_eq!(array.to_f64_vec().unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
///
/// let array = NdArray::new("uint8", [2], [7, 8]);
/// assert_eq!(array.values().unwrap(), [Value::Int(7), Value::Int(8)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NdArray {
    /// The parts, as in JSON; `dtype` is a text and `shape` a list of numbers.
    fields: BTreeMap<String, Value>,
}

impl NdArray {
    /// The kind's name in JSON.
    pub(super) const KIND: &'static str = "ndarray";

    /// Creates an array from the bytes of its elements in `data`: little-endian, the last index fastest.
    ///
    /// Bytes that do not match type and shape are refused when the array is used as an input.
    #[must_use]
    pub fn new(dtype: impl Into<String>, shape: impl IntoIterator<Item = usize>, data: impl Into<Vec<u8>>) -> Self {
        let shape = shape.into_iter().map(|length| Value::from(length as u64)).collect();
        let fields = [
            ("dtype".to_owned(), Value::Str(dtype.into())),
            ("shape".to_owned(), Value::List(shape)),
            ("data".to_owned(), Value::Bytes(Bytes::from(data.into()))),
        ];
        Self { fields: fields.into() }
    }

    /// Creates an array from its parts; returns the parts if they do not form an array.
    pub(super) fn from_fields(fields: BTreeMap<String, Value>) -> Result<Self, BTreeMap<String, Value>> {
        let is_length = |length: &Value| length.as_i64().is_some_and(|length| length >= 0);
        let has_type = fields.get("dtype").is_some_and(|dtype| dtype.as_str().is_some());
        match fields.get("shape") {
            Some(Value::List(shape)) if has_type && shape.iter().all(is_length) => Ok(Self { fields }),
            _ => Err(fields),
        }
    }

    pub(super) fn fields(&self) -> &BTreeMap<String, Value> {
        &self.fields
    }

    pub(super) fn fields_mut(&mut self) -> &mut BTreeMap<String, Value> {
        &mut self.fields
    }

    /// Returns the type of the elements: `float64`, `datetime64[ns]`.
    #[must_use]
    pub fn dtype(&self) -> &str {
        self.fields.get("dtype").and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns the length of each dimension.
    #[must_use]
    pub fn shape(&self) -> Vec<usize> {
        let shape = self.fields.get("shape").and_then(Value::as_list).unwrap_or_default();
        shape.iter().filter_map(|length| usize::try_from(length.as_i64()?).ok()).collect()
    }

    /// Returns the elements of a small array as nested lists (the element of a scalar).
    #[must_use]
    pub fn items(&self) -> Option<&Value> {
        self.fields.get("items")
    }

    /// Returns the elements of a large array as bytes: little-endian, the last index fastest.
    #[must_use]
    pub fn data(&self) -> Option<&[u8]> {
        self.fields.get("data").and_then(Value::as_bytes)
    }

    /// Returns the representation, if the array is too large.
    #[must_use]
    pub fn repr(&self) -> Option<&str> {
        self.fields.get("repr").and_then(Value::as_str)
    }

    /// Returns the elements in order, the last index fastest.
    ///
    /// `None`, if there is only the representation, or if the bytes contain elements other than booleans, integers of
    /// at most 64 bits and floats of 32 or 64 bits.
    #[must_use]
    pub fn values(&self) -> Option<Vec<Value>> {
        if let Some(items) = self.items() {
            let mut flat = Vec::new();
            flatten(items, self.shape().len(), &mut flat);
            return Some(flat);
        }
        let data = self.data()?;
        match self.dtype() {
            "bool" => Some(data.iter().map(|byte| Value::Bool(*byte != 0)).collect()),
            "int8" => elements(data, |[byte]| i8::from_le_bytes([byte]).into()),
            "int16" => elements(data, |bytes| i16::from_le_bytes(bytes).into()),
            "int32" => elements(data, |bytes| i32::from_le_bytes(bytes).into()),
            "int64" => elements(data, |bytes| i64::from_le_bytes(bytes).into()),
            "uint8" => elements(data, |[byte]| byte.into()),
            "uint16" => elements(data, |bytes| u16::from_le_bytes(bytes).into()),
            "uint32" => elements(data, |bytes| u32::from_le_bytes(bytes).into()),
            "uint64" => elements(data, |bytes| u64::from_le_bytes(bytes).into()),
            "float32" => elements(data, |bytes| f32::from_le_bytes(bytes).into()),
            "float64" => elements(data, |bytes| f64::from_le_bytes(bytes).into()),
            _ => None,
        }
    }

    /// Returns the elements as floats, the last index fastest; `None`, if they are missing or are not numbers.
    #[must_use]
    pub fn to_f64_vec(&self) -> Option<Vec<f64>> {
        if let (Some(data), "float64") = (self.data(), self.dtype()) {
            let (numbers, rest) = data.as_chunks();
            return rest.is_empty().then(|| numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect());
        }
        self.values()?.iter().map(Value::as_f64).collect()
    }

    /// Returns the elements as integers, the last index fastest; `None`, if they are missing or are not integers.
    #[must_use]
    pub fn to_i64_vec(&self) -> Option<Vec<i64>> {
        self.values()?.iter().map(Value::as_i64).collect()
    }
}

fn elements<const N: usize>(data: &[u8], element: impl Fn([u8; N]) -> Value) -> Option<Vec<Value>> {
    let (elements, rest) = data.as_chunks();
    rest.is_empty().then(|| elements.iter().map(|bytes| element(*bytes)).collect())
}

/// Appends the elements of nested lists, whose depth is the number of dimensions.
fn flatten(items: &Value, dimensions: usize, flat: &mut Vec<Value>) {
    match (items, dimensions) {
        (Value::List(items), 1..) => items.iter().for_each(|item| flatten(item, dimensions - 1, flat)),
        (element, _) => flat.push(element.clone()),
    }
}

impl From<NdArray> for Value {
    fn from(array: NdArray) -> Self {
        Self::NdArray(array)
    }
}
