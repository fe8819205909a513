//! Random small universes of packages against a solver that tries everything.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::Requirement;

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const VERSIONS: [&str; 5] = ["1", "1.5", "2rc1", "2", "3"];
const SPECIFIERS: [&str; 10] = ["", "==1", ">=2", "<2", "!=2", "~=1.0", ">1", "<=1.5", "==2.*", ">=2rc1,<3"];

/// A requirement: the name, the specifier, whether an extra is requested, whether it belongs to the extra.
type Need = (usize, usize, bool, bool);

fn need() -> impl Strategy<Value = Need> {
    (0..NAMES.len(), 0..SPECIFIERS.len(), prop::bool::weighted(0.2), prop::bool::weighted(0.3))
}

/// The versions of each package with their requirements.
fn universe() -> impl Strategy<Value = Vec<Vec<Vec<Need>>>> {
    let versions = prop::collection::vec(prop::collection::vec(need(), 0..3), 0..=VERSIONS.len());
    prop::collection::vec(versions, NAMES.len())
}

fn text((name, specifier, has_extra, of_extra): Need) -> String {
    let extra = if has_extra { "[x]" } else { "" };
    let marker = if of_extra { "; extra == 'x'" } else { "" };
    format!("{}{extra}{}{marker}", NAMES[name], SPECIFIERS[specifier].replace(',', "&"))
}

fn lines(universe: &[Vec<Vec<Need>>]) -> String {
    let mut lines = String::new();
    for (name, versions) in universe.iter().enumerate() {
        for (version, needs) in versions.iter().enumerate() {
            let needs: Vec<String> = needs.iter().map(|need| text(*need)).collect();
            lines += &format!("{} {} +x: {}\n", NAMES[name], VERSIONS[version], needs.join(", "));
        }
    }
    lines
}

type Choice = BTreeMap<String, (crate::Version, bool)>;

/// Whether a choice of versions, with the extra or without, has all that it requires.
fn is_complete(index: &Lines, roots: &[Requirement], choice: &Choice) -> bool {
    let holds = |requirement: &Requirement| {
        choice.get(requirement.name().as_ref()).is_some_and(|(version, has_extra)| {
            ranges::of_specifiers(requirement.specifiers()).contains(version)
                && (requirement.extras().is_empty() || *has_extra)
        })
    };
    let extra = ["x".parse().unwrap()];
    roots.iter().all(holds)
        && choice.iter().all(|(name, (version, has_extra))| {
            let (metadata, _) =
                index.packages.iter().find(|(m, _)| m.name.as_ref() == name && m.version == *version).unwrap();
            let extras: &[crate::ExtraName] = if *has_extra { &extra } else { &[] };
            metadata.requires.iter().filter(|r| r.applies(&guest(), extras)).all(holds)
        })
}

/// Whether a requirement permits pre-releases: it names one, or fits no final release.
fn permits_prereleases(index: &Lines, requirement: &Requirement) -> bool {
    let set = ranges::of_specifiers(requirement.specifiers());
    let of_name = index.packages.iter().filter(|(m, _)| m.name == *requirement.name());
    let mut finals = of_name.filter(|(m, _)| !m.version.any_prerelease() && set.contains(&m.version));
    requirement.specifiers().iter().any(|specifier| specifier.any_prerelease()) || finals.next().is_none()
}

/// Whether some of the requirements permit each pre-release of a choice.
fn is_permitted<'r>(index: &Lines, by: impl Iterator<Item = &'r Requirement> + Clone, choice: &Choice) -> bool {
    choice.iter().filter(|(_, (version, _))| version.any_prerelease()).all(|(name, _)| {
        let of_name = by.clone().filter(|requirement| requirement.name().as_ref() == name);
        { of_name }.any(|requirement| permits_prereleases(index, requirement))
    })
}

/// Whether any choice is complete, with the pre-releases that the roots permit.
fn has_solution(index: &Lines, roots: &[Requirement]) -> bool {
    let options: Vec<Vec<Option<(crate::Version, bool)>>> = NAMES
        .iter()
        .map(|name| {
            let versions = index.packages.iter().filter(|(m, _)| m.name.as_ref() == *name);
            let with = versions.flat_map(|(m, _)| [false, true].map(|extra| Some((m.version.clone(), extra))));
            std::iter::once(None).chain(with).collect()
        })
        .collect();
    // Counts through all combinations.
    let mut at = vec![0; NAMES.len()];
    loop {
        let chosen = NAMES.iter().zip(&at).zip(&options);
        let choice: Choice =
            chosen.filter_map(|((name, at), options)| Some(((*name).to_owned(), options[*at].clone()?))).collect();
        if is_complete(index, roots, &choice) && is_permitted(index, roots.iter(), &choice) {
            return true;
        }
        let Some(place) = (0..NAMES.len()).find(|place| at[*place] + 1 < options[*place].len()) else { return false };
        at[place] += 1;
        at[..place].fill(0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_solution_is_found_exactly_if_there_is_one(
        universe in universe(),
        roots in prop::collection::vec((0..NAMES.len(), 0..SPECIFIERS.len(), prop::bool::weighted(0.3)), 1..4),
    ) {
        let index = Lines::new("the index", &lines(&universe));
        let mut request = Request::of(Vec::new());
        for (name, specifier, has_extra) in roots {
            request.requirements.push(text((name, specifier, has_extra, false)).replace('&', ",").parse().unwrap());
        }
        match run(&request, &[&index]) {
            Ok(resolution) => {
                let choice: Choice = resolution
                    .packages()
                    .iter()
                    .map(|package| (package.name.to_string(), (package.version.clone(), !package.extras.is_empty())))
                    .collect();
                prop_assert!(is_complete(&index, &request.requirements, &choice), "{choice:?}");
                let all = index.packages.iter().flat_map(|(metadata, _)| &metadata.requires).chain(&request.requirements);
                prop_assert!(is_permitted(&index, all, &choice), "{choice:?}");
            }
            Err(Error::NoSolution { explanation, .. }) => {
                prop_assert!(!has_solution(&index, &request.requirements), "{explanation}");
                prop_assert!(explanation.contains("- you require "), "{explanation}");
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}
