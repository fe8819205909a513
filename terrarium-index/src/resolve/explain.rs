//! The explanation of a failure: the requirements that cannot hold together, from the request outwards.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Display,
    sync::Arc,
};

use pep440_rs::Version;
use pep508_rs::PackageName;
use pubgrub::{DerivationTree, External};

use super::{node::Node, ranges::Set, solver::Solver};
use crate::{Error, OtherFile, Releases, Yanked};

/// The most steps that are shown.
const MOST_STEPS: usize = 30;
/// The most files of a package that are shown.
const MOST_FILES: usize = 4;

type Tree = DerivationTree<Node, Set, String>;

/// Returns the error with the steps, one a line.
pub(super) fn explain(solver: &Solver<'_, '_>, tree: &Tree) -> Result<Error, Error> {
    let (mut needs, mut lacks, mut broken) = (Needs::default(), BTreeMap::<PackageName, Set>::new(), BTreeMap::new());
    for fact in facts(tree) {
        match fact {
            External::FromDependencyOf(of, set, needed, _) => needs.add(solver, of, set, needed),
            External::NoVersions(node, set) => {
                if let Some(name) = node.name() {
                    let known = lacks.entry(name.clone()).or_insert_with(Set::empty);
                    *known = known.union(set);
                }
            }
            External::Custom(node, set, reason) => {
                let versions = set.as_singleton().map_or_else(String::new, |version| format!(" {version}"));
                broken.insert((node.clone(), versions), reason.clone());
            }
            External::NotRoot(..) => {}
        }
    }
    let mut lines = needs.lines();
    lines.extend(broken.iter().map(|((node, version), reason)| format!("{node}{version} cannot be used: {reason}")));
    let has_facts =
        |name: &PackageName| needs.0.keys().chain(broken.keys().map(|(node, _)| node)).any(|n| n.name() == Some(name));
    let mut unknown = Vec::new();
    for (name, set) in &lacks {
        match known(solver, name)?.as_slice() {
            [] => {
                let asked: Vec<&str> = solver.sources.iter().map(|source| source.label()).collect();
                lines.push(format!("no package {name}: not in {}", asked.join(", ")));
                unknown.push((name.to_string(), needs.subject_of(name)));
            }
            known => lines.extend(lack(solver, name, known, set, has_facts(name))),
        }
    }
    let hidden = lines.len().saturating_sub(MOST_STEPS);
    if hidden > 0 {
        lines.drain(MOST_STEPS / 2..MOST_STEPS / 2 + hidden);
        lines.insert(MOST_STEPS / 2, format!("… {hidden} more"));
    }
    let explanation = format!("no versions of all packages go together:\n- {}", lines.join("\n- "));
    Ok(Error::NoSolution { explanation, unknown })
}

/// Returns the facts that are not derived from others. The tree may be deep, so this calls no function for its parts.
fn facts(tree: &Tree) -> Vec<&External<Node, Set, String>> {
    let (mut found, mut open, mut seen) = (Vec::new(), vec![tree], HashSet::new());
    while let Some(tree) = open.pop() {
        match tree {
            DerivationTree::External(fact) => found.push(fact),
            DerivationTree::Derived(derived) => {
                for cause in [&derived.cause2, &derived.cause1] {
                    if seen.insert(Arc::as_ptr(cause)) {
                        open.push(cause);
                    }
                }
            }
        }
    }
    found
}

/// Requirements, by the subject that has them.
#[derive(Default)]
struct Needs(BTreeMap<Node, BTreeMap<(Node, String), BTreeSet<Version>>>);

impl Needs {
    fn add(&mut self, solver: &Solver<'_, '_>, of: &Node, set: &Set, needed: &Node) {
        let texts = self.0.entry(of.clone()).or_default();
        for (text, versions) in solver.facts.borrow().of(of, set, needed) {
            texts.entry((needed.clone(), text)).or_default().extend(versions);
        }
    }

    /// Returns a package that requires `name`; `None` if the request does.
    fn subject_of(&self, name: &PackageName) -> Option<String> {
        let requires = |needed: &BTreeMap<(Node, String), _>| needed.keys().any(|(node, _)| node.name() == Some(name));
        let subject = self.0.iter().find(|(_, needed)| requires(needed)).map(|(node, _)| node);
        subject.and_then(Node::name).map(ToString::to_string)
    }

