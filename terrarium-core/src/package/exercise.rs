//! Arbitrary files of packages, for the fuzz targets and the bounded tests.

use std::path::Path;

use super::{WheelTarget, lock::Lock, record};
use crate::exercise::text;

/// Words of a `RECORD`.
const RECORD: &[&str] = &[
    "x",
    "foo/bar.py",
    ",",
    "sha256=",
    "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
    "\"",
    "\n",
    "\r\n",
    "é",
    "\0",
    "3",
    "==",
];
/// Words of a lock.
const LOCK: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"info\":",
    "\"packages\":",
    "\"abi_version\":\"2026_0\"",
    "\"python\":\"3.14.2\"",
    "\"name\":\"x\"",
    "\"version\":\"1\"",
    "\"file_name\":\"../x\"",
    "\"sha256\":\"\"",
    "\"depends\":[\"x\"]",
    "\"imports\":[\"x\"]",
    "\"package_type\":\"package\"",
    "\"x\":",
    "null",
    "1e9",
    "\"",
    "[[[[[[[[[[[[[[[[",
    "\"asked\":true",
];

/// Reads the `RECORD` of a wheel.
pub fn exercise_record(data: &[u8]) {
    let text = text(data, RECORD);
    assert!(record::parse(&text).len() <= text.lines().count());
}

/// Reads the lock of a distribution.
pub fn exercise_lock(data: &[u8]) {
    let text = text(data, LOCK);
    let whole = format!(r#"{{"info":{{"abi_version":"2026_0","python":"3.14.2"}},"packages":{{"x":{text}}}}}"#);
    for text in [text, whole] {
        if let Ok(target) = WheelTarget::new("3.14.2", "pyemscripten_2026_0_wasm32", "2026_0") {
            let _ = Lock::parse(text.as_bytes(), Path::new("lock"), &target);
        }
    }
}
