//! Locks: read, written, selected from.

use super::*;
use crate::target::guest;

const SHA: &str = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274";

fn parse(text: &str) -> Result<PyLock, Error> {
    PyLock::parse(text, "pylock.toml".as_ref())
}

fn with_package(body: &str) -> String {
    format!("lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a-b'\n{body}")
}

fn wheel(name: &str) -> String {
    format!("[[packages.wheels]]\nurl = 'https://u:secret@e.com/{name}'\nhashes = {{sha256 = '{SHA}', md5 = '00'}}\n")
}

#[test]
fn a_lock_is_read_and_written_without_loss() {
    let text = with_package(&format!(
        "version = '1.0'\nmarker = \"'x' in extras\"\nrequires-python = '>=3.9'\nindex = 'https://u:secret@e.com/simple'\n\
         dependencies = [{{name = 'C_d'}}, {{name = 'e'}}]\n[[packages.wheels]]\nname = 'a_b-1.0-py3-none-any.whl'\n\
         url = 'https://e.com/x'\nsize = 5\nupload-time = 2026-01-02T03:04:05Z\nhashes = {{sha256 = '{SHA}'}}\n"
    ));
    let mut lock = parse(&text).unwrap();
    let again = lock.to_toml().unwrap();
    assert!(!again.contains("secret"), "{again}");
    lock.packages[0].index = Some("https://e.com/simple".to_owned());
    assert_eq!(parse(&again).unwrap(), lock);
    assert_eq!(parse(&again).unwrap().to_toml().unwrap(), again);
}

#[test]
fn the_best_wheel_is_selected() {
    let text = with_package(
        &[
            "a_b-1-py3-none-any.whl",
            "a_b-1-cp314-cp314-win_amd64.whl",
            "A_B-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
        ]
        .map(wheel)
        .concat(),
    );
    let wheels = parse(&text).unwrap().select(&guest(), "pylock.toml".as_ref()).unwrap();
    assert_eq!(wheels[0].file_name, "A_B-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl");
    assert_eq!(wheels[0].hashes.to_string(), format!("sha256:{SHA}"));
}

#[test]
fn packages_for_other_places_are_left_out() {
    let text = with_package("marker = \"sys_platform == 'win32'\"\n[packages.vcs]\ntype = 'git'\n");
    assert_eq!(parse(&text).unwrap().select(&guest(), "l".as_ref()).unwrap(), []);
}

#[test]
fn a_lock_that_cannot_be_used_is_refused_with_a_reason() {
    let pure = wheel("a_b-1-py3-none-any.whl");
    for (text, expected) in [
        (with_package(""), "has no wheel that fits"),
        (with_package("sdist = {url = 'x', hashes = {}}\n"), "a-b has no wheel, but `sdist`"),
        (with_package("[packages.vcs]\ntype = 'git'\n"), "a-b has no wheel, but `vcs`"),
        (with_package(&wheel("a_b-1-cp314-cp314-win_amd64.whl")), "a_b-1-cp314-cp314-win_amd64.whl"),
        (with_package(&format!("requires-python = '<3.14'\n{pure}")), "a-b requires Python <3.14"),
        (with_package(&format!("version = '2'\n{pure}")), "is not of version 2"),
        (with_package(&wheel("c-1-py3-none-any.whl")), "is not the name of a wheel of it"),
        (with_package(&pure.replace(SHA, "00")), "64 hexadecimal digits"),
        (with_package(&pure.replace("sha256", "sha1")), "no hash of SHA-256"),
        (with_package("[[packages.wheels]]\npath = 'x/a_b-1-py3-none-any.whl'\nhashes = {}\n"), "has no address"),
        (with_package(&format!("{pure}[[packages]]\nname = 'A.B'\n{pure}")), "two entries of a-b"),
        (with_package(&format!("marker = 'x >< 1'\n{pure}")), "the marker of a-b"),
        (with_package(&pure).replace("'1.0'", "'2.0'"), "only 1 is read"),
        (with_package(&pure).replace("'a-b'", "'-'"), "is not the name of a package"),
        (format!("requires-python = '<3.14'\n{}", with_package(&pure)), "the lock is for Python <3.14"),
        (format!("environments = [\"os_name == 'nt'\"]\n{}", with_package(&pure)), "other environments"),
        ("lock-version = 1".to_owned(), "pylock.toml:1: no valid lock"),
        ("\n\nx".to_owned(), "pylock.toml:3: no valid lock"),
        (format!("x = {}", "[".repeat(100_000)), "no valid lock"),
    ] {
        let found = parse(&text).and_then(|lock| lock.select(&guest(), "pylock.toml".as_ref()));
        let error = found.unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}
