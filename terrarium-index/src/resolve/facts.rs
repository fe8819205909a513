//! [`Facts`]: the requirements that a resolution has met, in the words of their authors, for explanations.

use std::collections::BTreeMap;

use pep440_rs::Version;

use super::{node::Node, ranges::Set};

/// The requirements that were met, by subject.
#[derive(Debug, Default)]
pub(super) struct Facts(BTreeMap<(Node, Node), BTreeMap<Version, String>>);

impl Facts {
    /// Adds that a version of `of` requires `needed`, in words.
    pub(super) fn add(&mut self, of: &Node, version: &Version, needed: &Node, text: &str) {
        let texts = self.0.entry((of.clone(), needed.clone())).or_default().entry(version.clone()).or_default();
        if !texts.is_empty() {
            texts.push_str(" and ");
        }
        texts.push_str(text);
    }

    /// Returns the versions of `of` in a set by the words in which they require `needed`.
    pub(super) fn of(&self, of: &Node, set: &Set, needed: &Node) -> Vec<(String, Vec<Version>)> {
        let mut groups: BTreeMap<&str, Vec<Version>> = BTreeMap::new();
        for (version, text) in self.0.get(&(of.clone(), needed.clone())).into_iter().flatten() {
            if set.contains(version) {
                groups.entry(text).or_default().push(version.clone());
            }
        }
        groups.into_iter().map(|(text, versions)| (text.to_owned(), versions)).collect()
    }
}
