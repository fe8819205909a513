//! [`NdArray`]: a numpy array.

use std::collections::BTreeMap;

use super::{Dtype, Value, elements};
use crate::Bytes;

/// A numpy array: [`Value::NdArray`].
///
/// A small array has its elements as nested lists, and a large array as bytes. A masked array has a mask besides.
///
/// ```
/// use terrarium_core::{Dtype, NdArray, Value};
///
/// let json = r#"{"$type":"ndarray","dtype":"int64","items":[[0,1,2],[3,4,5]],"shape":[2,3]}"#;
/// let Value::NdArray(array) = serde_json::from_str(json).unwrap() else { panic!() };
/// assert_eq!((array.dtype(), array.shape()), (Dtype::Int(64), vec![2, 3]));
/// assert_eq!(array.to_f64_vec().unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
///
/// let array = NdArray::new("uint8", [2], [7, 8]);
/// assert_eq!(array.values().unwrap(), [Value::Int(7), Value::Int(8)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NdArray {
    /// The parts, as in JSON; `dtype` is a text or the dict of a structured type, and `shape` a list of numbers.
    fields: BTreeMap<String, Value>,
}

/// The most axes of an array, as in numpy. Nested lists of the elements have as many levels.
const AXES: usize = 64;

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
        let has_type = matches!(fields.get("dtype"), Some(Value::Str(_) | Value::Dict(_)));
        match fields.get("shape") {
            Some(Value::List(shape)) if has_type && shape.len() <= AXES && shape.iter().all(is_length) => {
                Ok(Self { fields })
            }
            _ => Err(fields),
        }
    }

    pub(super) fn fields(&self) -> &BTreeMap<String, Value> {
        &self.fields
    }

    pub(super) fn into_fields(self) -> BTreeMap<String, Value> {
        self.fields
    }

    /// Returns the parts by their names in JSON: `dtype`, `shape`, `items` or `data`, and `mask`, `fill_value`,
    /// `hard_mask`, `order`, `na_object`, `coerce` and `scalar` where an array has them.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().map(|(name, part)| (name.as_str(), part))
    }

    /// Returns the type of the elements.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.fields.get("dtype").map_or(Dtype::Object, dtype_of)
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

    /// Returns the mask of a masked array: an array of booleans, true for a masked element, or `False` if no element is
    /// masked.
    #[must_use]
    pub fn mask(&self) -> Option<&Value> {
        self.fields.get("mask")
    }

    /// Returns the value that a masked array puts in the place of masked elements, if the program chose one.
    #[must_use]
    pub fn fill_value(&self) -> Option<&Value> {
        self.fields.get("fill_value")
    }

    /// Returns the elements in order, the last index fastest; a masked element is [`Value::None`].
    ///
    /// `None`, if the bytes contain elements without a form here, such as records. Dates are in ISO 8601, and durations
    /// are counts of their unit.
    #[must_use]
    pub fn values(&self) -> Option<Vec<Value>> {
        let mut values = if let Some(items) = self.items() {
            let mut flat = Vec::new();
            flatten(items, self.shape().len(), &mut flat);
            flat
        } else {
            let (data, dtype) = (self.data()?, self.dtype());
            (0..elements::count(&dtype, data)?)
                .map(|place| elements::element(&dtype, data, place))
                .collect::<Option<_>>()?
        };
        if let Some(Value::NdArray(mask)) = self.mask() {
            for (value, masked) in values.iter_mut().zip(mask.values()?) {
                if masked == Value::Bool(true) {
                    *value = Value::None;
                }
            }
        }
        Some(values)
    }

    /// Returns the elements as floats, the last index fastest; `None`, if they are missing or are not numbers.
    #[must_use]
    pub fn to_f64_vec(&self) -> Option<Vec<f64>> {
        if let (Some(data), Dtype::Float(64), None) = (self.data(), self.dtype(), self.mask()) {
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

/// Returns the type that a form names: a text, or the names and formats of a structured type.
fn dtype_of(form: &Value) -> Dtype {
    match form {
        // Bytes are little-endian, whatever the order in the guest.
        Value::Str(name) => match name.strip_prefix('>') {
            Some(plain) => plain_name(plain).map_or_else(|| Dtype::from(name.as_str()), |name| Dtype::from(&*name)),
            None => name.as_str().into(),
        },
        Value::List(array) => array.first().map_or(Dtype::Object, dtype_of),
        Value::Dict(_) => {
            let list = |name| form.get(name).and_then(Value::as_list).unwrap_or_default();
            let fields = list("names").iter().zip(list("formats"));
            let field = |(name, form): (&Value, &Value)| Some((name.as_str()?.to_owned(), dtype_of(form)));
            Dtype::Record(fields.filter_map(field).collect())
        }
        _ => Dtype::Object,
    }
}

/// Returns numpy's long name of a short one: `i2` is `int16`.
fn plain_name(short: &str) -> Option<String> {
    let (kind, bytes) = short.split_at_checked(1)?;
    let kind = match kind {
        "i" => "int",
        "u" => "uint",
        "f" => "float",
        "c" => "complex",
        _ => return None,
    };
    Some(format!("{kind}{}", bytes.parse::<u8>().ok()?.checked_mul(8)?))
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
