//! Defaults: the value of an `impl Default`, and whether a sentence states the same value.

use anyhow::{Context, Result, bail};
use quote::ToTokens as _;
use syn::{BinOp, Expr, Lit};

use super::{Kind, attributes::compact};

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Bool(bool),
    Integer(u64),
    Float(f64),
    /// In nanoseconds.
    Duration(u64),
    Text(String),
    /// None, an empty list, or the default of another type.
    Nothing,
}

/// Units of durations, in nanoseconds.
const DURATIONS: &[(&str, u64)] =
    &[("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000)];
/// Units of sizes. A number alone counts things.
const SIZES: &[(&str, u64)] = &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("bytes", 1), ("", 1)];

impl Value {
    /// Returns the value of an expression.
    pub(super) fn of(expression: &Expr) -> Result<Self> {
        let unknown = || format!("cannot evaluate `{}`", compact(&expression.to_token_stream().to_string()));
        Ok(match expression {
            Expr::Paren(inner) => return Self::of(&inner.expr),
            Expr::Lit(literal) => match &literal.lit {
                Lit::Bool(literal) => Self::Bool(literal.value),
                Lit::Int(literal) => Self::Integer(literal.base10_parse()?),
                Lit::Float(literal) => Self::Float(literal.base10_parse()?),
                Lit::Str(literal) => Self::Text(literal.value()),
                _ => bail!(unknown()),
            },
            Expr::Binary(pair) => {
                let (Self::Integer(left), Self::Integer(right)) = (Self::of(&pair.left)?, Self::of(&pair.right)?)
                else {
                    bail!(unknown());
                };
                let result = match pair.op {
                    BinOp::Shl(_) => u32::try_from(right).ok().and_then(|bits| left.checked_shl(bits)),
                    BinOp::Mul(_) => left.checked_mul(right),
                    BinOp::Add(_) => left.checked_add(right),
                    _ => None,
                };
                Self::Integer(result.with_context(unknown)?)
            }
            Expr::Path(path) if path.path.is_ident("None") => Self::Nothing,
            Expr::Macro(call) if call.mac.path.is_ident("vec") && call.mac.tokens.is_empty() => Self::Nothing,
            Expr::MethodCall(call) if call.args.is_empty() => match call.method.to_string().as_str() {
                "to_owned" | "to_string" | "into" => Self::of(&call.receiver)?,
                _ => bail!(unknown()),
            },
            Expr::Call(call) => {
                let function = compact(&call.func.to_token_stream().to_string());
                let argument = call.args.first().map(Self::of).transpose()?;
                let scale = match function.rsplit("::").next() {
                    Some("from_secs") => 1_000_000_000,
                    Some("from_millis") => 1_000_000,
                    _ => 1,
                };
                match argument {
                    None if function.ends_with("::new") || function.ends_with("::default") => Self::Nothing,
                    Some(value) if function == "Some" => value,
                    Some(Self::Integer(number)) if scale > 1 => {
                        Self::Duration(number.checked_mul(scale).with_context(unknown)?)
                    }
                    Some(value @ Self::Text(_)) if function.ends_with("::from") => value,
                    _ => bail!(unknown()),
                }
            }
            _ => bail!(unknown()),
        })
    }

    /// Returns the value of a type's own `Default`.
    pub(super) fn of_kind(kind: &Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(false),
            Kind::Integer => Self::Integer(0),
            Kind::Float => Self::Float(0.0),
            Kind::Duration => Self::Duration(0),
            _ => Self::Nothing,
        }
    }

    /// Whether a sentence states this value. For no value, it may state the effect.
    pub(super) fn is_stated_by(&self, text: &str) -> bool {
        let clause = text.split([';', '(']).next().unwrap_or_default().trim();
        let word = clause.split([',', ' ']).next().unwrap_or_default();
        match self {
            Self::Bool(true) => ["on", "yes"].contains(&word),
            Self::Bool(false) => ["off", "no"].contains(&word),
            Self::Integer(number) => quantity(clause, SIZES) == Some(*number),
            Self::Duration(nanoseconds) => quantity(clause, DURATIONS) == Some(*nanoseconds),
            Self::Float(number) => clause.parse() == Ok(*number) || seconds_of(clause) == Some(*number),
            Self::Text(value) => clause.trim_matches('`') == value,
            Self::Nothing => {
                !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()) && !["on", "yes"].contains(&word)
            }
        }
    }
}

/// Parses a number with its unit: `512 MiB`, `10,000`.
pub(crate) fn quantity(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (_, scale) = units.iter().find(|(name, _)| *name == unit.trim())?;
    number.replace(',', "").parse::<u64>().ok()?.checked_mul(*scale)
}

/// Returns the seconds since 1970 of the start of a year: `2026-01-01T00:00:00Z`.
fn seconds_of(text: &str) -> Option<f64> {
    let year: u32 = text.strip_suffix("-01-01T00:00:00Z")?.parse().ok()?;
    let is_leap = |year: &u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let leap = u32::try_from((1970..year).filter(is_leap).count()).ok()?;
    Some(f64::from((year.checked_sub(1970)? * 365 + leap) * 24) * 3600.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value> {
        Value::of(&syn::parse_str(text).unwrap())
    }

    #[test]
    fn a_sentence_states_the_value_of_its_expression() {
        for (expression, sentence) in [
            ("Some(Duration::from_secs(30))", "30 s"),
            ("Duration::from_millis(50)", "50 ms"),
            ("512 << 20", "512 MiB; at least 48 MiB"),
            ("10_000", "10,000"),
            ("\"/home/earth\".to_owned()", "`/home/earth`"),
            ("None", "`home` itself"),
            ("Vec::new()", "empty"),
            ("Packages::default()", "none"),
            ("true", "on"),
            ("false", "no"),
            ("1_767_225_600.0", "2026-01-01T00:00:00Z"),
        ] {
            assert!(value(expression).unwrap().is_stated_by(sentence), "{expression}: {sentence}");
        }
    }

    #[test]
    fn a_sentence_that_states_another_value_is_found() {
        for (expression, sentence) in [
            ("Some(Duration::from_secs(30))", "30 ms"),
            ("512 << 20", "512 KiB"),
            ("512 << 20", "512"),
            ("10_000", "1,000"),
            ("\"/home/earth\".to_owned()", "`/home`"),
            ("None", "5 s"),
            ("None", ""),
            ("true", "off"),
            ("false", "on"),
            ("0.5", "0.25"),
            ("1_767_225_600.0", "2025-01-01T00:00:00Z"),
        ] {
            assert!(!value(expression).unwrap().is_stated_by(sentence), "{expression}: {sentence}");
        }
    }

    #[test]
    fn an_expression_that_is_not_understood_is_an_error_with_its_text() {
        for expression in ["compute(1)", "1 << 200", "a", "1 - 2"] {
            assert!(value(expression).unwrap_err().to_string().contains(&compact(expression)), "{expression}");
        }
    }
}
