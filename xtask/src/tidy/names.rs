//! No host names of package registries and no paths of one machine: clients know their registry, and the project must
//! work on every machine.

use super::Finding;
use super::source::SourceFile;

/// Pairs of halves, so that this file does not break the rule.
const HOSTS: &[(&str, &str)] = &[
    ("registry.npm", "js.org"),
    ("registry.yarn", "pkg.com"),
    ("pypi", ".org"),
    ("python", "hosted.org"),
    ("static.cr", "ates.io"),
    ("index.cr", "ates.io"),
];

/// Starts of paths that name one machine's user or workplace.
const PATHS: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/Us", "ers/"),
    ("C:\\Us", "ers\\"),
    ("/root/", ".cargo"),
    ("/tmp/", "bash"),
    ("/opt/", "wheels"),
];

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let join =
        |halves: &[(&str, &str)]| -> Vec<String> { halves.iter().map(|(one, two)| format!("{one}{two}")).collect() };
    let (hosts, paths) = (join(HOSTS), join(PATHS));
    let mut findings = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(host) = hosts.iter().find(|host| line.contains(*host)) {
                let message = format!("names the registry host `{host}`");
                findings.push(Finding::new(file, index + 1, message));
            }
            if let Some(path) = paths.iter().find(|path| starts_a_path(line, path)) {
                let message = format!("names a path of one machine, `{path}…`");
                findings.push(Finding::new(file, index + 1, message));
            }
        }
    }
    findings
}

/// Whether `start` is in the line and not in the middle of a longer path.
fn starts_a_path(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-/*}~".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(&[SourceFile::new("a.md", text)]).len()
    }

    #[test]
    fn hosts_and_paths_are_found() {
        for (one, two) in HOSTS {
            assert_eq!(found(&format!("see https://{one}{two}/x")), 1, "{one}{two}");
        }
        for (one, two) in PATHS {
            assert_eq!(found(&format!("cd {one}{two}x")), 1, "{one}{two}");
        }
    }

    #[test]
    fn other_names_and_paths_pass() {
        assert_eq!(found("/home/earth/data.csv, /tmp/x, /workspace, net/work/x, ../work/x"), 0);
        assert_eq!(found("https://example.com, npm, pip"), 0);
    }
}
