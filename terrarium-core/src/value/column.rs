//! [`Column`]: values of one type, as pandas keeps them in a column.

use std::collections::BTreeMap;

use super::{Dtype, Index, Value, ValueError, elements};
use crate::Bytes;

/// Values of one type: a column of a table, the values of a [`Series`](crate::Series), the labels of an
/// [`Index`], or an array of pandas alone ([`Value::Column`]).
///
/// ```
/// use terrarium_core::{Column, Dtype, Value};
///
/// let prices = Column::from(vec![0.5, 1.5]);
/// assert_eq!((prices.dtype(), prices.len()), (&Dtype::Float(64), 2));
/// assert_eq!(prices.to_f64_vec().unwrap(), [0.5, 1.5]);
///
/// let days = Column::new("datetime64[s]", ["2026-01-31T00:00:00"]);
/// assert_eq!(days.get(0), Some(Value::DateTime("2026-01-31T00:00:00".into())));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub(super) dtype: Dtype,
    pub(super) layout: Layout,
}

/// The form of the values in a [`Column`]: a list for few values, buffers for many, and others for types with parts.
///
/// Buffers have the layout of Apache Arrow, little-endian, except that a boolean has a byte. `validity` is a bitmap
/// with a bit for each value, the lowest first; a missing value has a zero. There is none when no value is missing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Layout {
    /// A list; a missing value is [`Value::None`]. Dates are texts in ISO 8601, and durations counts of their unit.
    Values(Vec<Value>),
    /// Values of one size. Dates, durations and periods are counts of their unit since 1970, in 64 bits.
    Fixed {
        /// The number of values.
        length: usize,
        /// The values.
        data: Bytes,
        /// The bitmap of present values.
        validity: Option<Bytes>,
    },
    /// Text in UTF-8.
    Text {
        /// The number of values.
        length: usize,
        /// The place in `data` where each text starts, and the end of the last one, in 32 or 64 bits each.
        offsets: Bytes,
        /// The texts.
        data: Bytes,
        /// The bitmap of present values.
        validity: Option<Bytes>,
    },
    /// Values out of a list of categories.
    Categorical {
        /// The place of each value in the categories; -1 for a missing value.
        codes: Box<Column>,
        /// The categories, unused ones included.
        categories: Box<Index>,
        /// Whether the categories have an order.
        ordered: bool,
    },
    /// Intervals.
    Interval {
        /// The lower limits.
        left: Box<Column>,
        /// The upper limits.
        right: Box<Column>,
    },
    /// A sparse column.
    Sparse {
        /// The number of values.
        length: usize,
        /// The places of the values that are stored, in ascending order.
        indices: Box<Column>,
        /// Those values.
        points: Box<Column>,
        /// The value of all other places.
        fill_value: Box<Value>,
    },
}

impl Column {
    /// The kind's name in JSON.
    pub(super) const KIND: &'static str = "column";

    /// Creates a column from a list of values; [`Value::None`] is a missing one.
    ///
    /// Values that do not match the type are refused when the column is used as an input.
    #[must_use]
    pub fn new<V: Into<Value>>(dtype: impl Into<Dtype>, values: impl IntoIterator<Item = V>) -> Self {
        let plain = |value: V| match value.into() {
            Value::DateTime(text) => Value::Str(text),
            other => other,
        };
        Self { dtype: dtype.into(), layout: Layout::Values(values.into_iter().map(plain).collect()) }
    }

    /// Creates a column of values out of `categories`; a code is a place in them, or -1 for a missing value.
    #[must_use]
    pub fn categorical(codes: Vec<i32>, categories: Index, ordered: bool) -> Self {
        let codes = Box::new(codes.into());
        let layout = Layout::Categorical { codes, categories: Box::new(categories), ordered };
        Self { dtype: Dtype::Category, layout }
    }

    /// Creates a column from its layout.
    ///
    /// # Errors
    /// [`ValueError`] if sizes do not match.
    pub fn from_layout(dtype: impl Into<Dtype>, layout: Layout) -> Result<Self, ValueError> {
        let column = Self { dtype: dtype.into(), layout };
        match column.fault() {
            Some(fault) => Err(ValueError::new(format!("a column of {}: {fault}", column.dtype))),
            None => Ok(column),
        }
    }

