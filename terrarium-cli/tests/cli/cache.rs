//! `terrarium cache`.

use std::{fs, os::unix::fs::PermissionsExt as _, time::Duration, time::SystemTime};

use crate::support::{Ran, folder, path, ran};

fn cache(args: &[&str], dir: &str) -> Ran {
    ran(&[&["cache"], args, &["--cache-dir", dir]].concat())
}

#[test]
fn the_cache_is_shown_pruned_and_cleared() {
    let files =
        [("cache/a.pyc.zip", "old"), ("cache/b.cwasm", "new"), ("cache/packages/c.whl", "wheel"), ("cache/d.txt", "")];
    let dir = folder(&files);
    let folder = path(&dir, "cache");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    let old = fs::File::options().write(true).open(path(&dir, "cache/a.pyc.zip")).unwrap();
    old.set_modified(SystemTime::now() - Duration::from_secs(40 * 86400)).unwrap();
    let shown = cache(&["show"], &folder);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let lines: Vec<&str> = shown.stdout.lines().collect();
    assert!(lines[0].starts_with("package c.whl: ") && lines[1].starts_with("code: "), "{lines:?}");
    assert!(lines[2].starts_with("bytecode: ") && lines[3].starts_with(&folder), "{lines:?}");
    let json: serde_json::Value = serde_json::from_str(&cache(&["show", "--json"], &folder).stdout).unwrap();
    let kinds: Vec<_> = json["entries"].as_array().unwrap().iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(kinds, ["code", "bytecode", "package"]);
    assert_eq!(cache(&["prune", "--bytes", "1GiB"], &folder).stderr, "terrarium: removed 0 files, 0 bytes\n");
    let pruned = cache(&["prune", "--age", "30d"], &folder).stderr;
    assert!(pruned.starts_with("terrarium: removed bytecode a.pyc.zip\n"), "{pruned}");
    let cleared = cache(&["clear"], &folder).stderr;
    assert!(cleared.starts_with("terrarium: removed code b.cwasm\n"), "{cleared}");
    let left: Vec<_> = ["cache/packages/c.whl", "cache/d.txt"].iter().map(|file| path(&dir, file)).collect();
    assert!(left.iter().all(|file| fs::exists(file).unwrap()));
    assert_eq!(cache(&["prune", "--age", "old"], &folder).code, Some(2));
}
