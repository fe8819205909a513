//! [`DataFrame`] and [`Series`]: tables of pandas and their columns.

use std::collections::BTreeMap;

use super::{Column, Index, Value, ValueError};

/// A pandas table: [`Value::DataFrame`].
///
/// ```
/// use terrarium_core::{Column, DataFrame, Index, Value};
///
/// let columns = [("shop", Column::from(vec!["a", "b"])), ("sales", Column::from(vec![1.5, 2.5]))];
/// let table = DataFrame::new(columns)?.with_index(Index::from(vec![2024, 2025]).with_name("year"))?;
/// assert_eq!(table.shape(), (2, 2));
/// assert_eq!(table.column("sales").unwrap().to_f64_vec().unwrap(), [1.5, 2.5]);
/// assert_eq!(table.rows().next().unwrap(), [Value::from("a"), Value::from(1.5)]);
/// assert_eq!(table.index().get(1), Some(Value::Int(2025)));
/// # Ok::<(), terrarium_core::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DataFrame {
    columns: Index,
    index: Index,
    data: Vec<Column>,
    /// The parts that are rare: `attrs` and `allows_duplicate_labels`.
    pub(super) others: BTreeMap<String, Value>,
}

/// The parts of a table or series that are rare.
const OTHERS: [&str; 2] = ["attrs", "allows_duplicate_labels"];

impl DataFrame {
    /// The kind's name in JSON.
    pub(super) const KIND: &'static str = "dataframe";

    /// Creates a table from columns and their labels; the rows are numbered from 0.
    ///
    /// # Errors
    /// [`ValueError`] if the columns have different lengths.
    pub fn new<L: Into<String>>(columns: impl IntoIterator<Item = (L, Column)>) -> Result<Self, ValueError> {
        let (labels, data): (Vec<String>, Vec<Column>) =
            columns.into_iter().map(|(label, column)| (label.into(), column)).unzip();
        let rows = data.first().map_or(0, Column::len);
        let index = Index::range(0, i64::try_from(rows).unwrap_or(i64::MAX));
        let table = Self { columns: labels.into(), index, data, others: BTreeMap::new() };
        table.checked()
    }

    /// Replaces the labels of the rows.
    ///
    /// # Errors
    /// [`ValueError`] if their number is not that of the rows.
    pub fn with_index(mut self, index: Index) -> Result<Self, ValueError> {
        self.index = index;
        self.checked()
    }

    /// Replaces the labels of the columns, for labels with names or several levels.
    ///
    /// # Errors
    /// [`ValueError`] if their number is not that of the columns.
    pub fn with_columns(mut self, columns: Index) -> Result<Self, ValueError> {
        self.columns = columns;
        self.checked()
    }

    fn checked(self) -> Result<Self, ValueError> {
        let rows = self.index.len();
        if self.columns.len() != self.data.len() {
            return Err(ValueError::new(format!("{} labels for {} columns", self.columns.len(), self.data.len())));
        }
        match self.data.iter().find(|column| column.len() != rows) {
            Some(column) => Err(ValueError::new(format!("a column of {} values for {rows} rows", column.len()))),
            None => Ok(self),
        }
    }

    /// Returns the numbers of rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.index.len(), self.data.len())
    }

    /// Returns the labels of the rows.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Returns the labels of the columns.
    #[must_use]
    pub fn columns(&self) -> &Index {
        &self.columns
    }

    /// Returns the columns in their order.
    #[must_use]
    pub fn data(&self) -> &[Column] {
        &self.data
    }

    /// Returns the first column with this label.
    #[must_use]
    pub fn column(&self, label: &str) -> Option<&Column> {
        self.data.get(self.columns.iter().position(|column| column.as_str() == Some(label))?)
    }

    /// Returns the values by rows.
    pub fn rows(&self) -> impl Iterator<Item = Vec<Value>> + '_ {
        let row = |place| self.data.iter().map(|column| column.get(place).unwrap_or(Value::None)).collect();
        (0..self.index.len()).map(row)
    }

    /// Returns the attributes: the dict `attrs`, if it has members.
    #[must_use]
    pub fn attrs(&self) -> Option<&Value> {
        self.others.get("attrs")
    }

    /// Whether a label may occur more than once: the flag `allows_duplicate_labels`.
    #[must_use]
    pub fn allows_duplicate_labels(&self) -> bool {
        self.others.get("allows_duplicate_labels").and_then(Value::as_bool).unwrap_or(true)
    }

    /// Creates a table from its parts; returns the parts if they do not form a table.
    pub(super) fn from_fields(mut fields: BTreeMap<String, Value>) -> Result<Self, BTreeMap<String, Value>> {
        let length = |index: Option<&Value>| match index {
            Some(Value::Index(index)) => Some(index.len()),
            _ => None,
        };
        let (rows, width) = (length(fields.get("index")), length(fields.get("columns")));
        let is_column = |column: &Value| matches!(column, Value::Column(column) if Some(column.len()) == rows);
        let has_columns = fields
            .get("data")
            .and_then(Value::as_list)
            .is_some_and(|data| Some(data.len()) == width && data.iter().all(is_column));
        let shape = |count: Option<usize>| count.map(|count| Value::from(count as u64)).unwrap_or(Value::None);
        let has_shape = fields.get("shape").is_none_or(|found| *found == Value::List(vec![shape(rows), shape(width)]));
        if !has_columns || !has_shape || !has_only(&fields, &["shape", "columns", "index", "data"]) {
            return Err(fields);
        }
        fields.remove("shape");
        match (fields.remove("columns"), fields.remove("index"), fields.remove("data")) {
            (Some(Value::Index(columns)), Some(Value::Index(index)), Some(Value::List(data))) => {
                let column = |column| match column {
                    Value::Column(column) => Some(*column),
                    _ => None,
                };
                let data = data.into_iter().filter_map(column).collect();
                Ok(Self { columns: *columns, index: *index, data, others: fields })
            }
            _ => Err(fields),
        }
    }

    /// Returns the parts.
    pub(super) fn into_fields(self) -> BTreeMap<String, Value> {
        let (rows, width) = self.shape();
        let shape = vec![Value::from(rows as u64), Value::from(width as u64)];
        let data = self.data.into_iter().map(Value::from).collect();
        let mut fields = self.others;
        fields.insert("shape".to_owned(), Value::List(shape));
        fields.insert("columns".to_owned(), self.columns.into());
        fields.insert("index".to_owned(), self.index.into());
        fields.insert("data".to_owned(), Value::List(data));
        fields
    }
}

