//! [`RequirementsFile`]: a requirements file of pip.

mod line;

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{Error, Hashes, Requirement, Surroundings};
use line::{Directive, Line};

/// The largest requirements file.
const MAX_BYTES: u64 = 4 << 20;
/// The most files that include one another.
const MAX_FILES: usize = 100;
/// The most requirements of all files.
const MAX_REQUIREMENTS: usize = 20_000;

/// A requirement with its place and the hashes that its file may have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileRequirement {
    /// The requirement.
    pub requirement: Requirement,
    /// The permitted hashes; none permits every file.
    pub hashes: Vec<Hashes>,
    /// The file that contains it.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

/// A requirements file of pip, with the files that it includes.
///
/// Requirements, comments, continued lines, `${VARIABLES}` and the options `-r`, `-c`, `--hash`, `--index-url`,
/// `--extra-index-url`, `--pre` and `--require-hashes` are read. `--only-binary` and `--prefer-binary` change nothing, because
/// only wheels are used. Other options are refused by name.
///
/// ```
/// use terrarium_index::{RequirementsFile, Surroundings};
///
/// let text = "# science\nnumpy>=2  # arrays\n--extra-index-url https://packages.example.com/simple\n";
/// let file = RequirementsFile::parse(text, "requirements.txt".as_ref(), &Surroundings::default())?;
/// assert_eq!(file.requirements[0].requirement.to_string(), "numpy>=2");
/// let error = RequirementsFile::parse("-e .", "r.txt".as_ref(), &Surroundings::default()).unwrap_err();
/// assert!(error.to_string().starts_with("r.txt:1: the option `-e` is not supported"));
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequirementsFile {
    /// The requirements.
    pub requirements: Vec<FileRequirement>,
    /// The constraints.
    pub constraints: Vec<FileRequirement>,
    /// The address of the index, if the file names one.
    pub index: Option<String>,
    /// More indexes.
    pub extra_indexes: Vec<String>,
    /// Whether pre-releases are permitted.
    pub prereleases: bool,
}

impl RequirementsFile {
    /// Reads a file and the files that it includes.
    ///
    /// # Errors
    /// [`Error::Input`] and [`Error::Requirement`], which name the file and the line.
    pub fn read(path: &Path, here: &Surroundings) -> Result<Self, Error> {
        let mut reader = Reader { here, file: Self::default(), open: Vec::new(), count: 0, require_hashes: false };
        reader.add_file(path, false)?;
        reader.finish()
    }

    /// Parses a text as if it were the file at `path`.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn parse(text: &str, path: &Path, here: &Surroundings) -> Result<Self, Error> {
        let mut reader = Reader { here, file: Self::default(), open: Vec::new(), count: 0, require_hashes: false };
        reader.open.push(path.to_owned());
        reader.add_text(text, path, false)?;
        reader.finish()
    }
}

struct Reader<'h> {
    here: &'h Surroundings,
    file: RequirementsFile,
    /// The files that are being read, each included by the one before.
    open: Vec<PathBuf>,
    count: usize,
    require_hashes: bool,
}

