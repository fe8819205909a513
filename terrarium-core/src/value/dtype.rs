//! [`Dtype`]: the type of the values in a column or an array.

use std::{convert::Infallible, fmt, str::FromStr};

/// The type of the values in a [`Column`](crate::Column) or an [`NdArray`](crate::NdArray), in the words of pandas and
/// numpy.
///
/// ```
/// use terrarium_core::Dtype;
///
/// let dtype: Dtype = "datetime64[ns, Europe/Berlin]".into();
/// assert_eq!(dtype, Dtype::DateTime { unit: "ns".into(), zone: Some("Europe/Berlin".into()) });
/// assert_eq!(dtype.to_string(), "datetime64[ns, Europe/Berlin]");
/// assert_eq!(Dtype::from("Int64"), Dtype::Nullable(Box::new(Dtype::Int(64))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dtype {
    /// `bool`.
    Bool,
    /// `int8` to `int64`, with the number of bits.
    Int(u8),
    /// `uint8` to `uint64`, with the number of bits.
    UInt(u8),
    /// `float16`, `float32` or `float64`, with the number of bits.
    Float(u8),
    /// `complex64` or `complex128`, with the number of bits.
    Complex(u8),
    /// A type with missing values that pandas spells in another case: `boolean`, `Int64`, `Float32`.
    Nullable(Box<Dtype>),
    /// `str`: text whose missing values are nan in Python.
    Str,
    /// `string`: text whose missing values are `NA` in Python.
    NullableStr,
    /// `object`: values of any type.
    Object,
    /// `category`: values out of a list of categories.
    Category,
    /// `datetime64`: instants.
    DateTime {
        /// The unit: `s`, `ms`, `us`, `ns`; numpy has more.
        unit: String,
        /// The time zone.
        zone: Option<String>,
    },
    /// `timedelta64`: durations.
    TimeDelta {
        /// The unit.
        unit: String,
    },
    /// `period`: spans of the calendar.
    Period {
        /// The frequency: `M`, `Q-NOV`.
        freq: String,
    },
    /// `interval`: intervals between two values.
    Interval {
        /// The type of the limits.
        subtype: Box<Dtype>,
        /// The limits that belong to an interval: `left`, `right`, `both` or `neither`.
        closed: String,
    },
    /// A structured type: the names and types of its fields.
    Record(Vec<(String, Dtype)>),
    /// Any other type, with the name that numpy or pandas gives it.
    Other(String),
}

impl Dtype {
    /// Returns the number of bytes of a value, if all values have one size and a form outside Python.
    pub(super) fn width(&self) -> Option<usize> {
        match self {
            Self::Bool => Some(1),
            Self::Int(bits) | Self::UInt(bits) | Self::Float(bits) | Self::Complex(bits) => {
                Some(usize::from(*bits) / 8)
            }
            Self::Nullable(inner) => inner.width(),
            Self::DateTime { .. } | Self::TimeDelta { .. } | Self::Period { .. } => Some(8),
            _ => None,
        }
    }

    fn name(&self) -> String {
        self.to_string()
    }

    /// Returns the type of a number by its name.
    fn number(name: &str) -> Option<Self> {
        let digits = name.find(|letter: char| letter.is_ascii_digit())?;
        let (kind, bits) = name.split_at(digits);
        let bits = bits.parse().ok()?;
        match (kind, bits) {
            ("int", 8 | 16 | 32 | 64) => Some(Self::Int(bits)),
            ("uint", 8 | 16 | 32 | 64) => Some(Self::UInt(bits)),
            ("float", 16 | 32 | 64) => Some(Self::Float(bits)),
            ("complex", 64 | 128) => Some(Self::Complex(bits)),
            _ => None,
        }
    }

    fn nullable(name: &str) -> Option<Self> {
        let plain = match name {
            "boolean" => Self::Bool,
            _ => match name.split_at_checked(1)? {
                ("I", rest) => Self::number(&format!("i{rest}"))?,
                ("U", rest) => Self::number(&format!("u{}", rest.strip_prefix('I').map(|rest| format!("i{rest}"))?))?,
                ("F", rest) => Self::number(&format!("f{rest}"))?,
                _ => return None,
            },
        };
        Some(Self::Nullable(Box::new(plain)))
    }

