//! Resolutions on catalogues and made-up sources: the choice of versions, extras, conflicts and their explanation.

mod universes;

use std::sync::Arc;

use pep508_rs::PackageName;

use super::*;
use crate::{
    Catalogue, Control, Error, Metadata, Misfit, OtherFile, Release, Releases, Source, Target, Yanked, target::guest,
};

/// A source of packages: each line is `name version [yanked] : requirement, requirement`.
struct Lines {
    label: Arc<str>,
    packages: Vec<(Metadata, Yanked)>,
    others: Vec<(PackageName, OtherFile)>,
}

impl Lines {
    fn new(label: &str, text: &str) -> Self {
        let mut packages = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (head, requires) = line.split_once(':').unwrap_or((line, ""));
            let mut words = head.split_whitespace();
            let (name, version) = (words.next().unwrap(), words.next().unwrap());
            let mut metadata = Metadata::new(name.parse().unwrap(), version.parse().unwrap());
            let mut yanked = Yanked::No;
            for word in words {
                match word.strip_prefix('+') {
                    Some(extra) => metadata.extras.push(extra.parse().unwrap()),
                    None => yanked = Yanked::Yes(word.to_owned()),
                }
            }
            let requires = requires.split(',').map(str::trim).filter(|requirement| !requirement.is_empty());
            metadata.requires = requires.map(|requirement| requirement.replace('&', ",").parse().unwrap()).collect();
            packages.push((metadata, yanked));
        }
        Self { label: label.into(), packages, others: Vec::new() }
    }

    fn with_other(mut self, name: &str, version: &str, file_name: &str, misfit: Misfit) -> Self {
        let version = Some(version.parse().unwrap());
        self.others.push((name.parse().unwrap(), OtherFile { version, file_name: file_name.to_owned(), misfit }));
        self
    }
}

impl Source for Lines {
    fn label(&self) -> &str {
        &self.label
    }

    fn releases(&self, name: &PackageName, _: &mut Control<'_>) -> Result<Option<Arc<Releases>>, Error> {
        let of_name = self.packages.iter().filter(|(metadata, _)| metadata.name == *name);
        let fitting: Vec<Release> = of_name
            .map(|(metadata, yanked)| Release {
                name: name.clone(),
                version: metadata.version.clone(),
                wheels: Vec::new(),
                yanked: yanked.clone(),
                source: Arc::clone(&self.label),
            })
            .collect();
        let others: Vec<OtherFile> =
            self.others.iter().filter(|(of, _)| of == name).map(|(_, other)| other.clone()).collect();
        let is_there = !fitting.is_empty() || !others.is_empty();
        Ok(is_there.then(|| Arc::new(Releases::new(Arc::clone(&self.label), fitting, others))))
    }

    fn metadata(&self, release: &Release, _: &mut Control<'_>) -> Result<Arc<Metadata>, Error> {
        let is_it = |metadata: &Metadata| metadata.name == release.name && metadata.version == release.version;
        let (found, _) = self.packages.iter().find(|(metadata, _)| is_it(metadata)).unwrap();
        match found.requires.iter().any(|requirement| requirement.name().as_ref() == "broken") {
            true => Err(Error::format(format!("{}-{}", release.name, release.version), "METADATA: made up")),
            false => Ok(Arc::new(found.clone())),
        }
    }
}

fn run(request: &Request, sources: &[&dyn Source]) -> Result<Resolution, Error> {
    resolve(request, sources, &guest(), &mut Control::default())
}

fn found(lines: &str, requirements: &[&str]) -> Result<Vec<String>, String> {
    let request = Request::new(requirements.iter().copied()).unwrap();
    shown(run(&request, &[&Lines::new("the index", lines)]))
}

fn shown(result: Result<Resolution, Error>) -> Result<Vec<String>, String> {
    let resolution = result.map_err(|error| error.to_string())?;
    Ok(resolution.packages().iter().map(|package| format!("{} {}", package.name, package.version)).collect())
}

