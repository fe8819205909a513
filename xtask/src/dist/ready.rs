//! `cargo xtask dist image science`: ready images as a Python wheel and as an npm package. Users install one of them beside
//! terrarium, which finds it by itself, and then build nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{Part, Profile};
use crate::{setup, util};

/// The largest package, in bytes.
const MAX_BYTES: u64 = 100_000_000;
/// The packages of each published image. One that is served by two lists has both.
const SCIENCE: &[&str] = &["numpy,pandas,matplotlib", "numpy,pandas"];
/// The packages of the image for the tests, which takes seconds: everything else is as in publishing.
const SMALL: &[&str] = &["python-dateutil"];
/// The wheel's name and the Python package in it.
const NAME: &str = "terrarium-science";
const MODULE: &str = "terrarium_science";
/// The tag of the wheel: the machine code runs on this system only.
const TAG: &str = "py3-none-manylinux_2_28_x86_64";
const SUMMARY: &str = "Images for terrarium, with numpy, pandas and matplotlib imported";

/// The members of the packages, by their paths in `folder`.
struct Content {
    folder: PathBuf,
    /// The licences of the packages inside, by path.
    licences: Vec<(String, Vec<u8>)>,
    notice: String,
}

pub(super) fn make(profile: Profile) -> Result<()> {
    setup::run(&setup::Options { dev: true, ..setup::Options::default() })?;
    let lists = if profile.is_published { SCIENCE } else { SMALL };
    let content = content(lists)?;
    let limit = profile.is_published.then_some(MAX_BYTES);
    let wheel = wheel(&content)?;
    super::measure(&wheel, limit)?;
    let packed = npm(&content)?;
    super::measure(&packed, limit)?;
    attempt(profile, &wheel, lists)?;
    attempt_npm(profile, &packed, lists)
}

/// Builds the images, and gathers the licences of their packages.
fn content(lists: &[&str]) -> Result<Content> {
    let folder = super::empty("science")?;
    let program = util::build("terrarium", "dev")?;
    let mut command = util::command(&program);
    command.args(["image", "ready", "--portable", "--cache-dir"]).arg(super::folder().join("cache"));
    command.arg("--packages-from").arg(util::root().join("tests/corpus")).arg("-o").arg(&folder);
    command.args(lists.iter().flat_map(|list| ["--packages", list]));
    ensure!(command.status()?.success(), "cannot build the ready images");
    let mut licences = Vec::new();
    let mut names = Vec::new();
    // Their lock is beside them.
    let wheels =
        files(&folder.join("wheels"))?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "whl"));
    for path in wheels {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut archive = ZipArchive::new(Cursor::new(util::read(&path)?))?;
        let mut parts = name.split('-');
        let title = format!("{} {}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut terms = String::new();
        for index in 0..archive.len() {
            let mut member = archive.by_index(index)?;
            let place = member.name()?.into_owned();
            let Some((_, inside)) = place.split_once(".dist-info/") else { continue };
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes)?;
            if inside == "METADATA" {
                terms = terms_of(&String::from_utf8_lossy(&bytes));
            } else if is_licence(inside) && !place.ends_with('/') {
                licences.push((format!("{}/{inside}", title.replace(' ', "-")), bytes));
            }
        }
        names.push(format!("{title}: {terms}"));
    }
    names.sort();
    let mut notice = format!(
        "{NAME}\nCopyright 2026 The terrarium authors\n\nImages and bytecode are made from the guest of terrarium, whose \
         NOTICE follows below, and from these packages. Their wheels are contained unchanged, and their licences are in \
         the folder `licenses`.\n\n"
    );
    names.iter().try_for_each(|name| writeln!(notice, "{name}"))?;
    notice += &format!("\n{}", fs::read_to_string(util::root().join("NOTICE"))?);
    Ok(Content { folder, licences, notice })
}

/// Returns the terms that the metadata of a package names.
fn terms_of(metadata: &str) -> String {
    let head = metadata.split("\n\n").next().unwrap_or_default();
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let short = field("License-Expression:").or_else(|| field("License:").filter(|text| text.len() < 80));
    let classified = || head.lines().find_map(|line| line.strip_prefix("Classifier: License ::")).map(str::trim);
    short.filter(|text| !text.is_empty()).or_else(classified).unwrap_or("see its licence").to_owned()
}

