//! [`Index`]: the labels of rows or columns.

use std::collections::BTreeMap;

use super::{Column, Value, ValueError};

/// The labels of the rows or columns of a table: an `Index` of pandas, with its names.
///
/// ```
/// use terrarium_core::{Index, Value};
///
/// let rows = Index::range(0, 3).with_name("row");
/// assert_eq!((rows.len(), rows.names()), (3, &["row".into()][..]));
///
/// let levels = vec![Index::from(vec!["a", "b"]), Index::from(vec![2024, 2025])];
/// let index = Index::multi(levels, vec![vec![0, 0, 1], vec![0, 1, 0]], ["shop", "year"]).unwrap();
/// assert_eq!(index.get(1), Some(Value::Tuple(vec!["a".into(), 2025.into()])));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    names: Vec<Value>,
    labels: Labels,
}

/// The labels of an [`Index`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Labels {
    /// Numbers at equal distances.
    Range {
        /// The first number.
        start: i64,
        /// The end, which does not belong to the range.
        stop: i64,
        /// The distance.
        step: i64,
    },
    /// Values of one type.
    Column {
        /// The values.
        values: Column,
        /// The frequency of dates or durations, as the text of pandas or as a value of the kind `offset`.
        freq: Option<Value>,
    },
    /// Several levels: a label is a tuple with a value of each level.
    Multi {
        /// The values of each level, unused ones included.
        levels: Vec<Index>,
        /// For each level, the places of the labels' values in it; -1 for a missing value.
        codes: Vec<Column>,
    },
}

impl Index {
    /// The kind's name in JSON.
    pub(super) const KIND: &'static str = "index";
    /// The name in JSON of the kind with several levels.
    pub(super) const MULTI: &'static str = "multi_index";

    /// Creates the labels `start`, `start + 1` and so on, before `stop`.
    #[must_use]
    pub fn range(start: i64, stop: i64) -> Self {
        Self { names: vec![Value::None], labels: Labels::Range { start, stop, step: 1 } }
    }

    /// Creates labels of several levels. `codes` has, for each level, the places of the labels' values in it.
    ///
    /// # Errors
    /// [`ValueError`] if the numbers of levels, codes and names differ.
    pub fn multi<N: Into<Value>>(
        levels: Vec<Index>,
        codes: Vec<Vec<i32>>,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, ValueError> {
        let names = names.into_iter().map(Into::into).collect();
        Self::from_levels(levels, codes.into_iter().map(Column::from).collect(), names)
            .ok_or_else(|| ValueError::new("levels, codes and names of an index have different lengths"))
    }

    fn from_levels(levels: Vec<Index>, codes: Vec<Column>, names: Vec<Value>) -> Option<Self> {
        let length = codes.first()?.len();
        let fits = levels.len() == codes.len() && names.len() == codes.len();
        let fits = fits && codes.iter().all(|codes| codes.len() == length);
        fits.then_some(Self { names, labels: Labels::Multi { levels, codes } })
    }

    /// Sets the name of labels with one level.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Value>) -> Self {
        if let [first] = self.names.as_mut_slice() {
            *first = name.into();
        }
        self
    }

    /// Returns the name of each level; [`Value::None`] for a level without a name.
    #[must_use]
    pub fn names(&self) -> &[Value] {
        &self.names
    }

