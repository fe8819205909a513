//! Unsafe code is only in the files listed here, each use with its proof.

use super::Finding;
use super::source::SourceFile;

/// The files that may contain unsafe code, with the reasons.
const ALLOWED: &[(&str, &str)] = &[
    (
        "terrarium-core/src/engine/compile/compiled.rs",
        "maps compiled code from a file of the cache, which is native code that nothing can check",
    ),
    (
        "terrarium-core/src/engine/compile/config.rs",
        "names the processor instructions that portable code may use, which the engine marks as unsafe",
    ),
    (
        "terrarium-core/src/engine/stop/safepoint.rs",
        "stops guests from another thread: protects a page of theirs and writes a word",
    ),
    ("terrarium-core/src/engine/snapshot/pristine.rs", "lets many threads copy from the memory of one instance"),
    (
        "terrarium-core/src/sys/dirty_pages/linux.rs",
        "asks the kernel which pages were written, which has no safe interface",
    ),
    (
        "terrarium-core/src/sys/fault_around/linux.rs",
        "asks the kernel to map pages one by one and to forget those that nobody wrote to",
    ),
    ("terrarium-core/src/sys/host_folder/lock.rs", "locks ranges of open files, which has no safe interface"),
    (
        "terrarium-core/src/sys/machine_memory/linux.rs",
        "asks the C library to give free memory back, which has no safe interface",
    ),
    ("terrarium-core/src/sys/protection/plain.rs", "has the signature of the version that protects memory"),
    ("terrarium-core/src/sys/protection/unix.rs", "protects memory"),
    ("terrarium-core/src/sys/thread_clock/linux.rs", "reads the clock of a thread, which has no safe interface"),
    ("terrarium-py/src/glibc.rs", "jumps to older symbols of the C library, which can be named in assembly only"),
];

/// Crates that need no unsafe code and forbid it.
const FORBIDDING: &[&str] =
    &["xtask/src/main.rs", "terrarium-image/src/lib.rs", "terrarium-runtime/src/lib.rs", "terrarium-cli/src/main.rs"];

/// The most lines between the keyword and the start of its proof.
const PROOF_DISTANCE: usize = 12;

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    [against(files, ALLOWED), forbids(files)].concat()
}

/// Checks that the crates without unsafe code forbid it.
fn forbids(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| FORBIDDING.contains(&file.path.as_str())) {
        if !file.scanned().code.contains("#![forbid(unsafe_code)]") {
            findings.push(Finding::new(file, 1, "must hold `#![forbid(unsafe_code)]`"));
        }
    }
    findings
}

fn against(files: &[SourceFile], allowed: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let lines: Vec<&str> = file.text.lines().collect();
        let places: Vec<usize> = file
            .scanned()
            .code
            .lines()
            .enumerate()
            .filter(|(_, line)| has_word(line, "unsafe") || has_word(line, "global_asm"))
            .map(|(index, _)| index)
            .collect();
        let listed = allowed.iter().any(|(path, _)| *path == file.path);
        if listed && places.is_empty() {
            let message = "is listed for unsafe code and holds none: take it off the list";
            findings.push(Finding::new(file, 1, message));
        }
        for place in places {
            if !listed {
                let message = "unsafe code in a file that is not listed in xtask/src/tidy/unsafety.rs";
                findings.push(Finding::new(file, place + 1, message));
            }
            let above = &lines[place.saturating_sub(PROOF_DISTANCE)..=place];
            if !above.iter().any(|line| line.contains("SAFETY:") || line.contains("# Safety")) {
                let message = "unsafe code without its proof: `// SAFETY: …`";
                findings.push(Finding::new(file, place + 1, message));
            }
        }
    }
    for (path, reason) in allowed {
        if !files.iter().any(|file| file.path == *path) || reason.is_empty() {
            findings.push(Finding {
                path: (*path).to_owned(),
                line: 1,
                message: "is listed for unsafe code, but the file or the reason is missing".to_owned(),
            });
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROVEN: &str = "//! S.\n// SAFETY: the pointer is valid.\nunsafe{ f() }\n";
    const BARE: &str = "//! S.\nunsafe{ f() }\n";

    fn found(text: &str, allowed: &[(&str, &str)]) -> usize {
        against(&[SourceFile::new("a/src/x.rs", text)], allowed).len()
    }

    #[test]
    fn unlisted_unproven_and_stale_are_found() {
        assert_eq!(found(PROVEN, &[]), 1);
        assert_eq!(found(BARE, &[]), 2);
        assert_eq!(found(BARE, &[("a/src/x.rs", "maps code")]), 1);
        assert_eq!(found("//! S.\n", &[("a/src/x.rs", "maps code")]), 1);
        assert_eq!(found("//! S.\n", &[("a/src/gone.rs", "maps code")]), 1);
        assert_eq!(found("//! S.\nglobal_asm!(\"ret\");\n", &[]), 2);
    }

    #[test]
    fn listed_and_proven_and_mentions_pass() {
        assert_eq!(found(PROVEN, &[("a/src/x.rs", "maps code")]), 0);
        assert_eq!(found("//! unsafe\n#![forbid(unsafe_code)]\nlet s = \"unsafe\";\n", &[]), 0);
    }

    #[test]
    fn a_crate_that_needs_no_unsafe_code_must_forbid_it() {
        let found = |text: &str| forbids(&[SourceFile::new("xtask/src/main.rs", text)]).len();
        assert_eq!(found("//! X.\nfn main() {}\n"), 1);
        assert_eq!(found("//! X.\n#![forbid(unsafe_code)]\nfn main() {}\n"), 0);
    }
}