impl Reader<'_> {
    fn add_file(&mut self, path: &Path, is_constraints: bool) -> Result<(), Error> {
        self.count += 1;
        if self.open.iter().any(|open| open == path) {
            return Err(Error::input(path, None, "the file includes itself"));
        }
        if self.count > MAX_FILES {
            return Err(Error::input(path, None, format!("more than {MAX_FILES} files include one another")));
        }
        let unreadable = |error: std::io::Error| Error::input(path, None, error);
        let file = File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Error::input(path, None, format!("the file has more than {MAX_BYTES} bytes")));
        }
        let text = String::from_utf8(bytes).map_err(|_| Error::input(path, None, "the file is not UTF-8"))?;
        self.open.push(path.to_owned());
        self.add_text(&text, path, is_constraints)?;
        self.open.pop();
        Ok(())
    }

    fn add_text(&mut self, text: &str, path: &Path, is_constraints: bool) -> Result<(), Error> {
        for Line { number, text } in line::logical(text) {
            let text = line::with_variables(&text, &self.here.variables);
            let wrong = |reason: String| Error::input(path, Some(number), reason);
            match line::parse(&text).map_err(wrong)? {
                Directive::Requirement { text, hashes } => {
                    let requirement = text.parse().map_err(|error| in_file(error, path, number))?;
                    let path = path.to_owned();
                    let entry = FileRequirement { requirement, hashes, path, line: number };
                    let list = if is_constraints { &mut self.file.constraints } else { &mut self.file.requirements };
                    list.push(entry);
                    if list.len() > MAX_REQUIREMENTS {
                        return Err(wrong(format!("more than {MAX_REQUIREMENTS} requirements")));
                    }
                }
                Directive::Include { target, as_constraints } => {
                    if target.contains("://") {
                        return Err(wrong(format!("{target:?} is an address: only files are included")));
                    }
                    let folder = path.parent().unwrap_or(Path::new(""));
                    self.add_file(&folder.join(target), is_constraints || as_constraints)?;
                }
                Directive::Index(address) => self.file.index = Some(address),
                Directive::ExtraIndex(address) => self.file.extra_indexes.push(address),
                Directive::Prereleases => self.file.prereleases = true,
                Directive::RequireHashes => self.require_hashes = true,
                Directive::Nothing => {}
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<RequirementsFile, Error> {
        let mut entries = self.file.requirements.iter();
        let needs_hashes = self.require_hashes || self.file.requirements.iter().any(|entry| !entry.hashes.is_empty());
        match entries.find(|entry| needs_hashes && entry.hashes.is_empty()) {
            Some(entry) => {
                let reason = format!("{} has no `--hash`, and hashes are required", entry.requirement);
                Err(Error::input(&entry.path, Some(entry.line), reason))
            }
            None => Ok(self.file),
        }
    }
}

/// Adds the place to an error.
fn in_file(error: Error, path: &Path, line: usize) -> Error {
    match error {
        Error::Requirement { text, reason, .. } => {
            let is_path = text.starts_with(['.', '/', '~']) || text.contains("://") || text.ends_with(".whl");
            let hint = if is_path { ": paths and addresses are no requirements here" } else { "" };
            Error::Requirement { text, place: Some(format!("{}:{line}", path.display())), reason: reason + hint }
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn here() -> Surroundings {
        let mut here = Surroundings::default();
        here.variables.insert("TOKEN".to_owned(), "secret".to_owned());
        here
    }

    fn parsed(text: &str) -> Result<RequirementsFile, Error> {
        RequirementsFile::parse(text, "r.txt".as_ref(), &here())
    }

    #[test]
    fn every_form_of_line_is_read() {
        let sha = "ab".repeat(32);
        let text = format!(
            "\u{feff}# head\n\n-i https://u:${{TOKEN}}@one.example/simple\n--extra-index-url=https://two.example # x\n\
             --extra-index-url 'https://three.example'\n--pre\n--only-binary :all:\n\
             Foo-Bar[x] >= 1.0, \\\n  < 2 ; python_version > '3' \\\n  --hash=sha256:{sha} --hash sha512:{}\n",
            "cd".repeat(64)
        );
        let file = parsed(&text).unwrap();
        assert_eq!(file.index.as_deref(), Some("https://u:secret@one.example/simple"));
        assert_eq!(file.extra_indexes, ["https://two.example", "https://three.example"]);
        assert!(file.prereleases);
        let [entry] = file.requirements.as_slice() else { panic!() };
        assert_eq!(
            (entry.requirement.to_string().as_str(), entry.line, entry.hashes.len()),
            ("foo-bar[x]>=1.0,<2", 8, 2)
        );
        assert_eq!(entry.hashes[0].to_string(), format!("sha256:{sha}"));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let sha = "ab".repeat(32);
        for (text, expected) in [
            ("a\n-e .", "r.txt:2: the option `-e` is not supported"),
            ("--find-links x", "r.txt:1: the option `--find-links` is not supported"),
            ("--no-binary=a", "r.txt:1: the option `--no-binary` is not supported"),
            ("a --config-settings=x", "r.txt:1: the option `--config-settings` of a requirement is not supported"),
            ("-r https://example.com/r.txt", "is an address"),
            ("-r", "r.txt:1: the option `-r` needs a value"),
            ("a --hash=md5:00", "not sha256, sha384 or sha512"),
            ("a --hash=sha256:00", "64 hexadecimal digits"),
            ("\n./a.whl", "requirement \"./a.whl\" of r.txt:2: "),
            ("a==1 --hash=sha256:0\n", "64"),
            ("--require-hashes\na==1", "r.txt:2: a==1 has no `--hash`"),
            (&format!("a==1 --hash=sha256:{sha}\nb"), "r.txt:2: b has no `--hash`"),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn files_include_others_relative_to_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let main = write("main.txt", "-r sub/more.txt\n-c constraints.txt\na\n");
        write("sub/more.txt", "--requirement=other.txt\nb\n");
        write("sub/other.txt", "c\n");
        write("constraints.txt", "a<2\n-r sub/other.txt\n");
        let file = RequirementsFile::read(&main, &here()).unwrap();
        let names = |list: &[FileRequirement]| list.iter().map(|e| e.requirement.to_string()).collect::<Vec<_>>();
        assert_eq!(names(&file.requirements), ["c", "b", "a"]);
        assert_eq!(names(&file.constraints), ["a<2", "c"]);
        write("sub/other.txt", "-r more.txt\n");
        assert!(RequirementsFile::read(&main, &here()).unwrap_err().to_string().contains("includes itself"));
        write("sub/other.txt", "-r none.txt\n");
        assert!(RequirementsFile::read(&main, &here()).unwrap_err().to_string().contains("none.txt"));
    }
}
