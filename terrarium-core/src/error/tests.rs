//! Codes, details and sources of errors.

use std::{collections::BTreeSet, error::Error as _, io};

use super::*;
use terrarium_unix::abi::Errno;

fn all() -> Vec<Error> {
    let name = || "x".to_owned();
    let full = || io::Error::from(io::ErrorKind::StorageFull);
    let path = std::path::Path::new("x");
    let mut errors = vec![
        Error::option("memory", "1 is too little"),
        Error::InvalidPath { path: name(), reason: name() },
        file_error(FileOperation::Write, "x", Errno::ENOSPC),
        Error::TooLarge { what: "the code", option: "code_bytes", limit: 1, used: 2 },
        Err::<(), _>(full()).or_image(path, "writing").unwrap_err(),
        Error::BareImageAlreadySet { path: path.into() },
        Err::<(), _>(full()).or_cache(path).unwrap_err(),
        Error::Forked,
        Err::<(), _>(full()).or_artifacts().unwrap_err(),
        Err::<(), _>(full()).or_start("entropy").unwrap_err(),
        Err::<(), _>(full()).or_engine("").unwrap_err(),
    ];
    errors.extend(
        [
            PackageError::Unknown { name: name(), needed_by: None, similar: Vec::new(), place: None },
            PackageError::Absent { name: name(), needed_by: Some(name()), path: path.into() },
            PackageError::Platform { path: path.into(), tags: name(), fits: name(), way_out: None },
            PackageError::Hash { path: path.into(), expected: name(), found: name() },
            PackageError::Damaged { path: path.into(), reason: name(), source: Some(full().into()) },
            PackageError::Source { entry: name(), reason: name(), source: Some(full().into()) },
            PackageError::Store { path: path.into(), reason: name(), source: Some(full().into()) },
            PackageError::Download { url: name(), reason: name(), source: Some(full().into()) },
        ]
        .map(Error::from),
    );
    errors
}

#[test]
fn every_kind_of_error_has_a_code_of_its_own() {
    let errors = all();
    let codes: BTreeSet<&str> = errors.iter().map(Error::code).collect();
    assert_eq!(codes.len(), errors.len(), "{codes:?}");
    let is_snake = |code: &&str| code.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    assert!(codes.iter().all(is_snake), "{codes:?}");
}

#[test]
fn details_are_an_object_without_empty_members() {
    for error in all() {
        let details = serde_json::to_value(error.details()).unwrap();
        let members = details.as_object().unwrap();
        assert_eq!(members.is_empty(), matches!(error, Error::Forked), "{error:?}");
        assert!(members.values().all(|member| !member.is_null()), "{details}");
    }
}

#[test]
fn texts_do_not_name_the_program() {
    for error in all() {
        assert!(!error.to_string().contains("terrarium"), "{error}");
    }
}

#[test]
fn an_error_keeps_what_caused_it_and_names_it_once() {
    let full = || io::Error::from(io::ErrorKind::StorageFull);
    let error = Err::<(), _>(full()).or_image(std::path::Path::new("a.timg"), "writing").unwrap_err();
    assert_eq!(error.to_string(), format!("image a.timg: writing: {}", full()));
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::StorageFull));

    let context = wasmtime::Error::from(full()).context("mapping");
    let error = Err::<(), _>(context).or_engine("").unwrap_err();
    assert_eq!(error.to_string(), format!("engine: mapping: {}", full()));
    assert!(error.source().is_some());
}

#[test]
fn a_full_disk_is_not_called_a_missing_file() {
    let error = file_error(FileOperation::Write, "a/b", Errno::ENOSPC);
    assert_eq!(error.to_string(), r#"cannot write "a/b" in the sandbox: no space left on device (ENOSPC)"#);
    let error = file_error(FileOperation::Read, "a", Errno::EIO);
    assert_eq!(error.to_string(), r#"cannot read "a" in the sandbox: I/O error (EIO)"#);
}
