//! The gallery: programs of common kinds, with the packages that they import, and all their results.
//!
//! A folder of `examples/gallery` contains `main.py` and its input files. Its folder `expected` has the printed text
//! (`stdout.txt`), the text files that the program writes, and `other.txt`: its other files and displays by kind,
//! pictures with their size. `TERRARIUM_BLESS=1` records the present results of the programs as the expected ones.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use terrarium_core::{Bytes, ExecuteOptions, ExecutionResult, Packages, Sandbox, SandboxOptions, Status};
use terrarium_tests::{Picture, corpus, each};

const PROGRAM: &str = "main.py";
const EXPECTED: &str = "expected";

/// Returns the files of a folder by name, without folders.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file());
    files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())).collect()
}

fn picture(bytes: &[u8]) -> Result<String, String> {
    let picture = Picture::decode(bytes)?;
    if picture.is_blank() { Err(format!("there is nothing to see: {picture}")) } else { Ok(format!("PNG, {picture}")) }
}

/// Describes a file that is no text.
fn kind(bytes: &[u8]) -> Result<String, String> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => picture(bytes),
        [b'P', b'K', 3, 4, ..] => Ok("ZIP archive".to_owned()),
        _ if bytes.starts_with(b"SQLite format 3\0") => Ok("SQLite database".to_owned()),
        _ => Err(format!("unknown content: {:?}", bytes.get(..16))),
    }
}

/// Returns all results of a run as files.
fn left(result: &ExecutionResult) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut left = BTreeMap::from([("stdout.txt".to_owned(), result.stdout.clone().into_bytes())]);
    let mut other = String::new();
    for (name, content) in &result.output_files {
        match std::str::from_utf8(content) {
            Ok(_) => drop(left.insert(name.clone(), content.to_vec())),
            Err(_) => other += &format!("{name}: {}\n", kind(content).map_err(|fault| format!("{name}: {fault}"))?),
        }
    }
    for display in &result.displays {
        let forms: Vec<&str> = display.data.keys().map(String::as_str).collect();
        other += &format!("display: {}", forms.join(", "));
        if let Some(image) = display.data.get("image/png") {
            let bytes = STANDARD.decode(image.as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
            other += &format!(": {}", picture(&bytes)?);
        }
        if let Some(formula) = display.data.get("text/latex") {
            other += &format!(": {formula}");
        }
        other.push('\n');
    }
    if let Some(repr) = &result.final_repr {
        other += &format!("value: {repr}\n");
    }
    if !other.is_empty() {
        left.insert("other.txt".to_owned(), other.into_bytes());
    }
    Ok(left)
}

fn check(folder: &Path) -> Result<(), String> {
    let mut inputs = files(folder);
    let source = String::from_utf8(inputs.remove(PROGRAM).ok_or("no main.py")?).map_err(|error| error.to_string())?;
    let options =
        SandboxOptions::new().packages(Packages::Auto).package_source(corpus()).timeout(Duration::from_secs(300));
    let inputs = inputs.into_iter().map(|(name, content)| (name, Bytes::from(content)));
    let result =
        Sandbox::new(options).and_then(|sandbox| sandbox.execute_with(&source, ExecuteOptions::new().files(inputs)));
    let result = result.map_err(|error| error.to_string())?;
    if result.status != Status::Success || !result.stderr.is_empty() {
        return Err(format!("{:?}: {:?}\n{}", result.status, result.error, result.stderr));
    }
    let (left, expected) = (left(&result)?, folder.join(EXPECTED));
    if env::var_os("TERRARIUM_BLESS").is_some() {
        fs::create_dir_all(&expected).map_err(|error| error.to_string())?;
        return left.iter().try_for_each(|(name, content)| {
            fs::write(expected.join(name), content).map_err(|error| error.to_string())
        });
    }
    let expected = files(&expected);
    if left.keys().ne(expected.keys()) {
        return Err(format!("it left {:?}, not {:?}", left.keys(), expected.keys()));
    }
    let differs = left.iter().find(|(name, content)| expected[*name] != **content);
    differs.map_or(Ok(()), |(name, content)| {
        Err(format!("{name} is not as expected:\n{}", String::from_utf8_lossy(content)))
    })
}

#[test]
fn the_programs_of_the_gallery_leave_what_is_expected() {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gallery");
    let folders = fs::read_dir(&gallery).expect("the gallery").map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 10, "{folders:?}");
    each(&folders, |folder| folder.file_name().unwrap().to_str().unwrap(), |folder| check(folder));
}
