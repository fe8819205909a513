//! Fetches pinned packages with the registries' own clients and checks their hashes.

use std::env;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256, Sha512};
use terrarium_runtime::Source;

use super::Pins;
use crate::util;

/// The largest file taken out of a package, in bytes.
const MAX_MEMBER_BYTES: u64 = 256 << 20;

/// Returns the bytes of a pinned package, from the folder of downloads if possible, else fetched into it.
pub(crate) fn fetch(source: &Source, downloads: &Path) -> Result<Vec<u8>> {
    let path = downloads.join(&source.file);
    if let Ok(bytes) = fs::read(&path)
        && check(source, &bytes).is_ok()
    {
        return Ok(bytes);
    }
    println!("fetching {} {} with {}", source.name, source.version, source.client);
    let part = downloads.join(format!(".{}.{}", source.name, std::process::id()));
    fs::create_dir_all(&part).with_context(|| format!("cannot create `{}`", part.display()))?;
    let fetched = fetch_into(source, &part);
    let removed = fs::remove_dir_all(&part);
    let bytes = fetched
        .with_context(|| format!("cannot fetch {} {}; set-up needs the network once", source.name, source.version))?;
    removed.with_context(|| format!("cannot remove `{}`", part.display()))?;
    util::write(&path, &bytes)?;
    Ok(bytes)
}

fn fetch_into(source: &Source, part: &Path) -> Result<Vec<u8>> {
    let package = |separator: &str| format!("{}{separator}{}", source.name, source.version);
    match source.client.as_str() {
        "npm" => util::run_quietly(
            util::npm().args(["pack", "--loglevel=error", "--pack-destination", ".", &package("@")]).current_dir(part),
        )?,
        "pip" => {
            let requirement = format!("{} --hash={}\n", package("=="), source.integrity);
            fs::write(part.join("requirements.txt"), requirement)?;
            let python = source.python.iter().flat_map(|version| ["--python-version", version]);
            util::run_quietly(
                util::command(util::python()?)
                    .args(["-m", "pip", "download", "--disable-pip-version-check", "--no-deps"])
                    .args(["--only-binary=:all:", "--require-hashes", "--dest", "."])
                    .args(python)
                    .args(["--requirement", "requirements.txt"])
                    .current_dir(part),
            )?;
        }
        "cargo" => return from_cargo(source, part),
        other => bail!("pins.json names the client `{other}`; only npm, pip and cargo are known"),
    }
    let bytes = util::read(&part.join(&source.file))?;
    check(source, &bytes)?;
    Ok(bytes)
}

/// Fetches a crate as the dependency of an empty package, since cargo fetches nothing else, and reads cargo's copy.
fn from_cargo(source: &Source, part: &Path) -> Result<Vec<u8>> {
    let manifest = format!(
        "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n\
         [dependencies]\n{} = \"={}\"\n",
        source.name, source.version
    );
    fs::write(part.join("Cargo.toml"), manifest)?;
    fs::write(part.join("lib.rs"), "")?;
    util::run_quietly(util::cargo().args(["fetch", "--quiet"]).current_dir(part))?;
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).context("there is no home folder")?;
    let cache = home.join("registry/cache");
    for registry in fs::read_dir(&cache).with_context(|| format!("cannot read `{}`", cache.display()))? {
        if let Ok(bytes) = fs::read(registry?.path().join(&source.file)) {
            check(source, &bytes)?;
            return Ok(bytes);
        }
    }
    bail!("cargo did not keep `{}` in `{}`", source.file, cache.display())
}

/// Compares the bytes with the pinned hash, in the form that the package's client prints.
fn check(source: &Source, bytes: &[u8]) -> Result<()> {
    let found = if source.integrity.starts_with("sha512-") {
        format!("sha512-{}", BASE64.encode(Sha512::digest(bytes)))
    } else {
        format!("sha256:{:x}", Sha256::digest(bytes))
    };
    ensure!(found == source.integrity, "{} has the hash {found}, pinned is {}", source.file, source.integrity);
    Ok(())
}

/// Returns the content of the named members of a package of the npm registry, in the order of the names.
pub(crate) fn members(package: &[u8], names: &[&str]) -> Result<Vec<Vec<u8>>> {
    members_below("package", package, names)
}

