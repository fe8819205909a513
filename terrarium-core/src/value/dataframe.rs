//! [`DataFrame`]: a table of pandas.

use std::collections::BTreeMap;

use super::Value;

/// A table of pandas: [`Value::DataFrame`].
///
/// A small table carries its cells by rows, a large one by columns, and one that is too large for the
/// [limit](crate::SandboxOptions::value_bytes) as its representation only.
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
    /// As in JSON; `shape` is a list of two numbers.
    fields: BTreeMap<String, Value>,
}

impl DataFrame {
    /// The kind's name in JSON.
    pub(super) const KIND: &'static str = "dataframe";

    /// A table from its parts, or the parts if they are none of a table.
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

    /// The numbers of its rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        let length = |index| self.list("shape").get(index).and_then(Value::as_i64);
        let length = |index| length(index).and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        (length(0), length(1))
    }

    /// The types of its columns.
    #[must_use]
    pub fn dtypes(&self) -> Vec<&str> {
        self.list("dtypes").iter().filter_map(Value::as_str).collect()
    }

    /// The labels of its columns, which need not be texts; empty, if only the representation is there.
    #[must_use]
    pub fn columns(&self) -> &[Value] {
        self.list("columns")
    }

    /// The labels of its rows; `None`, if only the representation is there.
    #[must_use]
    pub fn index(&self) -> Option<Vec<Value>> {
        cells(self.fields.get("index")?)
    }

    /// The cells of a column; of several with the same label, the first.
    #[must_use]
    pub fn column(&self, label: &str) -> Option<Vec<Value>> {
        self.column_at(self.columns().iter().position(|column| column.as_str() == Some(label))?)
    }

    /// The cells of the column with this number.
    #[must_use]
    pub fn column_at(&self, number: usize) -> Option<Vec<Value>> {
        match self.fields.get("column_data") {
            Some(columns) => cells(columns.as_list()?.get(number)?),
            None => self.fields.get("data")?.as_list()?.iter().map(|row| row.as_list()?.get(number).cloned()).collect(),
        }
    }

    /// The cells by rows; `None`, if only the representation is there.
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

    /// Its representation, if it is too large.
    #[must_use]
    pub fn repr(&self) -> Option<&str> {
        self.fields.get("repr").and_then(Value::as_str)
    }

    fn list(&self, name: &str) -> &[Value] {
        self.fields.get(name).and_then(Value::as_list).unwrap_or_default()
    }
}

/// Cells are a list, or an array where there are many numbers.
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
