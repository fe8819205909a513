//! [`Annotation`]: the type of a parameter, as far as values of the host can be checked against it.

use crate::Value;

/// The deepest nesting of an annotation that is read. Deeper parts accept everything.
const DEPTH: usize = 16;
/// The number of items of a container that are checked.
const ITEMS: usize = 1000;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Annotation {
    Any,
    None,
    Bool,
    Int,
    Float,
    Str,
    Bytes,
    Complex,
    Decimal,
    DateTime,
    Date,
    Time,
    TimeDelta,
    NdArray,
    DataFrame,
    Series,
    /// A list, or a list or tuple where the flag is set.
    List(Box<Annotation>, bool),
    /// The items of a tuple; without them any tuple.
    Tuple(Option<Vec<Annotation>>),
    Set(Box<Annotation>),
    Dict(Box<Annotation>, Box<Annotation>),
    Union(Vec<Annotation>),
    Literal(Vec<Value>),
}

impl Annotation {
    /// Reads an annotation. A type that is not known accepts everything.
    pub(super) fn read(text: &str) -> Self {
        Self::at(text, 0)
    }

    fn at(text: &str, depth: usize) -> Self {
        let text = unquoted(text.trim());
        if depth > DEPTH || text.is_empty() {
            return Self::Any;
        }
        let below = |text: &str| Self::at(text, depth + 1);
        let choices = split(text, '|');
        if choices.len() > 1 {
            return Self::Union(choices.into_iter().map(below).collect());
        }
        let (name, parameters) = match text.split_once('[') {
            Some((name, rest)) => match rest.strip_suffix(']') {
                Some(inner) => (name.trim_end(), split(inner, ',')),
                None => return Self::Any,
            },
            None => (text, Vec::new()),
        };
        let item = |index: usize| Box::new(parameters.get(index).map_or(Self::Any, |text| below(text)));
        match name.rsplit('.').next().unwrap_or(name) {
            "None" | "NoneType" => Self::None,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "str" => Self::Str,
            "bytes" | "bytearray" => Self::Bytes,
            "complex" => Self::Complex,
            "Decimal" => Self::Decimal,
            "datetime" => Self::DateTime,
            "date" => Self::Date,
            "time" => Self::Time,
            "timedelta" => Self::TimeDelta,
            "ndarray" => Self::NdArray,
            "DataFrame" => Self::DataFrame,
            "Series" => Self::Series,
            "list" | "List" => Self::List(item(0), false),
            "Sequence" => Self::List(item(0), true),
            "set" | "Set" | "frozenset" | "FrozenSet" => Self::Set(item(0)),
            "dict" | "Dict" | "Mapping" | "MutableMapping" => Self::Dict(item(0), item(1)),
            "tuple" | "Tuple" => match &parameters[..] {
                [] => Self::Tuple(None),
                [_, more] if more.trim() == "..." => Self::Tuple(None),
                items => Self::Tuple(Some(items.iter().map(|text| below(text)).collect())),
            },
            "Optional" => Self::Union(vec![*item(0), Self::None]),
            "Union" => Self::Union(parameters.into_iter().map(below).collect()),
            "Annotated" | "Required" | "NotRequired" | "Final" => *item(0),
            "Literal" => {
                parameters.iter().map(|text| literal(text)).collect::<Option<_>>().map_or(Self::Any, Self::Literal)
            }
            _ => Self::Any,
        }
    }