    /// Returns the reason why the layout is none of the type's.
    fn fault(&self) -> Option<&'static str> {
        let bitmap_fits = |length: &usize, validity: &Option<Bytes>| {
            validity.as_ref().is_none_or(|bitmap| bitmap.len() >= length.div_ceil(8))
        };
        match &self.layout {
            Layout::Values(_) => None,
            Layout::Fixed { length, data, validity } => {
                let size = self.dtype.width().and_then(|width| width.checked_mul(*length));
                (size != Some(data.len()) || !bitmap_fits(length, validity)).then_some("the data has another length")
            }
            Layout::Text { length, offsets, data, validity } => {
                let is_text = matches!(self.dtype, Dtype::Str | Dtype::NullableStr | Dtype::Object);
                if !is_text || !bitmap_fits(length, validity) || length.checked_add(1).is_none() {
                    return Some("the data has another length");
                }
                let mut last = 0;
                let ascending = (0..=*length).all(|place| {
                    let offset = offset(offsets, *length, place);
                    offset.is_some_and(|offset| std::mem::replace(&mut last, offset) <= offset && offset <= data.len())
                });
                (!ascending).then_some("the offsets do not match the data")
            }
            Layout::Categorical { codes, .. } => {
                let are_codes = matches!(codes.dtype, Dtype::Int(_) | Dtype::UInt(_));
                (self.dtype != Dtype::Category || !are_codes).then_some("the codes are no integers")
            }
            Layout::Interval { left, right } => {
                let is_interval = matches!(self.dtype, Dtype::Interval { .. });
                (!is_interval || left.len() != right.len()).then_some("the limits have different lengths")
            }
            Layout::Sparse { indices, points, length, .. } => {
                (indices.len() != points.len() || indices.len() > *length).then_some("the points do not match")
            }
        }
    }

    /// Returns the type of the values.
    #[must_use]
    pub fn dtype(&self) -> &Dtype {
        &self.dtype
    }

    /// Returns the values as they are stored, for readers of buffers.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.layout {
            Layout::Values(values) => values.len(),
            Layout::Fixed { length, .. } | Layout::Text { length, .. } | Layout::Sparse { length, .. } => *length,
            Layout::Categorical { codes, .. } => codes.len(),
            Layout::Interval { left, .. } => left.len(),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the value at a place: [`Value::None`] if it is missing; `None` outside the column.
    ///
    /// Dates are [`Value::DateTime`]; in a long column with a time zone they are in UTC. Durations are counts of their
    /// unit. Periods are texts in a short column, and their ordinals in a long one. An interval is a
    /// [`Value::Tagged`] with `left`, `right` and `closed`.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Value> {
        if place >= self.len() {
            return None;
        }
        Some(match &self.layout {
            Layout::Values(values) => match (values.get(place)?, &self.dtype) {
                (Value::Str(text), Dtype::DateTime { .. }) => Value::DateTime(text.clone()),
                (value, _) => value.clone(),
            },
            Layout::Fixed { validity, .. } | Layout::Text { validity, .. } if !is_present(validity, place) => {
                Value::None
            }
            Layout::Fixed { data, .. } => elements::element(&self.dtype, data, place)?,
            Layout::Text { length, offsets, data, .. } => {
                let (start, end) = (offset(offsets, *length, place)?, offset(offsets, *length, place + 1)?);
                Value::Str(String::from_utf8_lossy(data.get(start..end)?).into_owned())
            }
            Layout::Categorical { codes, categories, .. } => {
                let code = codes.get(place)?.as_i64().and_then(|code| usize::try_from(code).ok());
                code.and_then(|code| categories.get(code)).unwrap_or(Value::None)
            }
            Layout::Interval { left, right } => match (left.get(place)?, right.get(place)?, &self.dtype) {
                (Value::None, Value::None, _) => Value::None,
                (left, right, Dtype::Interval { closed, .. }) => {
                    let limits = [("left", left), ("right", right), ("closed", closed.as_str().into())];
                    let fields = limits.map(|(name, limit)| (name.to_owned(), limit));
                    Value::Tagged { kind: "interval".to_owned(), fields: fields.into() }
                }
                _ => Value::None,
            },
            Layout::Sparse { indices, points, fill_value, .. } => {
                let stored = first_not_below(indices, place);
                let is_stored = indices.get(stored).and_then(|index| index.as_i64());
                let is_stored = is_stored.is_some_and(|index| usize::try_from(index) == Ok(place));
                if is_stored { points.get(stored)? } else { (**fill_value).clone() }
            }
        })
    }

    /// Returns the values one after the other, as [`get`](Self::get) returns them.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).map(|place| self.get(place).unwrap_or(Value::None))
    }

    /// Returns the values as floats; `None` if one is missing or no number.
    #[must_use]
    pub fn to_f64_vec(&self) -> Option<Vec<f64>> {
        self.iter().map(|value| value.as_f64()).collect()
    }

    /// Returns the values as integers; `None` if one is missing or no integer of 64 bits.
    #[must_use]
    pub fn to_i64_vec(&self) -> Option<Vec<i64>> {
        self.iter().map(|value| value.as_i64()).collect()
    }

    /// Creates a column from its parts; returns the parts if they do not form a column.
    pub(super) fn from_fields(mut fields: BTreeMap<String, Value>) -> Result<Self, BTreeMap<String, Value>> {
        let Some(dtype) = fields.get("dtype").and_then(Value::as_str).map(Dtype::from) else { return Err(fields) };
        let layout = match fields.remove("values") {
            Some(Value::List(values)) if fields.len() == 1 => {
                return Ok(Self { dtype, layout: Layout::Values(values) });
            }
            Some(other) => {
                fields.insert("values".to_owned(), other);
                None
            }
            // The contents of buffers are shared by a clone.
            None => layout(fields.clone()),
        };
        layout.and_then(|layout| Self::from_layout(dtype, layout).ok()).ok_or(fields)
    }

    /// Returns the parts.
    pub(super) fn into_fields(self) -> BTreeMap<String, Value> {
        let number = |number: usize| Value::from(number as u64);
        let column = |column: Box<Column>| Value::Column(column);
        let mut fields = vec![("dtype", Value::Str(self.dtype.to_string()))];
        match self.layout {
            Layout::Values(values) => fields.push(("values", Value::List(values))),
            Layout::Fixed { length, data, validity } => {
                fields.extend([("length", number(length)), ("data", Value::Bytes(data))]);
                fields.extend(validity.map(|bitmap| ("validity", Value::Bytes(bitmap))));
            }
            Layout::Text { length, offsets, data, validity } => {
                let buffers = [("offsets", Value::Bytes(offsets)), ("data", Value::Bytes(data))];
                fields.push(("length", number(length)));
                fields.extend(buffers);
                fields.extend(validity.map(|bitmap| ("validity", Value::Bytes(bitmap))));
            }
            Layout::Categorical { codes, categories, ordered } => {
                fields.extend([("codes", column(codes)), ("ordered", ordered.into())]);
                fields.push(("categories", Value::Index(categories)));
            }
            Layout::Interval { left, right } => fields.extend([("left", column(left)), ("right", column(right))]),
            Layout::Sparse { length, indices, points, fill_value } => {
                fields.extend([("length", number(length)), ("fill_value", *fill_value)]);
                fields.extend([("indices", column(indices)), ("points", column(points))]);
            }
        }
        fields.into_iter().map(|(name, part)| (name.to_owned(), part)).collect()
    }
}