    /// Returns one sentence for each, each subject after the one that requires it.
    fn lines(&self) -> Vec<String> {
        let (mut lines, mut seen) = (Vec::new(), BTreeSet::new());
        let starts = std::iter::once(&Node::Root).chain(self.0.keys());
        for start in starts {
            let mut open = std::collections::VecDeque::from([start]);
            while let Some(node) = open.pop_front() {
                if !seen.insert(node) {
                    continue;
                }
                let mut shown = BTreeSet::new();
                for ((needed, text), versions) in self.0.get(node).into_iter().flatten() {
                    // A package and its extra have one requirement in common.
                    if shown.insert(text) {
                        lines.push(format!("{} {text}", subject(node, versions)));
                    }
                    open.push_back(needed);
                    // The requirements of an extra are followed by those of its package.
                    open.extend(self.0.keys().filter(|other| other.name() == needed.name()));
                }
            }
        }
        lines
    }
}

fn subject(node: &Node, versions: &BTreeSet<Version>) -> String {
    if *node == Node::Root {
        return "you require".to_owned();
    }
    let versions: Vec<&Version> = versions.iter().collect();
    let verb = if versions.len() == 1 { "requires" } else { "require" };
    let versions = match versions.as_slice() {
        [first, .., last] if versions.len() > 4 => format!("{first} to {last} ({} versions)", versions.len()),
        few => joined(few),
    };
    format!("{node} {versions} {verb}")
}

/// Returns what the sources have of a package.
fn known(solver: &Solver<'_, '_>, name: &PackageName) -> Result<Vec<Arc<Releases>>, Error> {
    let found = solver.sources.iter().map(|source| solver.with_control(|control| source.releases(name, control)));
    found.filter_map(Result::transpose).collect()
}

/// Describes what there is of a package of which no version fits; `None` if other lines say as much.
fn lack(
    solver: &Solver<'_, '_>,
    name: &PackageName,
    known: &[Arc<Releases>],
    set: &Set,
    has_facts: bool,
) -> Option<String> {
    let parts: Vec<Vec<String>> = known.iter().map(|releases| there_is(solver, releases, set)).collect();
    if has_facts && parts.iter().all(|parts| parts.len() == 1) {
        return None;
    }
    let parts: Vec<String> = parts.iter().map(|parts| parts.join(", ")).collect();
    Some(format!("{name}: {}", parts.join("; ")))
}

/// Describes what a source has of a package.
fn there_is(solver: &Solver<'_, '_>, releases: &Releases, set: &Set) -> Vec<String> {
    let label = &releases.source;
    let mut parts = Vec::new();
    let usable: Vec<&Version> = releases
        .fitting
        .iter()
        .filter(|release| release.yanked == Yanked::No)
        .map(|release| &release.version)
        .collect();
    parts.push(match usable.as_slice() {
        [] => format!("{label} has no version that fits this Python"),
        [one] => format!("{label} has {one}"),
        few if few.len() <= 5 => format!("{label} has {}", joined(few)),
        [newest, .., oldest] => {
            format!("{label} has {} versions that fit this Python, from {oldest} to {newest}", usable.len())
        }
    });
    let yanked: Vec<&Version> = releases
        .fitting
        .iter()
        .filter(|release| release.yanked != Yanked::No && set.contains(&release.version))
        .map(|release| &release.version)
        .take(5)
        .collect();
    if !yanked.is_empty() {
        parts.push(format!("{} yanked, and no requirement names exactly that", joined_verb(&yanked)));
    }
    let early = releases.fitting.iter().filter(|r| set.contains(&r.version) && solver.rules.leaves_out(r));
    let early: Vec<&Version> = early.map(|release| &release.version).take(5).collect();
    if !early.is_empty() {
        parts.push(format!("pre-releases are left out: {}", joined(&early)));
    }
    let mut others: Vec<&OtherFile> = releases
        .others
        .iter()
        .filter(|other| match &other.version {
            Some(version) => set.contains(version),
            // Such a file explains a lack of versions, and nothing where versions are there.
            None => usable.is_empty(),
        })
        .collect();
    // The newest first.
    others.sort_by(|one, other| other.version.cmp(&one.version));
    if usable.iter().all(|version| !set.contains(*version)) && !others.is_empty() {
        let shown: Vec<String> =
            others.iter().take(MOST_FILES).map(|other| format!("{} {}", other.file_name, other.misfit)).collect();
        let more = others.len().saturating_sub(MOST_FILES);
        let more = if more > 0 { format!("; {more} more files") } else { String::new() };
        parts.push(format!(
            "of its other files, {}{more} (wheels that fit: {})",
            shown.join("; "),
            solver.target.tags()
        ));
    }
    parts
}

fn joined_verb(versions: &[&Version]) -> String {
    let verb = if versions.len() == 1 { "was" } else { "were" };
    format!("{} {verb}", joined(versions))
}

/// Joins words with commas and a last `and`.
fn joined(words: &[impl Display]) -> String {
    match words {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(ToString::to_string).collect();
            format!("{} and {last}", first.join(", "))
        }
    }
}