fn ok(packages: &[&str]) -> Result<Vec<String>, String> {
    Ok(packages.iter().map(|package| (*package).to_owned()).collect())
}

#[test]
fn the_newest_versions_that_go_together_are_chosen() {
    let lines = "a 1\na 2: b<2\na 3: b>=2, c\nb 1\nb 2: c<2\nc 1\nc 2";
    assert_eq!(found(lines, &["a"]), ok(&["a 3", "b 2", "c 1"]));
    assert_eq!(found(lines, &["a", "c>=2"]), ok(&["a 2", "b 1", "c 2"]));
    assert_eq!(found(lines, &["a<2"]), ok(&["a 1"]));
}

#[test]
fn an_old_version_is_told_with_what_stands_against_newer_ones() {
    let told = |index: Lines, requirements: &[&str]| {
        let request = Request::new(requirements.iter().copied()).unwrap();
        run(&request, &[&index]).unwrap().warnings().to_vec()
    };
    let index = |lines: &str| {
        Lines::new("the index", lines)
            .with_other("b", "1", "b-1.tar.gz", Misfit::Source)
            .with_other("c", "3", "c-3-cp314-cp314-linux.whl", Misfit::Platform("cp314-cp314-linux".to_owned()))
            .with_other("c", "4rc1", "c-4rc1.tar.gz", Misfit::Source)
            .with_other("d", "1", "d-1.tar.gz", Misfit::Source)
            .with_other("e", "9", "e-9.whl", Misfit::RequiresPython(">=3.99".to_owned()))
    };
    let lines = "a 1\na 2: b>=1\na 3rc1\nc 2\nd 2\nc 1\ne 1\nf 1: c<3\ng 1\ng 2: c<2\nh 1: c>=2";
    let old = "a 1 is not the newest version: a 2 requires b>=1, of which no version fits this Python";
    assert_eq!(told(index(lines), &["a"]), [old]);
    let built = "c 2 is not the newest version: c 3 has no wheel that fits this Python";
    assert_eq!(told(index(lines), &["c"]), [built]);
    // Versions that the requirements exclude are no news, nor are files of old versions and of other Pythons.
    for requirements in [&["a<2", "c<3"][..], &["d", "e"], &["f"]] {
        assert_eq!(told(index(lines), requirements), [""; 0], "{requirements:?}");
    }
    for (needs, way) in [
        ("z>=1\nz 1: b", "z>=1, which requires b"),
        ("z[all]\nz 1 +all: v; extra == 'all', w; extra == 'no'", "z[all], which requires v"),
    ] {
        let far = format!("w 1\nw 2: x\nx 1: {needs}");
        let reason = format!("w 2 requires x, which requires {way}, of which no version fits this Python");
        assert_eq!(told(index(&far), &["w"]), [format!("w 1 is not the newest version: {reason}")]);
    }
    let together = "g 1 is not the newest version: g 2 does not go together with the other packages";
    let (other, beside) = (index(lines), told(index(lines), &["h", "g"]));
    assert_eq!(beside, [built, together]);
    // The newest version of the source that was preferred counts.
    let first = Lines::new("the distribution", "c 1");
    let found = run(&Request::new(["c"]).unwrap(), &[&first, &other]).unwrap();
    assert!(found.warnings().is_empty(), "{:?}", found.warnings());
}

#[test]
fn markers_of_other_places_do_not_count() {
    let lines = "a 1: w; sys_platform == 'win32', e; sys_platform == 'emscripten'\ne 1";
    assert_eq!(found(lines, &["a", "none; os_name == 'nt'"]), ok(&["a 1", "e 1"]));
}