/// Returns the layout that has these parts besides `dtype`.
fn layout(mut parts: BTreeMap<String, Value>) -> Option<Layout> {
    parts.remove("dtype");
    let length = match parts.remove("length") {
        Some(length) => usize::try_from(length.as_i64()?).ok(),
        None => None,
    };
    let layout = if parts.contains_key("codes") {
        let ordered = parts.remove("ordered")?.as_bool()?;
        let Value::Index(categories) = parts.remove("categories")? else { return None };
        Layout::Categorical { codes: column(&mut parts, "codes")?, categories, ordered }
    } else if parts.contains_key("left") {
        Layout::Interval { left: column(&mut parts, "left")?, right: column(&mut parts, "right")? }
    } else if parts.contains_key("indices") {
        let fill_value = Box::new(parts.remove("fill_value")?);
        let (indices, points) = (column(&mut parts, "indices")?, column(&mut parts, "points")?);
        Layout::Sparse { length: length?, indices, points, fill_value }
    } else {
        let (data, length) = (bytes(parts.remove("data")?)?, length?);
        let validity = match parts.remove("validity") {
            Some(bitmap) => Some(bytes(bitmap)?),
            None => None,
        };
        match parts.remove("offsets") {
            Some(offsets) => Layout::Text { length, offsets: bytes(offsets)?, data, validity },
            None => Layout::Fixed { length, data, validity },
        }
    };
    parts.is_empty().then_some(layout)
}

fn column(parts: &mut BTreeMap<String, Value>, name: &str) -> Option<Box<Column>> {
    match parts.remove(name)? {
        Value::Column(column) => Some(column),
        _ => None,
    }
}

fn bytes(part: Value) -> Option<Bytes> {
    match part {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

/// Whether a value is present.
fn is_present(validity: &Option<Bytes>, place: usize) -> bool {
    let byte = |bitmap: &Bytes| bitmap.get(place / 8).copied().unwrap_or_default();
    validity.as_ref().is_none_or(|bitmap| byte(bitmap) >> (place % 8) & 1 == 1)
}

/// Returns an offset of text, of which there is one more than values.
fn offset(offsets: &[u8], length: usize, place: usize) -> Option<usize> {
    let count = length.checked_add(1)?;
    if offsets.len() == count.checked_mul(4)? {
        let (offsets, _) = offsets.as_chunks();
        return usize::try_from(i32::from_le_bytes(*offsets.get(place)?)).ok();
    }
    let (wide, rest) = offsets.as_chunks();
    let fits = wide.len() == count && rest.is_empty();
    usize::try_from(i64::from_le_bytes(*wide.get(place).filter(|_| fits)?)).ok()
}

/// Returns the first of ascending indices that is not below `place`.
fn first_not_below(indices: &Column, place: usize) -> usize {
    let (mut low, mut high) = (0, indices.len());
    while low < high {
        let middle = low.midpoint(high);
        let index = indices.get(middle).and_then(|index| usize::try_from(index.as_i64()?).ok());
        if index.is_some_and(|index| index < place) { low = middle + 1 } else { high = middle }
    }
    low
}
