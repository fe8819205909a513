//! `terrarium image`, and running from an image's file.

use std::fs;

use crate::support::{Ran, folder, path, ran};

/// Returns preparation code that no earlier test used, so its image is built, not found.
fn unique(code: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("{code}\n# {}\n", now.as_nanos())
}

fn image(args: &[&str]) -> Ran {
    ran(&[&["image"], args].concat())
}

#[test]
fn an_image_is_built_written_inspected_run_listed_and_removed() {
    let dir = folder(&[("prepare.py", &unique("import colorsys\ncolorsys.kept = 41\nprint('not shown')"))]);
    let (prepare, out) = (path(&dir, "prepare.py"), path(&dir, "own.timg"));
    let built = image(&["build", "--prepare", &prepare, "-o", &out]);
    assert_eq!((built.code, built.stdout.as_str()), (Some(0), ""), "{}", built.stderr);
    assert_eq!(built.stderr, format!("terrarium: wrote {out}\n"));

    let ran = ran(&["run", "--image", &out, "-c", "import sys\nprint(sys.modules['colorsys'].kept + 1)"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "42\n"), "{}", ran.stderr);

    let inspected = image(&["inspect", &out]);
    assert!(inspected.stdout.starts_with("prepared: Python 3.14"), "{inspected:?}");
    let json: serde_json::Value = serde_json::from_str(&image(&["inspect", "--json", &out]).stdout).unwrap();
    assert_eq!((&json[0]["name"], &json[0]["is_complete"]), (&"prepared".into(), &true.into()), "{json}");
    assert_eq!(json[0]["size"].as_u64().unwrap(), fs::metadata(&out).unwrap().len());

    // The image is in the cache too: the second build finds it and reports that.
    let again = image(&["build", "--prepare", &prepare]);
    assert!(again.stdout.starts_with("prepared: Python 3.14"), "{again:?}");
    let kept = again.stdout.trim().rsplit("; ").next().unwrap().to_owned();
    let listed = image(&["list"]).stdout;
    assert!(listed.contains(&kept) && listed.lines().any(|line| line.starts_with("base: Python ")), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&image(&["list", "--json"]).stdout).unwrap();
    assert!(json.as_array().unwrap().iter().any(|image| image["path"] == *kept), "{json}");
    fs::remove_file(kept).unwrap();
}

#[test]
fn images_are_pruned() {
    let dir = folder(&[("cache/broken.timg", "no image")]);
    let cache = path(&dir, "cache");
    #[cfg(unix)]
    fs::set_permissions(&cache, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    assert_eq!(image(&["list", "--cache-dir", &cache]).stdout, "");
    let pruned = image(&["prune", "--cache-dir", &cache]);
    assert_eq!((pruned.code, pruned.stdout.as_str()), (Some(0), ""));
    assert_eq!(pruned.stderr, format!("terrarium: removed {cache}/broken.timg\n"));
    assert_eq!(image(&["prune", "--days", "3", "--cache-dir", &cache]).stderr, "");
}

#[test]
fn what_is_wrong_with_an_image_is_said() {
    let dir = folder(&[("text.timg", "no image"), ("bad.py", "import json\njson.gone\n")]);
    let (text, bad) = (path(&dir, "text.timg"), path(&dir, "bad.py"));
    for args in [&["image", "inspect", &text][..], &["run", "--image", &text, "-c", "1"]] {
        let ran = ran(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(&text) && ran.stderr.contains("it is no image"), "{}", ran.stderr);
    }
    let failed = image(&["build", "--prepare", &bad]);
    assert_eq!(failed.code, Some(2));
    assert!(
        failed.stderr.contains("line 2, in <module>") && failed.stderr.contains("AttributeError"),
        "{}",
        failed.stderr
    );
    let missing = image(&["build", "--prepare", &path(&dir, "gone.py")]);
    assert!(missing.stderr.contains("--prepare") && missing.stderr.contains("gone.py"), "{}", missing.stderr);
    let unknown = image(&["build", "--package", "nobody-has-this"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("nobody-has-this"), "{}", unknown.stderr);
}

#[test]
fn preparation_that_takes_too_long_is_stopped() {
    let dir = folder(&[("endless.py", "while True: pass\n")]);
    let stopped = image(&["build", "--prepare", &path(&dir, "endless.py"), "--timeout", "300ms"]);
    assert_eq!(stopped.code, Some(2), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("0.3"), "{}", stopped.stderr);
}
