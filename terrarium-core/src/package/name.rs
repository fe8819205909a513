//! Names of packages: normalization and similarity.

/// Returns the form in which names are compared (PEP 503): lower case, with one `-` for each run of `-`, `_` and `.`.
pub(crate) fn normalize(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.push(c.to_ascii_lowercase()),
        }
    }
    normal
}

/// Returns at most three of `names` that are similar to `name`, the closest first.
pub(crate) fn similar<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    suggested(name, names, [])
}

/// Returns at most three packages whose names are similar to `name`, or whose modules have such names, the closest first.
/// `modules` are the names of modules with their packages.
pub(crate) fn suggested<'n>(
    name: &str,
    packages: impl IntoIterator<Item = &'n str>,
    modules: impl IntoIterator<Item = (&'n str, &'n str)>,
) -> Vec<String> {
    let wanted = normalize(name);
    // One error in four letters, and never a different word.
    let most = (wanted.len() / 4).clamp(1, 3);
    let of_packages = packages.into_iter().map(|name| (name, name));
    // Too many things are called by two letters.
    let of_modules = modules.into_iter().filter(|(module, _)| module.len() > 2);
    let mut close: Vec<(usize, &str)> = of_packages
        .chain(of_modules)
        .filter(|(called, _)| called.len().abs_diff(wanted.len()) <= most && called.len() > most)
        .map(|(called, package)| (distance(&wanted, &normalize(called)), package))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    close.sort_unstable();
    let mut found: Vec<String> = Vec::new();
    for (_, package) in close {
        if !found.iter().any(|known| normalize(known) == normalize(package)) {
            found.push(package.to_owned());
        }
    }
    found.truncate(3);
    found
}

/// Returns the number of letters to insert, remove, change or swap with the next to turn one word into the other.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut next = vec![i];
        for j in 1..=other.len() {
            let changed = row[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = changed.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_and_separators_are_the_same() {
        for name in ["ruamel.yaml", "Ruamel_YAML", "ruamel-yaml", "ruamel-_.yaml", " ruamel.yaml "] {
            assert_eq!(normalize(name), "ruamel-yaml");
        }
        assert_eq!(normalize("PIL"), "pil");
    }

    #[test]
    fn the_distance_counts_letters() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("numpy", "nunpy", 1),
            ("kitten", "sitting", 3),
            ("numpy", "nupmy", 1),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn close_names_are_found_and_others_are_not() {
        let names = ["numpy", "pandas", "scipy", "six", "sympy"];
        assert_eq!(similar("nunpy", names), ["numpy"]);
        assert_eq!(similar("panda", names), ["pandas"]);
        assert!(similar("matplotlib", names).is_empty());
        assert!(similar("x", names).is_empty());
        assert!(similar("", names).is_empty());
        let modules = [("PIL", "pillow"), ("cv2", "opencv-python"), ("sklearn", "scikit-learn"), ("gi", "pygobject")];
        let suggested = |name: &str| suggested(name, names, modules);
        assert_eq!(suggested("pil"), ["pillow"]);
        assert_eq!(suggested("sklaern"), ["scikit-learn"]);
        assert_eq!(suggested("nunpy"), ["numpy"]);
        assert!(suggested("g").is_empty());
    }
}
