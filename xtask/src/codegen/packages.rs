//! The table of packages in COMPATIBILITY.md, made from the heads of the tests' programs.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};

use crate::util;

/// The folder of the programs: one per package, named like its wheel.
const PROGRAMS: &str = "tests/programs/packages";

const INTRODUCTION: &str = "
## Numbers

numpy's default integer has 64 bits, as on other platforms. Pointers, sizes and the C type `long` have 32 bits here.

| feature | behaviour |
| --- | --- |
| `int` as a type, `np.int_`, integers in lists, `arange`, sums and products, random integers | `int64` |
| counts: `bincount`, `histogram`, `unique`, `count_nonzero` | `int64` |
| positions: `argsort`, `argmax`, `nonzero`, `where` with one argument, `searchsorted`, `digitize`, `unravel_index`, indices of `unique`; `factorize`, `get_indexer`, `cut` of pandas; `find_peaks`, `KDTree.query` of scipy; `LabelEncoder`, `kneighbors` of scikit-learn | `int64` for a program and for packages without compiled modules. Packages with compiled modules receive `np.intp` |
| other arrays of indices that pandas, scipy and scikit-learn make, such as `DBSCAN.labels_` and `tree_.feature` | `np.intp`, which has 32 bits, because compiled modules take arrays of it. Arithmetic with such an array and small integers wraps at 32 bits without a warning: convert it first, with `astype(int)` |
| lengths and places in arrays of text: `np.strings.str_len`, `np.char.find` | `int64` |
| `np.long`, `np.intp`, the type codes `l`, `p` and `n` | 32 bits |
| `Buffer dtype mismatch, expected 'intp_t'` from a compiled module that takes arrays of indices | the module does not take `int64` here; give it `x.astype(np.intp)`. The functions of pandas, scipy and scikit-learn whose tests were run take both |
| an array of 64-bit indices with a value beyond 32 bits | the value wraps; elsewhere it is an `IndexError` |
| a float that an integer type cannot hold (NaN, infinity, -1 in `uint8`) | another arbitrary number than elsewhere: C leaves the result open. A float beyond `int64` becomes the nearest bound, and NaN becomes 0 |
| another version of numpy, in which the places that decide on the type are not found | 32 bits, with a `RuntimeWarning` at each line that makes such integers |
| `len(range(10**10))`, `sys.maxsize` as a count | an error; `random.choice`, `sample` and `choices` draw from such a range. As a number, `sys.maxsize` is 2**63 - 1 for a program and 2**31 - 1 for packages |

## Packages

The tests try every package of the distribution that set-up prepares. A test imports the compiled modules of the package,
except those that `tests/tests/corpus/matrix.rs` lists. A program in `tests/programs/packages` then computes a known
result. Other packages for the platform `pyemscripten_2026_0_wasm32` load in the same way.

| package | works | tried |
| --- | --- | --- |
";

/// One row.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    package: String,
    works: String,
    tried: String,
}

/// Writes the section with its table.
pub(super) fn section() -> Result<String> {
    let mut section = INTRODUCTION.to_owned();
    let files = util::walk(&util::root().join(PROGRAMS), &|_| false)?;
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "py")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let text = String::from_utf8(util::read(file)?)?;
        let row = row(&name, &text).with_context(|| format!("`{}`", file.display()))?;
        writeln!(section, "| {} | {} | {} |", row.package, row.works, row.tried)?;
    }
    Ok(section)
}

/// Reads a program's head: the line `# works: …`, and the first line of its docstring.
fn row(name: &str, text: &str) -> Result<Row> {
    let works = text.lines().map_while(|line| line.strip_prefix("# ")).find_map(|line| line.strip_prefix("works: "));
    let works = works.context("nothing says how much of the package works")?;
    let tried = text.lines().find_map(|line| line.strip_prefix("\"\"\"")).context("no docstring")?;
    let tried = tried.trim_end_matches("\"\"\"").trim_end_matches('.');
    ensure!(!works.contains('|') && !tried.contains('|'), "a table's cell cannot hold `|`");
    Ok(Row { package: name.replace('_', "-"), works: works.to_owned(), tried: tried.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_head_is_a_row() {
        let text = "# packages: a-b\n# works: in part: why\n\"\"\"What is tried.\"\"\"\nimport a_b\n";
        let expected = Row { package: "a-b".into(), works: "in part: why".into(), tried: "What is tried".into() };
        assert_eq!(row("a_b", text).unwrap(), expected);
    }

    #[test]
    fn a_program_that_says_too_little_or_breaks_the_table_is_refused() {
        for text in ["\"\"\"Tried.\"\"\"", "# works: yes\nx = 1", "# works: no: a|b\n\"\"\"Tried.\"\"\""] {
            assert!(row("a", text).is_err(), "{text}");
        }
    }
}