#[test]
fn extras_bring_their_requirements_at_the_same_version() {
    let lines = "a 1 +x\na 2 +x +all: b>1; extra == 'x', a[x]; extra == 'all'\nb 1\nb 2\nc 1: a<2";
    assert_eq!(found(lines, &["a"]), ok(&["a 2"]));
    assert_eq!(found(lines, &["a[x]"]), ok(&["a 2", "b 2"]));
    assert_eq!(found(lines, &["a[all]"]), ok(&["a 2", "b 2"]));
    assert_eq!(found(lines, &["a[x]", "c"]), ok(&["a 1", "c 1"]));
    let request = Request::new(["a[x,no]"]).unwrap();
    let resolution = run(&request, &[&Lines::new("i", lines)]).unwrap();
    assert_eq!(resolution.warnings(), ["a 2 has no extra no"]);
    let names: Vec<&str> = resolution.get("a").unwrap().extras.iter().map(AsRef::as_ref).collect();
    assert_eq!(names, ["no", "x"]);
    let b = resolution.get("b").unwrap();
    assert!(!b.requested && resolution.get("a").unwrap().requested);
    assert_eq!(resolution.get("a").unwrap().requires, ["b".parse().unwrap()]);
}

#[test]
fn packages_that_require_one_another_are_no_problem() {
    assert_eq!(found("a 1: b\nb 1: c\nc 1: a>=1", &["b"]), ok(&["a 1", "b 1", "c 1"]));
    assert_eq!(found("a 1: a>=1", &["a"]), ok(&["a 1"]));
    assert_eq!(found("a 1\na 2: a<2", &["a"]), ok(&["a 1"]));
}

#[test]
fn prereleases_are_chosen_where_the_standard_permits_them() {
    let lines = "a 1\na 2rc1\nb 1a1\nc 1: a>1\nd 1.dev1";
    assert_eq!(found(lines, &["a"]), ok(&["a 1"]));
    assert_eq!(found(lines, &["a>=2rc1"]), ok(&["a 2rc1"]));
    assert_eq!(found(lines, &["a>=1.0a1"]), ok(&["a 2rc1"]));
    assert_eq!(found(lines, &["b"]), ok(&["b 1a1"]));
    assert_eq!(found(lines, &["c"]), ok(&["a 2rc1", "c 1"]));
    let with = |kind| shown(run(&Request::new(["a"]).unwrap().prereleases(kind), &[&Lines::new("i", lines)]));
    assert_eq!(with(Prereleases::Allow), ok(&["a 2rc1"]));
    assert_eq!(with(Prereleases::Never), ok(&["a 1"]));
    let never = Request::new(["b"]).unwrap().prereleases(Prereleases::Never);
    assert!(run(&never, &[&Lines::new("i", lines)]).is_err());
}

#[test]
fn a_prerelease_does_not_stand_in_for_a_final_release_that_cannot_be_used() {
    let lines = "a 1: none\na 2rc1\nb 1: a\nc 1: a>=2rc1";
    for request in [&["a"][..], &["b"]] {
        let text = found(lines, request).unwrap_err();
        assert!(text.contains("no package none: ") && text.contains("pre-releases are left out: 2rc1"), "{text}");
    }
    assert_eq!(found(lines, &["c"]), ok(&["a 2rc1", "c 1"]));
    assert_eq!(found(lines, &["b", "c"]), ok(&["a 2rc1", "b 1", "c 1"]));
}

#[test]
fn a_yanked_version_is_chosen_only_where_it_is_named() {
    let lines = "a 1\na 2 broken-build\nb 1: a==2\nc 1: a>1\nd 1 old\ne 1: d==1";
    assert_eq!(found(lines, &["a"]), ok(&["a 1"]));
    assert_eq!(found(lines, &["a==2"]), ok(&["a 2"]));
    assert_eq!(found(lines, &["b"]), ok(&["a 2", "b 1"]));
    assert_eq!(found(lines, &["b", "c"]), ok(&["a 2", "b 1", "c 1"]));
    assert_eq!(found(lines, &["e"]), ok(&["d 1", "e 1"]));
    for request in [&["a>1"][..], &["c"], &["d"], &["a==2.*"]] {
        let text = found(lines, request).unwrap_err();
        assert!(text.contains("was yanked, and no requirement names exactly that"), "{text}");
    }
    let resolution = run(&Request::new(["a==2"]).unwrap(), &[&Lines::new("i", lines)]).unwrap();
    assert_eq!(resolution.warnings(), ["a 2 was yanked: broken-build"]);
}