/// Whether a file of a package's metadata is a licence.
fn is_licence(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_uppercase();
    path.starts_with("licenses/")
        || ["LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS"].iter().any(|word| name.starts_with(word))
}

/// Returns the files in a folder and below it, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

/// Writes the wheel, and returns its path.
fn wheel(content: &Content) -> Result<PathBuf> {
    let version = env!("CARGO_PKG_VERSION");
    let info = format!("{MODULE}-{version}.dist-info");
    let mut members: Vec<(String, Vec<u8>)> = vec![(
        format!("{MODULE}/__init__.py"),
        format!("\"\"\"{SUMMARY}: terrarium {version} finds them by itself.\"\"\"\n").into_bytes(),
    )];
    for path in files(&content.folder)? {
        let inside = path.strip_prefix(&content.folder)?.to_string_lossy().into_owned();
        members.push((format!("{MODULE}/ready/{inside}"), util::read(&path)?));
    }
    let metadata = format!(
        "Metadata-Version: 2.4\nName: {NAME}\nVersion: {version}\nSummary: {SUMMARY}\nLicense-Expression: MIT OR \
         Apache-2.0\nLicense-File: NOTICE\nRequires-Python: >=3.10\nRequires-Dist: terrarium=={version}\n"
    );
    members.push((format!("{info}/METADATA"), metadata.into_bytes()));
    let tags = format!("Wheel-Version: 1.0\nGenerator: terrarium\nRoot-Is-Purelib: false\nTag: {TAG}\n");
    members.push((format!("{info}/WHEEL"), tags.into_bytes()));
    members.push((format!("{info}/licenses/NOTICE"), content.notice.clone().into_bytes()));
    for (path, bytes) in &content.licences {
        members.push((format!("{info}/licenses/{path}"), bytes.clone()));
    }
    let mut record = String::new();
    for (path, bytes) in &members {
        writeln!(record, "{path},sha256={},{}", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)), bytes.len())?;
    }
    record += &format!("{info}/RECORD,,\n");
    members.push((format!("{info}/RECORD"), record.into_bytes()));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in members {
        let is_packed = [".zst", ".whl", ".zip"].iter().any(|ending| path.ends_with(ending));
        let method = if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        archive.start_file(path, SimpleFileOptions::default().compression_method(method).unix_permissions(0o644))?;
        archive.write_all(&bytes)?;
    }
    let path = super::empty("science-wheel")?.join(format!("{MODULE}-{version}-{TAG}.whl"));
    util::write(&path, &archive.finish()?.into_inner())?;
    Ok(path)
}

/// Writes the npm package, and returns its path.
fn npm(content: &Content) -> Result<PathBuf> {
    let staged = super::empty("science-npm")?.join("package");
    for path in files(&content.folder)? {
        util::copy(&path, &staged.join("ready").join(path.strip_prefix(&content.folder)?))?;
    }
    for (path, bytes) in &content.licences {
        util::write(&staged.join("licenses").join(path), bytes)?;
    }
    util::write(&staged.join("NOTICE"), content.notice.as_bytes())?;
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        util::copy(&util::root().join(name), &staged.join(name))?;
    }
    let version = env!("CARGO_PKG_VERSION");
    let package = json!({
        "name": NAME,
        "version": version,
        "description": SUMMARY,
        "license": "MIT OR Apache-2.0",
        "os": ["linux"],
        "cpu": ["x64"],
        "peerDependencies": { "terrarium": version },
        "exports": { "./package.json": "./package.json" },
        "files": ["ready", "licenses", "NOTICE", "LICENSE-*"],
    });
    util::write(&staged.join("package.json"), serde_json::to_string_pretty(&package)?.as_bytes())?;
    let output = util::npm().args(["pack", "--silent"]).current_dir(&staged).output()?;
    ensure!(output.status.success(), "npm pack failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(staged.join(String::from_utf8(output.stdout)?.trim()))
}

/// Returns the packages of the list that a user of the images names, and a program that uses the last one.
fn first_use(lists: &[&str]) -> (String, &'static str) {
    let code = match lists {
        SCIENCE => {
            "import io, pandas; int(pandas.read_csv(io.StringIO('a,b\\nx,1\\ny,2\\nx,39')).groupby('a').b.sum().sum())"
        }
        _ => "from dateutil.parser import parse; parse('2026-02-11').day + 31",
    };
    (lists.last().unwrap_or(&"").rsplit(',').next().unwrap_or_default().to_owned(), code)
}

