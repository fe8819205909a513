//! Downloading packages from a folder, and running with them.

use std::{
    fs,
    io::{BufRead as _, BufReader, Cursor, Write as _},
    net::TcpListener,
    path::Path,
    thread,
};

use sha2::{Digest as _, Sha256};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{Ran, cache, ran, ran_in, ran_with};

/// Returns a wheel with one module.
fn wheel(name: &str, version: &str, code: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let info = format!("{name}-{version}.dist-info");
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
    for (member, content) in [
        (format!("{name}.py"), code),
        (format!("{info}/METADATA"), metadata.as_str()),
        (format!("{info}/WHEEL"), "Wheel-Version: 1.0\n"),
    ] {
        archive.start_file(member, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Starts an index with one wheel, and returns its address. It answers until the process ends.
fn index(name: &'static str, version: &str, code: &str) -> String {
    let (bytes, file) = (wheel(name, version, code), format!("{name}-{version}-py3-none-any.whl"));
    let hash = format!("{:x}", Sha256::digest(&bytes));
    let listed = serde_json::json!({"filename": file, "url": format!("/{file}"), "hashes": {"sha256": hash}});
    let page = serde_json::json!({"meta": {"api-version": "1.1"}, "name": name, "files": [listed]}).to_string();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.find(String::is_empty);
            let (status, kind, body) = match first.split(' ').nth(1).unwrap_or_default() {
                path if path == format!("/simple/{name}/") => {
                    ("200 OK", "application/vnd.pypi.simple.v1+json", page.as_bytes())
                }
                path if path == format!("/{file}") => ("200 OK", "application/octet-stream", bytes.as_slice()),
                _ => ("404 Not Found", "text/plain", [].as_slice()),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = (&stream).write_all(&[head.as_bytes(), body].concat());
        }
    });
    format!("http://{address}/simple")
}

/// Makes a distribution with a package `outer` that needs `inner`.
fn distribution(folder: &Path) {
    let mut locked = serde_json::Map::new();
    for (name, code, depends) in
        [("outer", "import inner\nx = inner.x + 1", vec!["inner"]), ("inner", "x = 41", vec![])]
    {
        let file = format!("{name}-1.0-py3-none-any.whl");
        let wheel = wheel(name, "1.0", code);
        let package = serde_json::json!({
            "name": name, "version": "1.0", "file_name": file, "sha256": format!("{:x}", Sha256::digest(&wheel)),
            "depends": depends, "imports": [name], "package_type": "package",
        });
        locked.insert(name.to_owned(), package);
        fs::write(folder.join(file), wheel).unwrap();
    }
    let info: serde_json::Value = serde_json::from_str(&ran(&["info", "--json"]).stdout).unwrap();
    let lock = serde_json::json!({
        "info": {"abi_version": info["abi"], "python": info["python"]},
        "packages": locked,
    });
    fs::write(folder.join("pyodide-lock.json"), lock.to_string()).unwrap();
}

/// Makes a separate cache folder with the compiled interpreter.
fn own_cache() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(cache()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "cwasm") {
            fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    dir
}

#[test]
fn packages_are_added_used_listed_and_removed() {
    let (from, dir) = (tempfile::tempdir().unwrap(), own_cache());
    distribution(from.path());
    let (from, dir) = (from.path().to_str().unwrap(), dir.path().to_str().unwrap());
    let packages = |args: &[&str]| -> Ran { ran(&[&["packages", "--cache-dir", dir], args].concat()) };

    assert_eq!(packages(&["list"]).stdout, "");
    let added = packages(&["add", "outer", "--from", from]);
    assert_eq!((added.code, added.stdout.as_str()), (Some(0), ""), "{}", added.stderr);
    assert!(added.stderr.contains("terrarium: added outer 1.0\n"), "{}", added.stderr);
    assert!(packages(&["add", "outer", "--from", from]).stderr.contains("is already downloaded"));
    let listed = packages(&["list"]).stdout;
    assert!(listed.starts_with("inner 1.0 ") && listed.contains("(needed by others)\nouter 1.0 "), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&packages(&["list", "--json"]).stdout).unwrap();
    assert_eq!((&json[1]["name"], &json[1]["asked"]), (&"outer".into(), &true.into()));
    assert_eq!(packages(&["update"]).code, Some(0));

    for package in ["outer", "auto"] {
        let code = "import outer; print(outer.x, end='')";
        let ran = ran(&["run", "--cache-dir", dir, "--package", package, "-c", code]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "42"), "{}", ran.stderr);
    }
    let refused = packages(&["remove", "inner"]);
    assert!(refused.stderr.contains("\"outer\" needs it"), "{}", refused.stderr);
    let removed = packages(&["remove", "outer"]);
    assert!(removed.stderr.contains("removed inner 1.0") && removed.stderr.contains("removed outer 1.0"));
    let ran = ran(&["run", "--cache-dir", dir, "--package", "outer", "-c", ""]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("terrarium packages add outer"), "{}", ran.stderr);
}

