//! [`Signature`]: the declared parameters of a function, against which arguments are checked.

use std::fmt::Write as _;

use super::annotation::{Annotation, literal, split};
use crate::Value;

/// The parameters of a function, in the syntax of Python.
///
/// Annotations of built-in types, of `typing` and of numpy and pandas are checked. Those of other types are shown to
/// the code, and accept every value.
///
/// ```
/// use terrarium_core::Signature;
///
/// let signature: Signature = "(query: str, *, limit: int = 10) -> list[str]".parse().unwrap();
/// assert_eq!(signature.to_string(), "(query: str, *, limit: int = 10) -> list[str]");
/// assert!("(query: str".parse::<Signature>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    parameters: Vec<Parameter>,
    returns: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    PositionalOnly,
    Either,
    Rest,
    KeywordOnly,
    Keywords,
}

#[derive(Clone, Debug, PartialEq)]
struct Parameter {
    name: String,
    kind: Kind,
    annotation: Option<String>,
    accepts: Annotation,
    /// The text of the default, and its value if it is a literal.
    default: Option<(String, Option<Value>)>,
}

/// The arguments of a call by the names of their parameters.
pub(crate) type Bound<'a> = Vec<(&'a str, Place<'a>)>;

/// The argument of a parameter.
pub(crate) enum Place<'a> {
    One(&'a Value),
    Rest(&'a [Value]),
    Keywords(Vec<&'a (String, Value)>),
}

impl Place<'_> {
    /// Returns the argument as the function of Python would see it.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::One(value) => (*value).clone(),
            Self::Rest(items) => Value::Tuple(items.to_vec()),
            Self::Keywords(pairs) => {
                Value::Dict(pairs.iter().map(|(name, value)| (Value::Str(name.clone()), value.clone())).collect())
            }
        }
    }
}

impl Default for Signature {
    /// Accepts all arguments: `(*args, **kwargs)`.
    fn default() -> Self {
        let parameter = |name: &str, kind| Parameter {
            name: name.to_owned(),
            kind,
            annotation: None,
            accepts: Annotation::Any,
            default: None,
        };
        Self { parameters: vec![parameter("args", Kind::Rest), parameter("kwargs", Kind::Keywords)], returns: None }
    }
}

impl std::str::FromStr for Signature {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|reason| format!("the signature {text:?}: {reason}"))
    }
}

impl Signature {
    /// Returns the signature of optional parameters with these names.
    pub(super) fn of_names(names: &[&str]) -> Self {
        let parameter = |name: &&str| Parameter {
            name: (*name).to_owned(),
            kind: Kind::Either,
            annotation: None,
            accepts: Annotation::Any,
            default: Some(("...".to_owned(), None)),
        };
        Self { parameters: names.iter().map(parameter).collect(), returns: None }
    }

