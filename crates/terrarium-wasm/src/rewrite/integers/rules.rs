//! The rules of `numpy.rules`, as data.

use super::operator::known;

/// The text of the rules.
const TEXT: &str = include_str!("numpy.rules");

/// The rules of one module.
pub(super) struct RuleSet<'t> {
    /// A function that only this module exports.
    pub(super) export: &'t str,
    /// Its rules, in the order in which they bind names.
    pub(super) rules: Vec<Rule<'t>>,
}

/// A sequence of instructions that occurs once in the module.
pub(super) struct Rule<'t> {
    /// The decision that the place makes.
    pub(super) name: &'t str,
    /// The name under which other rules call the function, if the sequence is the start of one.
    pub(super) start: Option<Option<&'t str>>,
    /// The sequence.
    pub(super) steps: Vec<Step<'t>>,
}

/// One instruction of a sequence, and its replacement.
pub(super) struct Step<'t> {
    pub(super) name: &'static str,
    pub(super) operand: Operand<'t>,
    /// The instructions that replace it, if any do.
    pub(super) replacement: Option<Vec<(&'static str, Operand<'t>)>>,
}

/// The operand of an instruction in a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand<'t> {
    /// Any, or none: `*`.
    Any,
    /// That of the replaced instruction: `same`.
    Same,
    /// A number.
    Number(i64),
    /// A function. All rules of a module mean the same one by a name.
    Function(&'t str),
}

/// Returns all rules.
///
/// # Errors
/// The line that is not part of a rule. A test excludes it.
pub(super) fn all() -> Result<Vec<RuleSet<'static>>, &'static str> {
    parse(TEXT)
}

fn parse(text: &str) -> Result<Vec<RuleSet<'_>>, &str> {
    let mut sets: Vec<RuleSet<'_>> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(export) = line.strip_prefix("module ") {
            sets.push(RuleSet { export, rules: Vec::new() });
            continue;
        }
        let set = sets.last_mut().ok_or(line)?;
        if let Some(name) = line.strip_prefix("rule ") {
            set.rules.push(Rule { name, start: None, steps: Vec::new() });
            continue;
        }
        let rule = set.rules.last_mut().ok_or(line)?;
        if let Some(name) = line.strip_prefix("start") {
            rule.start = Some(Some(name.trim()).filter(|name| !name.is_empty()));
        } else {
            rule.steps.push(step(line).ok_or(line)?);
        }
    }
    Ok(sets)
}

fn step(line: &str) -> Option<Step<'_>> {
    let (found, replacement) = match line.split_once("=>") {
        Some((found, replacement)) => (found, Some(replacement)),
        None => (line, None),
    };
    let replacement = match replacement {
        Some(list) => {
            let written = list.split(';').map(str::trim).filter(|part| !part.is_empty());
            Some(written.map(instruction).collect::<Option<Vec<_>>>()?)
        }
        None => None,
    };
    let (name, operand) = instruction(found)?;
    Some(Step { name, operand, replacement })
}

fn instruction(text: &str) -> Option<(&'static str, Operand<'_>)> {
    let mut words = text.split_whitespace();
    let name = known(words.next()?)?;
    let operand = match words.next() {
        None | Some("*") => Operand::Any,
        Some("same") => Operand::Same,
        Some(word) => word.parse().map_or(Operand::Function(word), Operand::Number),
    };
    words.next().is_none().then_some((name, operand))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_rules_is_understood() {
        let sets = all().expect("all lines are understood");
        assert_eq!(sets.len(), 2);
        assert!(sets.iter().flat_map(|set| &set.rules).all(|rule| rule.steps.len() > 2), "a rule has a surrounding");
    }

    #[test]
    fn a_line_outside_of_a_rule_is_refused() {
        assert_eq!(parse("i32.const 7").err(), Some("i32.const 7"));
        assert_eq!(parse("module a\nrule b\ni32.popcnt").err(), Some("i32.popcnt"));
    }
}
