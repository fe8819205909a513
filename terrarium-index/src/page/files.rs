//! The files of a page, grouped by version: those that the target loads, and the reasons of all others.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use pep440_rs::Version;
use pep508_rs::PackageName;

use super::PageFile;
use crate::{
    Release, Releases, Target, WheelFile, WheelName, Yanked,
    requirement::{package_name, specifiers},
    source::{Misfit, OtherFile},
};

/// Groups the files of a package.
pub(crate) fn releases(name: &PackageName, files: Vec<PageFile>, target: &Target, source: &Arc<str>) -> Releases {
    let mut fitting: BTreeMap<Version, Vec<(u32, WheelFile)>> = BTreeMap::new();
    let mut others = Vec::new();
    for file in files {
        match judge(name, file, target) {
            Some(Ok((rank, wheel))) => fitting.entry(wheel.name.version.clone()).or_default().push((rank, wheel)),
            Some(Err(other)) => others.push(other),
            None => {}
        }
    }
    let release = |(version, mut wheels): (Version, Vec<(u32, WheelFile)>)| {
        wheels.sort_by_key(|(rank, wheel)| Reverse((wheel.yanked == Yanked::No, *rank, wheel.name.build.clone())));
        let wheels: Vec<Arc<WheelFile>> = wheels.into_iter().map(|(_, wheel)| Arc::new(wheel)).collect();
        let yanked = wheels.first().map_or(Yanked::No, |wheel| wheel.yanked.clone());
        Release { name: name.clone(), version, wheels, yanked, source: Arc::clone(source) }
    };
    Releases::new(Arc::clone(source), fitting.into_iter().map(release).collect(), others)
}

/// Tells whether a file fits; `None` for a file of another package.
fn judge(name: &PackageName, file: PageFile, target: &Target) -> Option<Result<(u32, WheelFile), OtherFile>> {
    let other = |version: Option<Version>, misfit| OtherFile { version, file_name: file.file_name.clone(), misfit };
    if !file.file_name.ends_with(".whl") {
        let version = source_version(name, &file.file_name);
        let is_source = [".tar.gz", ".zip", ".tar.bz2", ".tgz"].iter().any(|end| file.file_name.ends_with(end));
        let misfit = if is_source { Misfit::Source } else { Misfit::Format };
        return Some(Err(other(version, misfit)));
    }
    let Some(wheel) = WheelName::parse(&file.file_name) else {
        return Some(Err(other(None, Misfit::Format)));
    };
    if wheel.name != *name {
        return None;
    }
    let version = wheel.version.clone();
    let Some(rank) = target.rank(&wheel) else {
        let misfit = match target.is_platform(&wheel) {
            true => Misfit::Python(wheel.tags()),
            false => Misfit::Platform(wheel.tags()),
        };
        return Some(Err(other(Some(version), misfit)));
    };
    let requires_python = file.requires_python.as_deref().and_then(|text| specifiers(text).ok());
    if let Some(required) = &requires_python
        && !target.suits(required)
    {
        return Some(Err(other(Some(version), Misfit::RequiresPython(required.to_string()))));
    }
    let PageFile { file_name, url, hashes, size, upload_time, metadata, yanked, .. } = file;
    let wheel = WheelFile {
        file_name,
        name: wheel,
        is_wheel: true,
        url,
        hashes,
        size,
        upload_time,
        requires_python,
        metadata,
        yanked,
    };
    Some(Ok((rank, wheel)))
}

/// Returns the version in the name of a source archive.
fn source_version(name: &PackageName, file_name: &str) -> Option<Version> {
    let stem = [".tar.gz", ".zip", ".tar.bz2", ".tgz"].iter().find_map(|end| file_name.strip_suffix(end))?;
    let starts = stem.match_indices('-').map(|(at, _)| at);
    let found = |at: usize| (package_name(&stem[..at])? == *name).then(|| stem[at + 1..].parse().ok())?;
    starts.filter_map(found).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::guest;

    fn file(file_name: &str) -> PageFile {
        PageFile { file_name: file_name.to_owned(), url: format!("https://e.com/{file_name}"), ..PageFile::default() }
    }

    fn grouped(files: Vec<PageFile>) -> Releases {
        releases(&"a-b".parse().unwrap(), files, &guest(), &"the index".into())
    }

    #[test]
    fn the_best_wheel_of_a_version_is_first() {
        let yanked = PageFile {
            yanked: Yanked::Yes(String::new()),
            ..file("a_b-2-3-cp314-cp314-pyemscripten_2026_0_wasm32.whl")
        };
        let found = grouped(vec![
            file("a_b-2-py3-none-any.whl"),
            yanked,
            file("a_b-2-cp314-cp314-pyemscripten_2026_0_wasm32.whl"),
            file("A.B-2-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl"),
            file("a_b-10-py3-none-any.whl"),
            file("other-3-py3-none-any.whl"),
        ]);
        let versions: Vec<String> = found.fitting.iter().map(|release| release.version.to_string()).collect();
        assert_eq!(versions, ["10", "2"]);
        let names: Vec<&str> = found.fitting[1].wheels.iter().map(|wheel| wheel.file_name.as_str()).collect();
        assert_eq!(
            names,
            [
                "A.B-2-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
                "a_b-2-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
                "a_b-2-py3-none-any.whl",
                "a_b-2-3-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
            ]
        );
        assert_eq!(found.fitting[1].yanked, Yanked::No);
    }

    #[test]
    fn files_that_do_not_fit_keep_their_reasons() {
        let old = PageFile { requires_python: Some("<3.12".to_owned()), ..file("a_b-1-py3-none-any.whl") };
        let found = grouped(vec![
            old,
            file("a_b-1.tar.gz"),
            file("a-b-2.0-1.zip"),
            file("a_b-2-cp313-none-any.whl"),
            file("a_b-2-cp314-cp314-win_amd64.whl"),
            file("a_b-2.exe"),
        ]);
        assert!(found.fitting.is_empty());
        let misfits: Vec<_> =
            found.others.iter().map(|other| (other.version.as_ref().map(ToString::to_string), &other.misfit)).collect();
        let version = |text: &str| Some(text.to_owned());
        assert_eq!(
            misfits,
            [
                (version("1"), &Misfit::RequiresPython("<3.12".to_owned())),
                (version("1"), &Misfit::Source),
                (version("2.0.post1"), &Misfit::Source),
                (version("2"), &Misfit::Python("cp313-none-any".to_owned())),
                (version("2"), &Misfit::Platform("cp314-cp314-win_amd64".to_owned())),
                (None, &Misfit::Format),
            ]
        );
    }
}
