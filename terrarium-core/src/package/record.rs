//! `RECORD`: the files of a package with their hashes.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Returns the SHA-256 of the files that have a hash in `text`, by their paths.
pub(super) fn parse(text: &str) -> HashMap<String, [u8; 32]> {
    text.lines().filter_map(line).collect()
}

/// Parses `PATH,sha256=HASH,SIZE`; a path with a comma is in quotes.
fn line(line: &str) -> Option<(String, [u8; 32])> {
    let mut fields = line.rsplitn(3, ',');
    let _size = fields.next()?;
    let hash = fields.next()?.strip_prefix("sha256=")?;
    let path = fields.next()?;
    let digest = URL_SAFE_NO_PAD.decode(hash.trim_end_matches('=')).ok()?.try_into().ok()?;
    let path = match path.strip_prefix('"').and_then(|path| path.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => path.to_owned(),
    };
    Some((path, digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_hashes_are_read_and_other_lines_left_out() {
        let text = "a/b.py,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\r\n\"a,\"\"b\".py,sha256=x,1\n\
                    \"c,\"\"d.py\",sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=,3\n\
                    a-1.dist-info/RECORD,,\nold.py,md5=abc,1\n\n";
        let record = parse(text);
        let mut paths: Vec<_> = record.keys().map(String::as_str).collect();
        paths.sort_unstable();
        assert_eq!(paths, ["a/b.py", "c,\"d.py"]);
        assert_eq!(record["a/b.py"][..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