    /// Whether a value has this type. As in Python, an int is a float, and a bool is an int.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        let all = |items: &[Value], kind: &Self| items.iter().take(ITEMS).all(|item| kind.accepts(item));
        match (self, value) {
            (Self::Any, _)
            | (Self::None, Value::None)
            | (Self::Bool, Value::Bool(_))
            | (Self::Int, Value::Int(_) | Value::BigInt(_) | Value::Bool(_))
            | (Self::Float, Value::Float(_) | Value::Int(_) | Value::BigInt(_) | Value::Bool(_))
            | (Self::Str, Value::Str(_))
            | (Self::Bytes, Value::Bytes(_))
            | (Self::Complex, Value::Complex { .. } | Value::Float(_) | Value::Int(_) | Value::Bool(_))
            | (Self::Decimal, Value::Decimal(_))
            | (Self::DateTime, Value::DateTime(_))
            | (Self::Date, Value::Date(_) | Value::DateTime(_))
            | (Self::Time, Value::Time(_))
            | (Self::TimeDelta, Value::TimeDelta { .. })
            | (Self::NdArray, Value::NdArray(_))
            | (Self::DataFrame, Value::DataFrame(_))
            | (Self::Series, Value::Series(_))
            | (Self::Tuple(None), Value::Tuple(_)) => true,
            // The kinds with more parts than the plain ones: a time with its zone, a named tuple, text with surrogates.
            (Self::Str, Value::Tagged { kind, .. }) => kind == "str" || kind == "enum",
            (Self::DateTime | Self::Date, Value::Tagged { kind, .. }) if kind == "datetime" => true,
            (Self::Date, Value::Tagged { kind, .. }) => kind == "date",
            (Self::Time, Value::Tagged { kind, .. }) => kind == "time",
            (Self::TimeDelta, Value::Tagged { kind, .. }) => kind == "timedelta",
            (Self::Tuple(_), Value::Tagged { kind, .. }) => kind == "tuple",
            (Self::Int | Self::Bool, Value::Tagged { kind, .. }) => kind == "enum",
            (Self::List(kind, _), Value::List(items)) | (Self::List(kind, true), Value::Tuple(items)) => {
                all(items, kind)
            }
            (Self::List(_, true), Value::Str(_) | Value::Bytes(_) | Value::NdArray(_) | Value::Series(_)) => true,
            (Self::Tuple(Some(kinds)), Value::Tuple(items)) => {
                kinds.len() == items.len() && kinds.iter().zip(items).all(|(kind, item)| kind.accepts(item))
            }
            (Self::Set(kind), Value::Set(items) | Value::FrozenSet(items)) => all(items, kind),
            (Self::Dict(key, value), Value::Dict(pairs)) => {
                pairs.iter().take(ITEMS).all(|(k, v)| key.accepts(k) && value.accepts(v))
            }
            (Self::Union(kinds), value) => kinds.iter().any(|kind| kind.accepts(value)),
            (Self::Literal(values), value) => values.contains(value),
            _ => false,
        }
    }
}

/// Returns a text without the quotes of an annotation that is a string.
fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.contains(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// Splits a text at a character outside of brackets and strings. A trailing empty part is left out.
pub(super) fn split(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    let mut quote = None;
    let mut is_escaped = false;
    for (place, character) in text.char_indices() {
        match (quote, character) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '[' | '(' | '{') => depth += 1,
            (None, ']' | ')' | '}') => depth = depth.saturating_sub(1),
            (None, _) if character == at && depth == 0 => {
                parts.push(&text[begin..place]);
                begin = place + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    if parts.last().is_some_and(|last| last.trim().is_empty()) {
        parts.pop();
    }
    parts
}

/// Reads a literal of Python: None, a bool, a number or a text without escapes.
pub(super) fn literal(text: &str) -> Option<Value> {
    let text = text.trim();
    match text {
        "None" => return Some(Value::None),
        "True" => return Some(Value::Bool(true)),
        "False" => return Some(Value::Bool(false)),
        "[]" => return Some(Value::List(Vec::new())),
        "{}" => return Some(Value::Dict(Vec::new())),
        "()" => return Some(Value::Tuple(Vec::new())),
        _ => {}
    }
    let quoted = unquoted(text);
    if quoted.len() + 2 == text.len() {
        return (!quoted.contains(['\\', '\n'])).then(|| Value::Str(quoted.to_owned()));
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(Value::Int(number));
    }
    let is_number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+'));
    text.parse::<f64>().ok().filter(|_| is_number).map(Value::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_of_their_types() {
        let text = || Value::from("a");
        for (annotation, good, bad) in [
            ("int", vec![Value::Int(1), Value::Bool(true)], vec![Value::Float(1.0), text()]),
            ("float", vec![Value::Int(1), Value::Float(0.5)], vec![text(), Value::None]),
            ("str | None", vec![text(), Value::None], vec![Value::Int(1)]),
            ("typing.Optional[list[int]]", vec![Value::None, vec![1, 2].into()], vec![vec!["a"].into()]),
            (
                "dict[str, list[float]]",
                vec![Value::Dict(vec![(text(), vec![1.5].into())])],
                vec![Value::Dict(vec![(1.into(), Value::None)])],
            ),
            ("Literal['a', 2]", vec![text(), Value::Int(2)], vec![Value::from("b")]),
            ("tuple[int, str]", vec![Value::Tuple(vec![1.into(), text()])], vec![Value::Tuple(vec![1.into()])]),
            ("'int'", vec![Value::Int(1)], vec![text()]),
            ("Unknown[int]", vec![text(), Value::None], vec![]),
        ] {
            let annotation = Annotation::read(annotation);
            assert!(good.iter().all(|value| annotation.accepts(value)), "{annotation:?}");
            assert!(!bad.iter().any(|value| annotation.accepts(value)), "{annotation:?}");
        }
    }

    #[test]
    fn any_nesting_is_read() {
        let deep = format!("{}int{}", "list[".repeat(10_000), "]".repeat(10_000));
        assert!(matches!(Annotation::read(&deep), Annotation::List(..)));
        for odd in ["[", "list[", "]", "|", "a|", "''", "list[int]]", "Literal[\"\\\"]"] {
            let _ = Annotation::read(odd);
        }
    }
}