#[test]
fn the_first_source_is_preferred_where_its_version_fits() {
    let mut catalogue = Catalogue::new("the distribution");
    catalogue.add("a", "1", &["b"]).unwrap();
    catalogue.add("b", "1", &[]).unwrap();
    let index = Lines::new("the index", "a 2\nb 2\nc 1: b>1");
    let sources: [&dyn Source; 2] = [&catalogue, &index];
    let of = |text: &str| run(&Request::new([text]).unwrap(), &sources);
    assert_eq!(shown(of("a")), ok(&["a 1", "b 1"]));
    assert_eq!(shown(of("a>1")), ok(&["a 2"]));
    assert_eq!(shown(of("c")), ok(&["b 2", "c 1"]));
    assert_eq!(&*of("a").unwrap().packages()[0].release.source, "the distribution");
    assert_eq!(&*of("a>1").unwrap().packages()[0].release.source, "the index");
}

#[test]
fn constraints_count_for_packages_that_are_needed() {
    let request = Request::new(["a"]).unwrap().constraint("b<2").unwrap().constraint("none<1").unwrap();
    let lines = Lines::new("i", "a 1: b\nb 1\nb 2");
    assert_eq!(shown(run(&request, &[&lines])), ok(&["a 1", "b 1"]));
    let request = Request::new(["a", "b>1"]).unwrap().constraint("b<2").unwrap();
    let text = shown(run(&request, &[&lines])).unwrap_err();
    assert!(text.contains("you require b>1 (with the constraint b<2)"), "{text}");
}

