//! Markers of a lock: those of requirements, and `"x" in extras` and `"x" in dependency_groups`.

use pep508_rs::ExtraName;

use crate::{Target, requirement::marker};

/// The prefix that tells a group from an extra.
const GROUP: &str = "dependency-group-";

/// Whether a marker holds for a target, without extras and with the groups that count.
///
/// # Errors
/// A text with the problem.
pub(super) fn holds(text: &str, groups: &[String], target: &Target) -> Result<bool, String> {
    let tree = marker(&with_extras(text))?;
    let active: Vec<ExtraName> = groups.iter().filter_map(|group| format!("{GROUP}{group}").parse().ok()).collect();
    Ok(tree.evaluate(target.environment(), &active))
}

/// Writes `"x" in extras` as `extra == "x"`, and the same for groups: the form that the parser of markers reads.
fn with_extras(text: &str) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = &rest[start..=start];
        let Some(length) = rest[start + 1..].find(quote) else { break };
        let (value, after) = (&rest[start + 1..start + 1 + length], &rest[start + length + 2..]);
        done.push_str(&rest[..start]);
        let (is_in, tail) = match after.trim_start() {
            tail if tail.starts_with("in ") => (true, tail[3..].trim_start()),
            tail if tail.starts_with("not ") => match tail[4..].trim_start().strip_prefix("in ") {
                Some(tail) => (false, tail.trim_start()),
                None => (true, ""),
            },
            _ => (true, ""),
        };
        let list = ["extras", "dependency_groups"].into_iter().find(|list| {
            let end = tail.strip_prefix(list);
            end.is_some_and(|end| !end.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
        });
        match list {
            Some(list) => {
                let prefix = if list == "extras" { "" } else { GROUP };
                let operator = if is_in { "==" } else { "!=" };
                done.push_str(&format!("extra {operator} {quote}{prefix}{value}{quote}"));
                rest = &tail[list.len()..];
            }
            None => {
                done.push_str(&format!("{quote}{value}{quote}"));
                rest = after;
            }
        }
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::guest;

    #[test]
    fn extras_and_groups_are_part_of_a_marker() {
        let holds = |text: &str| holds(text, &["dev".to_owned()], &guest()).unwrap();
        assert!(holds("sys_platform == 'emscripten'"));
        assert!(!holds("'test' in extras") && holds("'test' not in extras"));
        assert!(holds("\"dev\" in dependency_groups and python_version >= '3.14'"));
        assert!(!holds("'docs' in dependency_groups or 'emscripten' not in sys_platform"));
        assert!(holds("'emscripten' in sys_platform"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "'x", "'x' in", "'x' in extrasx", "extras", "'x' not extras"] {
            assert!(holds(text, &[], &guest()).is_err(), "{text}");
        }
    }
}