/// Installs the wheels into a new environment, without the network, and runs the script there twice: the first run
/// unpacks the image.
fn attempt(profile: Profile, wheel: &Path, lists: &[&str]) -> Result<()> {
    let own = packed(profile, Part::Wheel, "wheel", "whl")?;
    let place = super::empty("try-science-wheel")?;
    util::run_quietly(util::command(util::python()?).args(["-m", "venv"]).arg(place.join("venv")))?;
    let python = place.join("venv/bin/python");
    let folders = [&own, wheel].map(|file| file.parent().unwrap_or(Path::new(".")).to_owned());
    let mut install = util::command(&python);
    install.args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-index"]);
    for folder in &folders {
        install.arg("--find-links").arg(folder);
    }
    util::run_quietly(install.arg("terrarium[science]"))?;
    let home = place.join("home");
    fs::create_dir(&home)?;
    let (package, code) = first_use(lists);
    for _ in 0..2 {
        let mut command = util::command(&python);
        command.arg("-I").arg(util::root().join("terrarium-py/dist/try_ready.py")).args([&package, code]);
        command.env_clear().env("HOME", &home).current_dir(&home);
        ensure!(command.status()?.success(), "the installed ready image does not work");
    }
    Ok(())
}

fn attempt_npm(profile: Profile, packed_images: &Path, lists: &[&str]) -> Result<()> {
    let own = packed(profile, Part::Npm, "npm/package", "tgz")?;
    let place = super::empty("try-science-npm")?;
    let (project, home) = (place.join("project"), place.join("home"));
    fs::create_dir(&project)?;
    fs::create_dir(&home)?;
    fs::write(project.join("package.json"), "{\"private\": true}\n")?;
    util::run_quietly(
        util::npm()
            .args(["install", "--offline", "--no-audit", "--no-fund"])
            .args([own.as_path(), packed_images])
            .current_dir(&project),
    )?;
    util::copy(&util::root().join("terrarium-node/dist/try_ready.mjs"), &project.join("try_ready.mjs"))?;
    let (package, code) = first_use(lists);
    for _ in 0..2 {
        let mut command = util::command("node");
        command.args(["try_ready.mjs", &package, code]).env("HOME", &home);
        command.env_remove("XDG_CACHE_HOME").env_remove("TERRARIUM_CACHE_DIR").current_dir(&project);
        ensure!(command.status()?.success(), "the installed ready image does not work");
    }
    Ok(())
}

/// Returns the file of a part that was made before, or makes the part.
fn packed(profile: Profile, part: Part, folder: &str, ending: &str) -> Result<PathBuf> {
    let folder = super::folder().join(folder);
    let find = || -> Option<PathBuf> {
        let paths = fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path());
        paths.filter(|path| path.extension().is_some_and(|found| found == ending)).max()
    };
    if let Some(path) = find() {
        return Ok(path);
    }
    part.make(profile)?;
    find().with_context(|| format!("no {ending} in `{}`", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_come_from_the_expression_the_short_text_or_the_classifier() {
        let terms = |head: &str| terms_of(&format!("Name: x\n{head}\n\nLicense: no\n"));
        assert_eq!(terms("License-Expression: MIT"), "MIT");
        assert_eq!(terms("License: BSD 3-Clause"), "BSD 3-Clause");
        let long = format!("License: {}\nClassifier: License :: OSI Approved :: BSD License", "x".repeat(99));
        assert_eq!(terms(&long), "OSI Approved :: BSD License");
        assert_eq!(terms("Version: 1"), "see its licence");
    }

    #[test]
    fn licences_are_known_by_their_place_or_name() {
        for path in ["licenses/a/b.txt", "LICENSE", "LICENSE.txt", "COPYING.LESSER", "NOTICE"] {
            assert!(is_licence(path), "{path}");
        }
        assert!(!is_licence("METADATA") && !is_licence("top_level.txt"));
    }

    #[test]
    fn the_extra_of_the_wheel_names_this_version() {
        let project = fs::read_to_string(util::root().join("terrarium-py/pyproject.toml")).unwrap();
        assert!(project.contains(&format!("science = [\"{NAME}=={}\"]", env!("CARGO_PKG_VERSION"))));
    }
}
