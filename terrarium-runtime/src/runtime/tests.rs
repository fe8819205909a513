//! Tests of the access to a set of artifacts, on small sets made here and on the bundled one.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const WASM: &[u8] = b"\0asm\x01\0\0\0 and the rest of a module";

/// Returns `content`, compressed in frames.
fn seekable(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = zeekstd::Encoder::new(&mut bytes).unwrap();
    encoder.compress(content).unwrap();
    encoder.finish().unwrap();
    bytes
}

/// Returns the whole content.
fn content(packed: &Packed) -> Vec<u8> {
    let mut content = vec![0; packed.len() as usize];
    let mut done = 0;
    while done < content.len() {
        done += packed.read_at(done as u64, &mut content[done..]).unwrap();
    }
    content
}

/// Makes a folder with four small artifacts; `change` may damage the manifest.
fn folder(change: impl FnOnce(&mut Value)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let packed = zstd::bulk::compress(WASM, 3).unwrap();
    let plain = |file: &str, bytes: &[u8]| {
        fs::write(folder.path().join(file), bytes).unwrap();
        json!({"file": file, "bytes": bytes.len(), "sha256": sha256_hex(bytes), "licence": "MIT"})
    };
    let mut python = plain("python.wasm.zst", &packed);
    python["unpacked"] = json!({"bytes": WASM.len(), "sha256": sha256_hex(WASM)});
    let mut lock = plain("lock.zst", &zstd::bulk::compress(b"{}", 3).unwrap());
    lock["unpacked"] = json!({"bytes": 2, "sha256": sha256_hex(b"{}")});
    let mut manifest = json!({
        "guest": {"name": "g", "version": "1", "python": "3", "abi": "a", "platform": "p"},
        "sources": [],
        "rewriter": "00",
        "artifacts": {
            "python_wasm": python,
            "library": plain("library.zip.zst", &seekable(b"PK library")),
            "bytecode": plain("bytecode.zip.zst", &seekable(b"PK bytecode")),
            "package_lock": lock,
        },
    });
    change(&mut manifest);
    fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
    folder
}

#[test]
fn artifacts_come_back_as_they_were_laid_out() {
    let folder = folder(|_| ());
    let runtime = Runtime::from_dir(folder.path()).unwrap();
    assert_eq!(runtime.python_wasm().unwrap(), WASM);
    assert_eq!(content(runtime.library().unwrap()), b"PK library");
    assert_eq!(content(runtime.bytecode().unwrap()), b"PK bytecode");
    assert_eq!(runtime.package_lock().unwrap(), b"{}");
    runtime.verify().unwrap();
}

#[test]
fn a_changed_file_is_refused_with_both_hashes() {
    let folder = folder(|_| ());
    fs::write(folder.path().join("library.zip.zst"), seekable(b"PK libraxy")).unwrap();
    let runtime = Runtime::from_dir(folder.path()).unwrap();
    let error = runtime.library().unwrap_err();
    assert!(matches!(&error, RuntimeError::Hash { file, .. } if file == "library.zip.zst"), "{error}");
    assert!(error.to_string().contains(&sha256_hex(&seekable(b"PK libraxy"))), "{error}");
    assert!(runtime.verify().is_err());
    runtime.bytecode().unwrap();
}

#[test]
fn a_module_that_decompresses_to_something_else_is_refused() {
    let folder = folder(|_| ());
    let other: Vec<u8> = WASM.iter().rev().copied().collect();
    let packed = zstd::bulk::compress(&other, 3).unwrap();
    fs::write(folder.path().join("python.wasm.zst"), packed).unwrap();
    let runtime = Runtime::from_dir(folder.path()).unwrap();
    assert!(matches!(runtime.python_wasm(), Err(RuntimeError::Hash { .. })));
}

#[test]
fn damaged_compression_is_an_error() {
    let folder = folder(|_| ());
    fs::write(folder.path().join("python.wasm.zst"), b"no zstd frame").unwrap();
    let runtime = Runtime::from_dir(folder.path()).unwrap();
    assert!(matches!(runtime.python_wasm(), Err(RuntimeError::Unpack { .. })));
}

#[test]
fn content_larger_than_announced_is_an_error() {
    let folder = folder(|m| m["artifacts"]["python_wasm"]["unpacked"]["bytes"] = json!(4));
    let runtime = Runtime::from_dir(folder.path()).unwrap();
    assert!(matches!(runtime.python_wasm(), Err(RuntimeError::Unpack { .. })));
}

#[test]
fn an_announced_size_beyond_the_bound_is_refused_before_it_is_allocated() {
    let folder = folder(|m| m["artifacts"]["python_wasm"]["unpacked"]["bytes"] = json!(1u64 << 60));
    let runtime = Runtime::from_dir(folder.path()).unwrap();
    assert!(matches!(runtime.python_wasm(), Err(RuntimeError::TooLarge { .. })));
}

#[test]
fn a_manifest_cannot_name_a_file_outside_its_folder() {
    for name in ["../secret", "/etc/hostname", "a\\b", "c:x", "..", ""] {
        let folder = folder(|m| m["artifacts"]["library"]["file"] = json!(name));
        let runtime = Runtime::from_dir(folder.path()).unwrap();
        assert!(matches!(runtime.library(), Err(RuntimeError::FileName { .. })), "{name}");
    }
}

#[test]
fn a_missing_artifact_is_named() {
    let folder = folder(|m| drop(m["artifacts"].as_object_mut().unwrap().remove("bytecode")));
    let runtime = Runtime::from_dir(folder.path()).unwrap();
    let error = runtime.bytecode().unwrap_err().to_string();
    assert!(error.contains("`bytecode`"), "{error}");
}

#[test]
fn the_key_follows_the_manifest() {
    let one = Runtime::from_dir(folder(|_| ()).path()).unwrap();
    let same = Runtime::from_dir(folder(|_| ()).path()).unwrap();
    let other = Runtime::from_dir(folder(|m| m["rewriter"] = json!("01")).path()).unwrap();
    assert_eq!(one.key(), same.key());
    assert_ne!(one.key(), other.key());
}

#[cfg(feature = "bundled")]
#[test]
fn the_bundled_set_is_whole() {
    let runtime = Runtime::bundled().unwrap();
    runtime.verify().unwrap();
    assert!(runtime.python_wasm().unwrap().starts_with(b"\0asm\x01\0\0\0"));
    assert!(content(runtime.library().unwrap()).starts_with(b"PK\x03\x04"));
    assert!(content(runtime.bytecode().unwrap()).starts_with(b"PK\x03\x04"));
    let expected: Value = serde_json::from_str(include_str!("../../pins.json")).unwrap();
    assert_eq!(serde_json::to_value(&runtime.manifest().guest).unwrap(), expected["guest"]);
    assert!(std::ptr::eq(runtime, Runtime::bundled().unwrap()));
}

#[cfg(feature = "bundled")]
#[test]
fn the_bundled_set_leaves_room_in_a_packed_crate() {
    let runtime = Runtime::bundled().unwrap();
    let bytes: u64 = runtime.manifest().artifacts.values().map(|artifact| artifact.bytes).sum();
    // The limit is 10 MB; the sources and the archive itself need little of it.
    assert!(bytes < 9_800_000, "{bytes} bytes of artifacts");
}
