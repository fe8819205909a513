//! [`DataFrame`]: a pandas table.

use std::collections::BTreeMap;

use super::Value;

/// A pandas table: [`Value::DataFrame`].
///
/// A small table has its cells by rows, and a large table by columns. A table that exceeds the
/// [limit](crate::SandboxOptions::value_bytes) has only its representation.
///
/// ```
/// use terrarium_core::Value;
///
/// let json = r#"{"$type":"dataframe","columns":["a","b"],"data":[[1,0.5],[2,null]],"dtypes":["int64","float64"],
///     "index":[0,1],"shape":[2,2]}"#;
/// let Value::DataFrame(table) = serde_json::from_str(json).unwrap() else { panic!() };
/// assert_eq!(table.shape(), (2, 2));
/// assert_eq!(table.dtypes(), ["int64", "float64"]);
/// assert_eq!(table.column("b").unwrap(), [Value::Float(0.5), Value::None]);
/// assert_eq!(table.rows().unwrap()[0], [Value::Int(1), Value::Float(0.5)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DataFrame {
    /// The parts, as in JSON; `shape` is a list of two numbers.
    fields: BTreeMap<String, Value>,
}

impl DataFrame {
    /// The kind's name in JSON.
    pub(super) const KIND: &'static str = "dataframe";

    /// Creates a table from its parts; returns the parts if they do not form a table.
    pub(super) fn from_fields(fields: BTreeMap<String, Value>) -> Result<Self, BTreeMap<String, Value>> {
        let is_length = |length: &Value| length.as_i64().is_some_and(|length| length >= 0);
        match fields.get("shape") {
            Some(Value::List(shape)) if shape.len() == 2 && shape.iter().all(is_length) => Ok(Self { fields }),
            _ => Err(fields),
        }
    }

    pub(super) fn fields(&self) -> &BTreeMap<String, Value> {
        &self.fields
    }

    pub(super) fn fields_mut(&mut self) -> &mut BTreeMap<String, Value> {
        &mut self.fields
    }

    /// Returns the numbers of rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        let length = |index| self.list("shape").get(index).and_then(Value::as_i64);
        let length = |index| length(index).and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        (length(0), length(1))
    }

    /// Returns the types of the columns.
    #[must_use]
    pub fn dtypes(&self) -> Vec<&str> {
        self.list("dtypes").iter().filter_map(Value::as_str).collect()
    }

    /// Returns the labels of the columns, which can be any values; empty, if there is only the representation.
    #[must_use]
    pub fn columns(&self) -> &[Value] {
        self.list("columns")
    }

    /// Returns the labels of the rows; `None`, if there is only the representation.
    #[must_use]
    pub fn index(&self) -> Option<Vec<Value>> {
        cells(self.fields.get("index")?)
    }

    /// Returns the cells of a column; of the first column, if several have the label.
    #[must_use]
    pub fn column(&self, label: &str) -> Option<Vec<Value>> {
        self.column_at(self.columns().iter().position(|column| column.as_str() == Some(label))?)
    }

    /// Returns the cells of the column with this number.
    #[must_use]
    pub fn column_at(&self, number: usize) -> Option<Vec<Value>> {
        match self.fields.get("column_data") {
            Some(columns) => cells(columns.as_list()?.get(number)?),
            None => self.fields.get("data")?.as_list()?.iter().map(|row| row.as_list()?.get(number).cloned()).collect(),
        }
    }

    /// Returns the cells by rows; `None`, if there is only the representation.
    #[must_use]
    pub fn rows(&self) -> Option<Vec<Vec<Value>>> {
        if let Some(rows) = self.fields.get("data") {
            return rows.as_list()?.iter().map(|row| row.as_list().map(<[_]>::to_vec)).collect();
        }
        let (count, width) = self.shape();
        let mut columns = Vec::new();
        for number in 0..width {
            let column = self.column_at(number)?;
            if column.len() != count {
                return None;
            }
            columns.push(column.into_iter());
        }
        Some((0..count).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect())
    }

    /// Returns the representation, if the table is too large.
    #[must_use]
    pub fn repr(&self) -> Option<&str> {
        self.fields.get("repr").and_then(Value::as_str)
    }

    fn list(&self, name: &str) -> &[Value] {
        self.fields.get(name).and_then(Value::as_list).unwrap_or_default()
    }
}

/// Returns the cells of a column, which are a list, or an array for many numbers.
fn cells(column: &Value) -> Option<Vec<Value>> {
    match column {
        Value::NdArray(array) => array.values(),
        other => other.as_list().map(<[_]>::to_vec),
    }
}

impl From<DataFrame> for Value {
    fn from(table: DataFrame) -> Self {
        Self::DataFrame(table)
    }
}