/// Returns the content of the named members below the first folder of a compressed archive, in the order of the names.
pub(crate) fn members_below(folder: &str, package: &[u8], names: &[&str]) -> Result<Vec<Vec<u8>>> {
    let mut found: Vec<Option<Vec<u8>>> = vec![None; names.len()];
    let mut archive = tar::Archive::new(GzDecoder::new(package));
    for entry in archive.entries()? {
        let entry = entry?;
        let path = entry.path()?.to_string_lossy().replace('\\', "/");
        let Some(name) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        if let Some(index) = names.iter().position(|wanted| *wanted == name) {
            let mut bytes = Vec::new();
            entry.take(MAX_MEMBER_BYTES).read_to_end(&mut bytes)?;
            found[index] = Some(bytes);
        }
    }
    let take = |(name, bytes): (&&str, Option<Vec<u8>>)| bytes.with_context(|| format!("the package has no `{name}`"));
    names.iter().zip(found).map(take).collect()
}

/// The tools that set-up runs, by package, with their files: Binaryen's optimiser, which is also the oracle for the
/// tests of the rewriting.
const TOOLS: &[(&str, &[&str])] = &[("binaryen", &["bin/wasm-opt", "bin/package.json", "package.json", "LICENSE"])];

/// Lays out the tool `name` in a separate folder among the downloads, and returns its path.
pub(crate) fn lay_out_tool(pins: &Pins, downloads: &Path, name: &str) -> Result<PathBuf> {
    let (name, files) = TOOLS.iter().find(|(tool, _)| *tool == name).with_context(|| format!("no tool `{name}`"))?;
    let source = pins.source(name)?;
    let folder = downloads.join(name);
    // Written last: without it the folder is incomplete or has another version.
    let stamp = folder.join("integrity");
    if fs::read(&stamp).is_ok_and(|present| present == source.integrity.as_bytes()) {
        return Ok(folder);
    }
    let package = fetch(source, downloads)?;
    for (file, bytes) in files.iter().zip(members(&package, files)?) {
        util::write(&folder.join(file), &bytes)?;
    }
    util::write(&stamp, source.integrity.as_bytes())?;
    println!("{name} {} laid out", source.version);
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(integrity: &str) -> Source {
        Source {
            name: "sample".into(),
            version: "1.0".into(),
            client: "npm".into(),
            python: None,
            file: "sample-1.0.tgz".into(),
            integrity: integrity.into(),
            licence: "MIT".into(),
            purpose: "tests".into(),
        }
    }

    /// The hash of the three bytes `abc` in the form of each client.
    const ABC: [&str; 2] = [
        "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ];

    #[test]
    fn hashes_are_checked_in_the_form_of_each_client() {
        for integrity in ABC {
            check(&source(integrity), b"abc").unwrap();
            let error = check(&source(integrity), b"abd").unwrap_err().to_string();
            assert!(error.contains("sample-1.0.tgz") && error.contains(integrity), "{error}");
        }
    }

    #[test]
    fn a_hash_of_another_kind_never_matches() {
        assert!(check(&source("md5-kAFQmDzST7DWlj99KOF/cg=="), b"abc").is_err());
        assert!(check(&source(""), b"abc").is_err());
    }

    #[test]
    fn a_kept_download_is_used_without_a_client() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = source(ABC[1]);
        kept.client = "none".into();
        fs::write(folder.path().join(&kept.file), b"abc").unwrap();
        assert_eq!(fetch(&kept, folder.path()).unwrap(), b"abc");
        fs::write(folder.path().join(&kept.file), b"damaged").unwrap();
        let error = format!("{:#}", fetch(&kept, folder.path()).unwrap_err());
        assert!(error.contains("client `none`"), "{error}");
    }

    #[test]
    fn members_come_in_the_order_of_their_names() {
        let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), Default::default()));
        for (name, content) in [("package/a", "first"), ("package/b/c", "second"), ("a", "outside")] {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, content.as_bytes()).unwrap();
        }
        let package = archive.into_inner().unwrap().finish().unwrap();
        let found = members(&package, &["b/c", "a"]).unwrap();
        assert_eq!(found, [b"second".to_vec(), b"first".to_vec()]);
        let error = members(&package, &["missing"]).unwrap_err().to_string();
        assert!(error.contains("`missing`"), "{error}");
    }
}
