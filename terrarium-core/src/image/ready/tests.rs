//! Tests of the bare image that is built into this library: used, refused, and unpacked again.

use std::{os::unix::fs::PermissionsExt as _, sync::LazyLock};

use super::*;
use crate::{CacheFolder, CacheKind, Sandbox, Value};

/// A bare image for any processor, compressed.
static PACKED: LazyLock<(ReadyImage, Vec<u8>)> = LazyLock::new(|| {
    let image = Image::build(ImageOptions::new().portable(true)).unwrap();
    let name = image.info().path.file_name().unwrap().to_str().unwrap().to_owned();
    let content = Cache::new(None).read(&name).unwrap().unwrap();
    let packed = tempfile::NamedTempFile::new().unwrap();
    compress(&content, 1, packed.path()).unwrap();
    let image = ReadyImage {
        file: "base.zst".to_owned(),
        sha256: cache::hex(&cache::digest([content.as_slice()])),
        bytes: content.len() as u64,
        wheels: BTreeSet::new(),
        modules: BTreeSet::new(),
        target: target().unwrap(),
    };
    (image, fs::read(packed.path()).unwrap())
});

/// Returns an image as it would be in a program, after a change.
fn built_in(change: impl FnOnce(&mut ReadyImage, &mut Vec<u8>)) -> BuiltInImage {
    let (mut image, mut content) = PACKED.clone();
    change(&mut image, &mut content);
    BuiltInImage { image, content: content.leak() }
}

/// An empty cache folder.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    dir
}

fn kinds(cache: &Path) -> Vec<CacheKind> {
    CacheFolder::open(Some(cache)).unwrap().list().unwrap().iter().map(|entry| entry.kind).collect()
}

fn assert_runs(image: Image, cache: &Path) {
    let sandbox = Sandbox::on_image(image, SandboxOptions::new().cache_dir(cache)).unwrap();
    assert_eq!(sandbox.execute("import json\njson.loads('40') + 2").unwrap().final_expression, Some(Value::Int(42)));
}

#[test]
fn the_image_of_a_program_is_unpacked_and_nothing_is_compiled() {
    let (cache, recipe) = (folder(), Recipe::bare().unwrap());
    let built_in = built_in(|_, _| ());
    let image = find::ready_or_built(Some(cache.path()), &recipe, Some(&built_in)).unwrap();
    assert!(image.info().portable && image.info().name == provision::BARE);
    let path = image.info().path.clone();
    assert_runs(image, cache.path());
    assert_eq!(kinds(cache.path()), [CacheKind::Image]);
    // A damaged copy is unpacked again.
    open_images(|images| images.forget(&path));
    let mut bytes = fs::read(&path).unwrap();
    let good = bytes.clone();
    bytes[good.len() / 2] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, &bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert_runs(find::ready_or_built(Some(cache.path()), &recipe, Some(&built_in)).unwrap(), cache.path());
    assert!(fs::read(&path).unwrap() == good);
}

#[test]
fn an_image_of_another_build_is_refused_before_it_is_unpacked_and_one_is_compiled() {
    let (cache, recipe) = (folder(), Recipe::bare().unwrap());
    let words = PACKED.0.target.split(' ').count();
    assert_eq!(words, 5, "the version, the system, the guest and its harness, the engine");
    let mut refused = None;
    for place in 0..words {
        let other = built_in(|image, _| {
            let mut parts: Vec<&str> = image.target.split(' ').collect();
            parts[place] = "another";
            image.target = parts.join(" ");
        });
        assert!(ready_bare(Some(cache.path()), &recipe, Some(&other)).unwrap().is_none(), "{place}");
        refused = Some(other);
    }
    assert_eq!(kinds(cache.path()), []);
    let image = find::ready_or_built(Some(cache.path()), &recipe, refused.as_ref()).unwrap();
    assert!(!image.info().portable);
    assert_runs(image, cache.path());
    assert!(kinds(cache.path()).contains(&CacheKind::Functions), "it was compiled");
    // An image for this processor comes first from then on.
    let image = find::ready_or_built(Some(cache.path()), &recipe, Some(&built_in(|_, _| ()))).unwrap();
    assert!(!image.info().portable);
}

#[test]
fn an_image_that_is_damaged_is_refused_and_nothing_of_it_is_kept() {
    let (cache, recipe) = (folder(), Recipe::bare().unwrap());
    let changes: [fn(&mut ReadyImage, &mut Vec<u8>); 6] = [
        |_, content| content.truncate(content.len() / 2),
        |_, content| content.clear(),
        |_, content| {
            let middle = content.len() / 2;
            content[middle] ^= 0x10;
        },
        |image, _| image.bytes -= 1,
        |image, _| image.bytes += 1,
        |image, _| image.bytes = u64::MAX,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let damaged = built_in(change);
        assert!(ready_bare(Some(cache.path()), &recipe, Some(&damaged)).unwrap().is_none(), "{number}");
        assert_eq!(kinds(cache.path()), [], "{number}");
    }
}