impl From<DataFrame> for Value {
    fn from(table: DataFrame) -> Self {
        Self::DataFrame(Box::new(table))
    }
}

/// A pandas series: [`Value::Series`].
///
/// ```
/// use terrarium_core::{Column, Index, Series, Value};
///
/// let series = Series::new("sales", Column::from(vec![1.5, 2.5]))
///     .with_index(Index::from(vec!["a", "b"]).with_name("shop"))?;
/// assert_eq!((series.name(), series.len()), (&Value::from("sales"), 2));
/// assert_eq!(series.index().names(), ["shop".into()]);
/// # Ok::<(), terrarium_core::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    name: Value,
    index: Index,
    values: Column,
    /// The parts that are rare: `attrs` and `allows_duplicate_labels`.
    pub(super) others: BTreeMap<String, Value>,
}

impl Series {
    /// The kind's name in JSON.
    pub(super) const KIND: &'static str = "series";

    /// Creates a series whose values are numbered from 0.
    #[must_use]
    pub fn new(name: impl Into<Value>, values: impl Into<Column>) -> Self {
        let values = values.into();
        let index = Index::range(0, i64::try_from(values.len()).unwrap_or(i64::MAX));
        Self { name: name.into(), index, values, others: BTreeMap::new() }
    }

    /// Replaces the labels of the values.
    ///
    /// # Errors
    /// [`ValueError`] if their number is not that of the values.
    pub fn with_index(mut self, index: Index) -> Result<Self, ValueError> {
        if index.len() != self.values.len() {
            return Err(ValueError::new(format!("{} labels for {} values", index.len(), self.values.len())));
        }
        self.index = index;
        Ok(self)
    }

    /// Returns the name; [`Value::None`] if the series has none.
    #[must_use]
    pub fn name(&self) -> &Value {
        &self.name
    }

    /// Returns the labels of the values.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Returns the values.
    #[must_use]
    pub fn values(&self) -> &Column {
        &self.values
    }

    /// Returns the number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the attributes: the dict `attrs`, if it has members.
    #[must_use]
    pub fn attrs(&self) -> Option<&Value> {
        self.others.get("attrs")
    }

    /// Whether a label may occur more than once: the flag `allows_duplicate_labels`.
    #[must_use]
    pub fn allows_duplicate_labels(&self) -> bool {
        self.others.get("allows_duplicate_labels").and_then(Value::as_bool).unwrap_or(true)
    }

    /// Creates a series from its parts; returns the parts if they do not form a series.
    pub(super) fn from_fields(mut fields: BTreeMap<String, Value>) -> Result<Self, BTreeMap<String, Value>> {
        let fits = match (fields.get("index"), fields.get("values")) {
            (Some(Value::Index(index)), Some(Value::Column(values))) => index.len() == values.len(),
            _ => false,
        };
        if !fits || !has_only(&fields, &["name", "index", "values"]) {
            return Err(fields);
        }
        match (fields.remove("index"), fields.remove("values")) {
            (Some(Value::Index(index)), Some(Value::Column(values))) => {
                let name = fields.remove("name").unwrap_or(Value::None);
                Ok(Self { name, index: *index, values: *values, others: fields })
            }
            _ => Err(fields),
        }
    }

    /// Returns the parts.
    pub(super) fn into_fields(self) -> BTreeMap<String, Value> {
        let mut fields = self.others;
        fields.insert("name".to_owned(), self.name);
        fields.insert("index".to_owned(), self.index.into());
        fields.insert("values".to_owned(), self.values.into());
        fields
    }
}

impl From<Series> for Value {
    fn from(series: Series) -> Self {
        Self::Series(Box::new(series))
    }
}

fn has_only(fields: &BTreeMap<String, Value>, names: &[&str]) -> bool {
    fields.keys().all(|name| names.contains(&name.as_str()) || OTHERS.contains(&name.as_str()))
}