    /// Returns the names of the parameters, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|parameter| &*parameter.name)
    }

    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let inner = text.strip_prefix('(').ok_or("it does not begin with a parenthesis")?;
        // The parenthesis that closes the list is the first that is not inside of another or of a text.
        let end = closing(inner).ok_or("the parenthesis is not closed")?;
        let rest = inner[end + 1..].trim();
        let returns = match rest.strip_prefix("->") {
            Some(annotation) if !annotation.trim().is_empty() => Some(checked_text(annotation)?),
            None if rest.is_empty() => None,
            _ => return Err(format!("{rest:?} follows the parameters")),
        };
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut kind = Kind::Either;
        for part in split(&inner[..end], ',') {
            let part = part.trim();
            let (stars, declared) = match part {
                "/" if kind == Kind::Either && !parameters.is_empty() => {
                    parameters.iter_mut().for_each(|parameter| parameter.kind = Kind::PositionalOnly);
                    continue;
                }
                "*" if matches!(kind, Kind::Either) => {
                    kind = Kind::KeywordOnly;
                    continue;
                }
                _ => match (part.strip_prefix("**"), part.strip_prefix('*')) {
                    (Some(rest), _) => (2, rest),
                    (_, Some(rest)) => (1, rest),
                    _ => (0, part),
                },
            };
            let kind_here = match stars {
                0 => kind,
                1 if kind == Kind::Either => Kind::Rest,
                2 => Kind::Keywords,
                _ => return Err(format!("{part:?} is at the wrong place")),
            };
            if parameters.last().is_some_and(|last| last.kind == Kind::Keywords) {
                return Err(format!("{part:?} follows the keywords"));
            }
            let parameter = Self::parameter(declared, kind_here)?;
            let follows_default = |kind: Kind| matches!(kind, Kind::Either | Kind::PositionalOnly);
            if parameter.default.is_none()
                && follows_default(kind_here)
                && parameters.iter().any(|earlier| follows_default(earlier.kind) && earlier.default.is_some())
            {
                return Err(format!("{:?} without a default follows one with a default", parameter.name));
            }
            if parameters.iter().any(|earlier| earlier.name == parameter.name) {
                return Err(format!("the parameter {:?} is there twice", parameter.name));
            }
            parameters.push(parameter);
            if kind_here == Kind::Rest {
                kind = Kind::KeywordOnly;
            }
        }
        Ok(Self { parameters, returns })
    }

    fn parameter(text: &str, kind: Kind) -> Result<Parameter, String> {
        let (head, default) = match &split(text, '=')[..] {
            [head] => (*head, None),
            [head, default] if !matches!(kind, Kind::Rest | Kind::Keywords) => (*head, Some(default.trim())),
            _ => return Err(format!("{text:?} is no parameter")),
        };
        let (name, annotation) = match head.split_once(':') {
            Some((name, annotation)) => (name.trim(), Some(checked_text(annotation)?)),
            None => (head.trim(), None),
        };
        if !is_identifier(name) {
            return Err(format!("{name:?} is no name of a parameter"));
        }
        let accepts = annotation.as_deref().map_or(Annotation::Any, Annotation::read);
        // The code sees an ellipsis in place of a default that is no literal.
        let default = default.map(|text| match literal(text) {
            Some(value) => (text.to_owned(), Some(value)),
            None => ("...".to_owned(), None),
        });
        Ok(Parameter { name: name.to_owned(), kind, annotation, accepts, default })
    }

    /// Checks arguments, and returns them by the names of their parameters, with defaults that are literals.
    pub(crate) fn bind<'a>(
        &'a self,
        function: &str,
        args: &'a [Value],
        kwargs: &'a [(String, Value)],
    ) -> Result<Bound<'a>, String> {
        let positional: Vec<&Parameter> =
            self.parameters.iter().filter(|p| matches!(p.kind, Kind::PositionalOnly | Kind::Either)).collect();
        let rest = self.parameters.iter().find(|p| p.kind == Kind::Rest);
        let keywords = self.parameters.iter().find(|p| p.kind == Kind::Keywords);
        if args.len() > positional.len() && rest.is_none() {
            let (takes, plural) = (positional.len(), if positional.len() == 1 { "" } else { "s" });
            let given = args.len();
            let verb = if given == 1 { "was" } else { "were" };
            return Err(format!("{function}() takes {takes} positional argument{plural} but {given} {verb} given"));
        }
        let check = |parameter: &Parameter, value: &Value| match parameter.accepts.accepts(value) {
            true => Ok(()),
            false => {
                let annotation = parameter.annotation.as_deref().unwrap_or_default();
                let found = type_name(value);
                Err(format!("{function}() argument '{}' must be {annotation}, not {found}", parameter.name))
            }
        };
        let mut bound: Bound<'a> = Vec::with_capacity(self.parameters.len());
        for (parameter, value) in positional.iter().zip(args) {
            check(parameter, value)?;
            bound.push((&parameter.name, Place::One(value)));
        }
        if let Some(rest) = rest {
            let more = args.get(positional.len()..).unwrap_or_default();
            more.iter().try_for_each(|value| check(rest, value))?;
            bound.push((&rest.name, Place::Rest(more)));
        }
        let mut more = Vec::new();
        for pair in kwargs {
            let (name, value) = pair;
            let known = |p: &&Parameter| p.name == *name && matches!(p.kind, Kind::Either | Kind::KeywordOnly);
            match (self.parameters.iter().find(known), keywords) {
                (Some(parameter), _) if bound.iter().any(|(bound, _)| *bound == parameter.name) => {
                    return Err(format!("{function}() got multiple values for argument '{name}'"));
                }
                (Some(parameter), _) => {
                    check(parameter, value)?;
                    bound.push((&parameter.name, Place::One(value)));
                }
                (None, Some(keywords)) => {
                    check(keywords, value)?;
                    more.push(pair);
                }
                (None, None) => return Err(format!("{function}() got an unexpected keyword argument '{name}'")),
            }
        }
        if let Some(keywords) = keywords {
            bound.push((&keywords.name, Place::Keywords(more)));
        }
        let is_bound = |bound: &Bound<'_>, parameter: &Parameter| bound.iter().any(|(name, _)| *name == parameter.name);
        let missing: Vec<&Parameter> =
            self.parameters.iter().filter(|p| p.default.is_none() && !is_bound(&bound, p)).collect();
        if let Some(first) = missing.first() {
            let kind = if first.kind == Kind::KeywordOnly { "keyword-only" } else { "positional" };
            let names: Vec<String> = missing.iter().map(|parameter| format!("'{}'", parameter.name)).collect();
            let plural = if missing.len() == 1 { "" } else { "s" };
            let count = missing.len();
            let names = names.join(" and ");
            return Err(format!("{function}() missing {count} required {kind} argument{plural}: {names}"));
        }
        for parameter in &self.parameters {
            if let Some((_, Some(value))) = &parameter.default
                && !is_bound(&bound, parameter)
            {
                bound.push((&parameter.name, Place::One(value)));
            }
        }
        Ok(bound)
    }
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::from("(");
        let mut before: Option<Kind> = None;
        for parameter in &self.parameters {
            let separator = |text: &mut String| {
                if !text.ends_with('(') {
                    text.push_str(", ");
                }
            };
            if before == Some(Kind::PositionalOnly) && parameter.kind != Kind::PositionalOnly {
                text.push_str(", /");
            }
            if parameter.kind == Kind::KeywordOnly && !matches!(before, Some(Kind::Rest | Kind::KeywordOnly)) {
                separator(&mut text);
                text.push('*');
            }
            separator(&mut text);
            text.push_str(match parameter.kind {
                Kind::Rest => "*",
                Kind::Keywords => "**",
                _ => "",
            });
            text.push_str(&parameter.name);
            let annotation = parameter.annotation.as_deref();
            annotation.map_or(Ok(()), |annotation| write!(text, ": {annotation}"))?;
            if let Some((default, _)) = &parameter.default {
                let equals = if annotation.is_some() { " = " } else { "=" };
                write!(text, "{equals}{default}")?;
            }
            before = Some(parameter.kind);
        }
        if before == Some(Kind::PositionalOnly) {
            text.push_str(", /");
        }
        text.push(')');
        f.write_str(&text)?;
        self.returns.as_deref().map_or(Ok(()), |returns| write!(f, " -> {returns}"))
    }
}