#[test]
fn versions_with_broken_metadata_are_passed_over() {
    let lines = "a 1\na 2: broken\na 3: x @ https://example.com/x.whl\na 4: a<4";
    assert_eq!(found(lines, &["a"]), ok(&["a 1"]));
    let text = found(lines, &["a>1"]).unwrap_err();
    for expected in [
        "you require a>1",
        "a 2 cannot be used: a-2: METADATA: made up",
        "\"https://example.com/x.whl\" is not fetched",
        "a 4 cannot be used: it requires another version of itself, a<4",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_conflict_is_explained_as_a_chain_of_requirements() {
    let lines = "a 1: b>=2\na 2: b>=2\nb 1\nb 2: c>=3\nb 3: c>=3\nc 1\nc 3\nd 1: c<2";
    assert_eq!(
        found(lines, &["a", "d"]).unwrap_err(),
        "no versions of all packages go together:\n\
         - you require a\n\
         - you require d\n\
         - a 1 and 2 require b>=2\n\
         - d 1 requires c<2\n\
         - b 2 and 3 require c>=3"
    );
    let text = found("a 1: b[x]>1\nb 1\nb 2 +x: c<1; extra == 'x'\nc 1", &["a"]).unwrap_err();
    assert_eq!(
        text,
        "no versions of all packages go together:\n\
         - you require a\n\
         - a 1 requires b[x]>1\n\
         - b[x] 2 requires c<1\n\
         - c: the index has 1"
    );
}

#[test]
fn a_package_that_no_source_has_is_named_with_those_that_need_it() {
    let text = found("a 1: nunpy>=2", &["a"]).unwrap_err();
    assert_eq!(
        text,
        "no versions of all packages go together:\n- you require a\n- a 1 requires nunpy>=2\n\
         - no package nunpy: not in the index"
    );
}

#[test]
fn files_that_do_not_fit_are_listed_with_their_reasons() {
    let index = Lines::new("the index", "a 1")
        .with_other("a", "2", "a-2.tar.gz", Misfit::Source)
        .with_other("a", "2", "a-2-cp314-cp314-win_amd64.whl", Misfit::Platform("cp314-cp314-win_amd64".to_owned()))
        .with_other("b", "1", "b-1-py3-none-any.whl", Misfit::RequiresPython("<3.14".to_owned()));
    let text = shown(run(&Request::new(["a>1"]).unwrap(), &[&index])).unwrap_err();
    for expected in [
        "you require a>1",
        "a: the index has 1, of its other files, a-2.tar.gz is a source archive, and nothing is built here; \
         a-2-cp314-cp314-win_amd64.whl is for another platform (cp314-cp314-win_amd64) (wheels that fit: py3-none-any",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    // A file without a version says nothing about versions that are asked for, where others are there.
    let mut eggs = Lines::new("the index", "a 1");
    let egg = OtherFile { version: None, file_name: "a-0-py2.egg".to_owned(), misfit: Misfit::Format };
    eggs.others.push(("a".parse().unwrap(), egg));
    let text = shown(run(&Request::new(["a>1"]).unwrap(), &[&eggs])).unwrap_err();
    assert!(text.contains("a: the index has 1") && !text.contains("egg"), "{text}");
    let text = shown(run(&Request::new(["b"]).unwrap(), &[&index])).unwrap_err();
    assert!(text.contains("b: the index has no version that fits this Python, of its other files, b-1-py3-none-any.whl requires Python <3.14"), "{text}");
}

#[test]
fn bounds_end_a_resolution_that_grows() {
    let chain: String = (0..50).map(|n| format!("p{n} 1: p{}\n", n + 1)).collect::<String>() + "p50 1";
    assert_eq!(found(&chain, &["p0"]).unwrap().len(), 51);
    let mut request = Request::new(["p0"]).unwrap();
    request.most_packages = 20;
    let index = Lines::new("i", &chain);
    assert!(shown(run(&request, &[&index])).unwrap_err().contains("more than 20 packages would be needed"));
    request.most_packages = 100;
    request.most_steps = 20;
    assert!(shown(run(&request, &[&index])).unwrap_err().contains("more than 20 versions were tried"));
}

#[test]
fn a_conflict_at_the_end_of_a_long_chain_is_explained() {
    let chain: String = (0..1900).map(|n| format!("p{n} 1: p{}\n", n + 1)).collect::<String>() + "p1900 1: q<1";
    let request = Request::new(["p0", "q>=1"]).unwrap();
    let text = shown(run(&request, &[&Lines::new("i", &(chain + "\nq 0\nq 1"))])).unwrap_err();
    assert!(text.contains("you require p0") && text.contains("p1900 1 requires q<1"), "{text}");
    assert!(text.lines().count() < 50 && text.contains("… "), "{text}");
}

#[test]
fn a_package_that_no_source_has_is_part_of_the_error() {
    let result = run(&Request::new(["nunpy", "a"]).unwrap(), &[&Lines::new("i", "a 1")]);
    assert!(matches!(result, Err(Error::NoSolution { unknown, .. }) if unknown == [("nunpy".to_owned(), None)]));
}

#[test]
fn the_required_python_of_the_metadata_counts() {
    let mut catalogue = Catalogue::new("c");
    let mut metadata = Metadata::new("a".parse().unwrap(), "1".parse().unwrap());
    metadata.requires_python = Some("<3.14".parse().unwrap());
    catalogue.add_metadata(metadata, None);
    let text = shown(run(&Request::new(["a"]).unwrap(), &[&catalogue])).unwrap_err();
    assert!(text.contains("a 1 cannot be used: it requires Python <3.14"), "{text}");
    let target = Target::new("3.13.1", "pyemscripten_2026_0_wasm32").unwrap();
    assert!(resolve(&Request::new(["a"]).unwrap(), &[&catalogue], &target, &mut Control::default()).is_ok());
}

#[test]
fn an_address_in_the_request_is_refused() {
    let text = found("", &["a @ https://example.com/a.whl"]).unwrap_err();
    assert!(text.contains("packages are taken from an index by name"), "{text}");
}