    /// Returns the type of a name with parameters in brackets.
    fn parametric(name: &str) -> Option<Self> {
        let (kind, inner) = name.strip_suffix(']')?.split_once('[')?;
        let inner = inner.to_owned();
        match kind {
            "datetime64" => Some(match inner.split_once(", ") {
                Some((unit, zone)) => Self::DateTime { unit: unit.to_owned(), zone: Some(zone.to_owned()) },
                None => Self::DateTime { unit: inner, zone: None },
            }),
            "timedelta64" => Some(Self::TimeDelta { unit: inner }),
            "period" => Some(Self::Period { freq: inner }),
            "interval" => {
                let (subtype, closed) = inner.rsplit_once(", ")?;
                Some(Self::Interval { subtype: Box::new(subtype.into()), closed: closed.to_owned() })
            }
            _ => None,
        }
    }
}

impl From<&str> for Dtype {
    fn from(name: &str) -> Self {
        match name {
            "bool" => Self::Bool,
            "str" => Self::Str,
            "string" => Self::NullableStr,
            "object" => Self::Object,
            "category" => Self::Category,
            _ => Self::number(name)
                .or_else(|| Self::nullable(name))
                .or_else(|| Self::parametric(name))
                .filter(|parsed| parsed.name() == name)
                .unwrap_or_else(|| Self::Other(name.to_owned())),
        }
    }
}

impl FromStr for Dtype {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(name.into())
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int(bits) => write!(f, "int{bits}"),
            Self::UInt(bits) => write!(f, "uint{bits}"),
            Self::Float(bits) => write!(f, "float{bits}"),
            Self::Complex(bits) => write!(f, "complex{bits}"),
            Self::Nullable(inner) => match &**inner {
                Self::Bool => f.write_str("boolean"),
                Self::Int(bits) => write!(f, "Int{bits}"),
                Self::UInt(bits) => write!(f, "UInt{bits}"),
                Self::Float(bits) => write!(f, "Float{bits}"),
                other => write!(f, "{other}"),
            },
            Self::Str => f.write_str("str"),
            Self::NullableStr => f.write_str("string"),
            Self::Object => f.write_str("object"),
            Self::Category => f.write_str("category"),
            Self::DateTime { unit, zone: None } => write!(f, "datetime64[{unit}]"),
            Self::DateTime { unit, zone: Some(zone) } => write!(f, "datetime64[{unit}, {zone}]"),
            Self::TimeDelta { unit } => write!(f, "timedelta64[{unit}]"),
            Self::Period { freq } => write!(f, "period[{freq}]"),
            Self::Interval { subtype, closed } => write!(f, "interval[{subtype}, {closed}]"),
            Self::Record(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, dtype)| format!("{name}: {dtype}")).collect();
                write!(f, "{{{}}}", fields.join(", "))
            }
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl PartialEq<str> for Dtype {
    fn eq(&self, name: &str) -> bool {
        self.name() == name
    }
}

impl PartialEq<&str> for Dtype {
    fn eq(&self, name: &&str) -> bool {
        self == *name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_from_its_type() {
        for (name, known) in [
            ("bool", true),
            ("int8", true),
            ("uint64", true),
            ("float16", true),
            ("complex128", true),
            ("boolean", true),
            ("Int64", true),
            ("UInt8", true),
            ("Float32", true),
            ("str", true),
            ("string", true),
            ("object", true),
            ("category", true),
            ("datetime64[ns]", true),
            ("datetime64[us, UTC+01:00]", true),
            ("timedelta64[25s]", true),
            ("period[Q-NOV]", true),
            ("interval[datetime64[us, Europe/Berlin], both]", true),
            ("int7", false),
            ("float128", false),
            ("float064", false),
            ("Complex64", false),
            ("uInt8", false),
            ("<U5", false),
            ("Sparse[float64, nan]", false),
            ("int64[pyarrow]", false),
            ("I", false),
            ("Ü8", false),
            ("", false),
        ] {
            let dtype = Dtype::from(name);
            assert_eq!(dtype.to_string(), name);
            assert_eq!(!matches!(dtype, Dtype::Other(_)), known, "{name}");
        }
    }
}