/// Returns the place of the first closing parenthesis that no other opens.
fn closing(text: &str) -> Option<usize> {
    let mut parts = Vec::new();
    let mut quote = None;
    for (place, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => parts.push(character),
            (None, ')') if parts.is_empty() => return Some(place),
            (None, ')' | ']' | '}') => drop(parts.pop()),
            _ => {}
        }
    }
    None
}

/// Returns an annotation, which becomes a part of a program: one line of the characters of annotations.
fn checked_text(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_good = |c: char| c.is_alphanumeric() || " _.,|[]()'\"-:/*+#%=<>!?".contains(c);
    match !text.is_empty() && text.chars().all(is_good) && !text.contains('#') {
        true => Ok(text.to_owned()),
        false => Err(format!("{text:?} is no annotation")),
    }
}

/// Whether a text can name a parameter or a function.
pub(super) fn is_identifier(text: &str) -> bool {
    /// The words of the language.
    const WORDS: &[&str] = &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    ];
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_')
        && !WORDS.contains(&text)
}

/// Returns the name of a value's type in Python.
fn type_name(value: &Value) -> &str {
    match value {
        Value::None => "None",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::BigInt(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "str",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "list",
        Value::Tuple(_) => "tuple",
        Value::Set(_) => "set",
        Value::FrozenSet(_) => "frozenset",
        Value::Dict(_) => "dict",
        Value::Complex { .. } => "complex",
        Value::DateTime(_) => "datetime",
        Value::Date(_) => "date",
        Value::Time(_) => "time",
        Value::TimeDelta { .. } => "timedelta",
        Value::Decimal(_) => "Decimal",
        Value::Object { class, .. } => class.strip_prefix("builtins.").unwrap_or(class),
        Value::NdArray(_) => "ndarray",
        Value::DataFrame(_) => "DataFrame",
        Value::Series(_) => "Series",
        Value::Index(_) => "Index",
        Value::Column(_) => "array",
        Value::Tagged { kind, .. } => kind,
    }
}

#[cfg(test)]
mod tests;
