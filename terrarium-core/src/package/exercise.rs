//! Arbitrary files of packages, for the fuzz targets and the bounded tests.

use std::path::Path;

use super::{WheelTarget, lock::Lock, metadata, record};
use crate::exercise::text;

/// Words of `METADATA` and `RECORD`.
const METADATA: &[&str] = &[
    "Requires-Dist: ",
    "x",
    "foo_bar",
    " ",
    ";",
    "(",
    ")",
    "((((((((",
    "and",
    " or ",
    "not in",
    "python_version",
    ">=",
    "<",
    "==",
    "~=",
    "!=",
    "'3.8'",
    "\"2\"",
    "extra",
    "sys_platform",
    "'win32'",
    "\n",
    "\r\n",
    ",",
    "[",
    "]",
    "@",
    " https://x",
    "*",
    "===",
    "1.0",
    "é",
    "\0",
    ".",
    "-",
    "post",
    "dev",
    "sha256=",
    "in",
    "os_name",
    "implementation_version",
    "1!2",
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

fn target() -> WheelTarget {
    WheelTarget {
        python: (3, 14),
        full: "3.14.2".to_owned(),
        platform: "pyemscripten_2026_0_wasm32".to_owned(),
        abi: "2026_0".to_owned(),
    }
}

/// Reads `METADATA` and `RECORD` of a wheel.
pub fn exercise_metadata(data: &[u8]) {
    let text = text(data, METADATA);
    if let Ok(needed) = metadata::requirements(&text, &target()) {
        assert!(needed.len() <= text.lines().count());
    }
    assert!(record::parse(&text).len() <= text.lines().count());
}

/// Reads the lock of a distribution.
pub fn exercise_lock(data: &[u8]) {
    let text = text(data, LOCK);
    let whole = format!(r#"{{"info":{{"abi_version":"2026_0","python":"3.14.2"}},"packages":{{"x":{text}}}}}"#);
    for text in [text, whole] {
        let _ = Lock::parse(text.as_bytes(), Path::new("lock"), &target());
    }
}