#[test]
fn packages_come_from_a_folder_in_the_prompt_too() {
    let dir = tempfile::tempdir().unwrap();
    distribution(dir.path());
    let from = dir.path().to_str().unwrap();
    let ran: Ran = ran_with(&["repl", "--package=outer", "--packages-from", from], "import outer\nouter.x\n").into();
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "42"), "{}", ran.stderr);
    let ran: Ran = ran_with(&["repl", "--package=auto", "--packages-from", from], "import inner\ninner.x\n").into();
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "41"), "{}", ran.stderr);
}

#[test]
fn packages_come_from_an_index_with_their_versions_and_the_head_of_a_script_names_them() {
    let (index, dir) = (index("tool", "2.5", "x = 41"), own_cache());
    let cache = dir.path().to_str().unwrap();
    let script = dir.path().join("script.py");
    let head = "# /// script\n# dependencies = ['tool>=2']\n# ///\n";
    fs::write(
        &script,
        format!("{head}import tool, importlib.metadata\nprint(tool.x, importlib.metadata.version('tool'))\n"),
    )
    .unwrap();
    let script = script.to_str().unwrap();
    let variables = [("PIP_INDEX_URL", index.as_str()), ("PIP_EXTRA_INDEX_URL", "")];
    let terrarium = |args: &[&str]| ran_in(&[&args[..1], &["--cache-dir", cache], &args[1..]].concat(), &variables);

    let missing = terrarium(&["run", script]);
    assert_eq!(missing.code, Some(2));
    assert!(
        missing.stderr.contains("no package \"tool\"") && missing.stderr.contains("--install"),
        "{}",
        missing.stderr
    );
    let ran = terrarium(&["run", "--install", script]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "41 2.5\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("added tool 2.5"), "{}", ran.stderr);
    assert_eq!(terrarium(&["run", script]).stdout, "41 2.5\n");

    let lock = dir.path().join("pylock.toml");
    let written = terrarium(&["packages", "lock", "-o", lock.to_str().unwrap()]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    let text = fs::read_to_string(&lock).unwrap();
    assert!(text.contains("name = \"tool\"") && text.contains("sha256"), "{text}");
    let other = tempfile::tempdir().unwrap();
    let other = other.path().to_str().unwrap();
    let added = ran_in(&["packages", "--cache-dir", other, "add", "--lock", lock.to_str().unwrap()], &variables);
    assert!(added.stderr.contains("added tool 2.5"), "{}", added.stderr);

    for (wanted, expected) in [
        ("tool>3", "tool>3"),
        ("tool >< 2", "tool >< 2"),
        ("tooll", "no package \"tooll\""),
        ("./tool.whl", "not from a file"),
        ("-rmissing.txt", "terrarium: missing.txt: No such file"),
        ("--script=missing.py", "terrarium: missing.py: No such file"),
    ] {
        let refused = terrarium(&["packages", "add", wanted]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    for (code, expected) in
        [("print(1)", "has no head"), ("# /// script\n# dependencies = [3]\n# ///\n", "expected a string")]
    {
        fs::write(script, code).unwrap();
        let refused = terrarium(&["packages", "add", "--script", script]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(
            refused.stderr.contains(&format!("{script}: ")) && refused.stderr.contains(expected),
            "{}",
            refused.stderr
        );
    }
    for (lines, expected, may_run) in [
        ("# requires-python = '<3.14'\n", "it requires Python <3.14, this is 3.14.", false),
        ("# [tool.uv]\n# index-url = 'https://example.com/simple'\n", "which a script may not choose", true),
    ] {
        fs::write(script, format!("# /// script\n# dependencies = ['tool']\n{lines}# ///\nprint(1)")).unwrap();
        for command in [&["run", "--install", script][..], &["packages", "add", "--script", script]] {
            let refused = terrarium(command);
            assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{}", refused.stderr);
            assert!(refused.stderr.contains(expected), "{}", refused.stderr);
        }
        for command in [&["run", script][..], &["run", "--package=tool", script]] {
            let ran = terrarium(command);
            assert_eq!(ran.code, Some(if may_run { 0 } else { 2 }), "{}", ran.stderr);
            assert!(may_run || ran.stderr.contains(expected), "{}", ran.stderr);
        }
    }
}