    /// Returns the labels as they are stored.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the number of labels.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.labels {
            Labels::Range { start, stop, step } => {
                let (distance, step) = (i128::from(*stop) - i128::from(*start), i128::from(*step));
                let count = if step == 0 { 0 } else { (distance + step - step.signum()) / step };
                usize::try_from(count).unwrap_or(0)
            }
            Labels::Column { values, .. } => values.len(),
            Labels::Multi { codes, .. } => codes.first().map_or(0, Column::len),
        }
    }

    /// Whether there are no labels.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a label: a [`Value::Tuple`] if there are several levels.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Value> {
        match &self.labels {
            Labels::Range { start, step, .. } if place < self.len() => {
                i64::try_from(i128::from(*start) + i128::from(*step) * place as i128).ok().map(Value::Int)
            }
            Labels::Range { .. } => None,
            Labels::Column { values, .. } => values.get(place),
            Labels::Multi { levels, codes } => {
                let part = |(level, codes): (&Index, &Column)| {
                    let code = codes.get(place)?.as_i64()?;
                    Some(usize::try_from(code).ok().and_then(|code| level.get(code)).unwrap_or(Value::None))
                };
                levels.iter().zip(codes).map(part).collect::<Option<_>>().map(Value::Tuple)
            }
        }
    }

    /// Returns the labels one after the other, as [`get`](Self::get) returns them.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).map(|place| self.get(place).unwrap_or(Value::None))
    }

    /// Creates labels from their parts; returns the parts if they form none.
    pub(super) fn from_fields(
        kind: &str,
        mut fields: BTreeMap<String, Value>,
    ) -> Result<Self, BTreeMap<String, Value>> {
        let fits = match kind {
            Self::MULTI => {
                let list = |name: &str| fields.get(name).and_then(Value::as_list);
                let levels = list("levels").is_some_and(|levels| levels.iter().all(|l| matches!(l, Value::Index(_))));
                let codes = list("codes").is_some_and(|codes| codes.iter().all(|c| matches!(c, Value::Column(_))));
                levels && codes && list("names").is_some() && fields.len() == 3
            }
            _ => {
                let optional = usize::from(fields.contains_key("freq")) + usize::from(fields.contains_key("name"));
                fields.contains_key("values") && fields.len() == 1 + optional
            }
        };
        if !fits {
            return Err(fields);
        }
        if kind == Self::MULTI {
            let parts = [fields.remove("levels"), fields.remove("codes"), fields.remove("names")];
            let [levels, codes, names] = parts.map(|part| match part {
                Some(Value::List(items)) => items,
                _ => Vec::new(),
            });
            // Kept in case they do not match: contents are shared by a clone.
            let kept = [("levels", levels.clone()), ("codes", codes.clone()), ("names", names.clone())];
            let levels = levels.into_iter().filter_map(|level| match level {
                Value::Index(level) => Some(*level),
                _ => None,
            });
            let codes = codes.into_iter().filter_map(|codes| match codes {
                Value::Column(codes) => Some(*codes),
                _ => None,
            });
            let kept = || kept.map(|(name, items)| (name.to_owned(), Value::List(items))).into();
            return Self::from_levels(levels.collect(), codes.collect(), names).ok_or_else(kept);
        }
        let labels = match fields.remove("values") {
            Some(Value::Column(values)) => Labels::Column { values: *values, freq: fields.remove("freq") },
            Some(Value::Tagged { kind, fields: range }) if kind == "range" => {
                let number = |name| range.get(name).and_then(Value::as_i64);
                match (number("start"), number("stop"), number("step")) {
                    (Some(start), Some(stop), Some(step)) if step != 0 => Labels::Range { start, stop, step },
                    _ => {
                        fields.insert("values".to_owned(), Value::Tagged { kind, fields: range });
                        return Err(fields);
                    }
                }
            }
            other => {
                fields.extend(other.map(|other| ("values".to_owned(), other)));
                return Err(fields);
            }
        };
        Ok(Self { names: vec![fields.remove("name").unwrap_or(Value::None)], labels })
    }

    /// Returns the kind's name in JSON, and the parts.
    pub(super) fn into_fields(self) -> (&'static str, BTreeMap<String, Value>) {
        let mut names = self.names;
        let (kind, fields) = match self.labels {
            Labels::Multi { levels, codes } => {
                let levels = levels.into_iter().map(Value::from).collect();
                let codes = codes.into_iter().map(Value::from).collect();
                let parts = [("names", names), ("levels", levels), ("codes", codes)];
                (Self::MULTI, parts.map(|(name, part)| (name, Value::List(part))).to_vec())
            }
            Labels::Column { values, freq } => {
                let mut parts = vec![("name", names.pop().unwrap_or(Value::None)), ("values", values.into())];
                parts.extend(freq.map(|freq| ("freq", freq)));
                (Self::KIND, parts)
            }
            Labels::Range { start, stop, step } => {
                let range = [("start", start), ("stop", stop), ("step", step)];
                let fields = range.map(|(name, number)| (name.to_owned(), number.into())).into();
                let values = Value::Tagged { kind: "range".to_owned(), fields };
                (Self::KIND, vec![("name", names.pop().unwrap_or(Value::None)), ("values", values)])
            }
        };
        (kind, fields.into_iter().map(|(name, part)| (name.to_owned(), part)).collect())
    }
}

impl<T> From<Vec<T>> for Index
where
    Column: From<Vec<T>>,
{
    fn from(labels: Vec<T>) -> Self {
        Column::from(labels).into()
    }
}

impl From<Column> for Index {
    fn from(values: Column) -> Self {
        Self { names: vec![Value::None], labels: Labels::Column { values, freq: None } }
    }
}

impl From<Index> for Value {
    fn from(index: Index) -> Self {
        Self::Index(Box::new(index))
    }
}
