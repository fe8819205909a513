//! The program that `terrarium run` runs, and its arguments.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use crate::{
    exit::Failure,
    inputs::{read_up_to, unreadable},
    units::Size,
};

/// The origin of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Script {
    origin: Origin,
    /// `sys.argv[1:]`.
    pub(crate) args: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Origin {
    Text(String),
    File(PathBuf),
    StandardInput,
}

impl Script {
    /// Reads the command line: `-c CODE ARGS` or `FILE ARGS`.
    ///
    /// # Errors
    /// [`Failure::Usage`] for code or arguments that are not UTF-8.
    pub(crate) fn new(code: Option<Vec<OsString>>, program: Vec<OsString>) -> Result<Self, Failure> {
        // After `-cCODE` in one word, the arguments are in `program`.
        let mut rest = code.iter().flatten().cloned().chain(program);
        let origin = match (rest.next(), &code) {
            (Some(text), Some(_)) => Origin::Text(utf8(text)?),
            (Some(path), None) if path != "-" => Origin::File(path.into()),
            _ => Origin::StandardInput,
        };
        Ok(Self { origin, args: rest.map(utf8).collect::<Result<_, _>>()? })
    }

    /// Whether the standard input contains the program.
    pub(crate) fn takes_standard_input(&self) -> bool {
        self.origin == Origin::StandardInput
    }

    /// Returns its name for the code, without the host's folders.
    pub(crate) fn name(&self) -> String {
        match &self.origin {
            Origin::Text(_) => "<string>".to_owned(),
            Origin::StandardInput => "<stdin>".to_owned(),
            Origin::File(path) => path.file_name().map_or("main.py".into(), |name| name.to_string_lossy()).into_owned(),
        }
    }

    /// Returns the text of the program.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a file that cannot be read, is not UTF-8 or has more than `limit` bytes.
    pub(crate) fn read(self, limit: u64) -> Result<String, Failure> {
        let (content, name) = match self.origin {
            Origin::Text(text) => return Ok(text),
            Origin::StandardInput if io::stdin().is_terminal() => {
                return Err(Failure::Usage("nothing to run: give a FILE, -c CODE, or a program on stdin".to_owned()));
            }
            Origin::StandardInput => (read_up_to(io::stdin().lock(), limit), Path::new("<stdin>").to_owned()),
            Origin::File(path) => (File::open(&path).and_then(|file| read_up_to(file, limit)), path),
        };
        let Some(content) = content.map_err(|error| unreadable(&name, &error))? else {
            return Err(Failure::Usage(format!("{name:?} is larger than {}: raise --code-bytes", Size(limit))));
        };
        let text = String::from_utf8(content).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Failure::Usage(format!("{name:?} is not a program in UTF-8 (byte {at})"))
        })?;
        // Editors write this mark, which is no part of the program.
        Ok(text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text))
    }
}

fn utf8(text: OsString) -> Result<String, Failure> {
    text.into_string().map_err(|text| Failure::Usage(format!("{text:?} is not UTF-8")))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command, RunArgs};

    fn parse(line: &[&str]) -> Result<RunArgs, clap::Error> {
        let cli = Cli::try_parse_from(["terrarium", "run"].iter().chain(line))?;
        match cli.command {
            Some(Command::Run(args)) => Ok(args),
            other => panic!("{other:?}"),
        }
    }

    fn script(line: &[&str]) -> Script {
        let args = parse(line).unwrap();
        Script::new(args.code, args.program).unwrap()
    }

    fn expected(origin: Origin, args: &[&str]) -> Script {
        Script { origin, args: args.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn arguments_after_the_program_are_its_own() {
        let file = || Origin::File("x.py".into());
        for args in [&[][..], &["a"], &["--json"], &["-c", "1"], &["--", "-x"], &["--timeout", "1s", "-"], &["--help"]]
        {
            let line: Vec<&str> = ["--json", "x.py"].iter().chain(args).copied().collect();
            assert_eq!(script(&line), expected(file(), args));
            assert!(parse(&line).unwrap().json);
        }
    }

    #[test]
    fn arguments_after_the_code_are_its_own() {
        let code = || Origin::Text("print()".to_owned());
        for args in [&[][..], &["a"], &["--json"], &["-c", "1"], &["--", "-x"], &["-"], &["--help"], &["help"]] {
            let line: Vec<&str> = ["-c", "print()"].iter().chain(args).copied().collect();
            assert_eq!(script(&line), expected(code(), args));
            assert!(!parse(&line).unwrap().json);
        }
        assert_eq!(script(&["-cprint()", "a", "-b"]), expected(code(), &["a", "-b"]));
        assert_eq!(script(&["-c", "-1"]), expected(Origin::Text("-1".to_owned()), &[]));
    }

    #[test]
    fn a_program_can_come_from_the_standard_input() {
        assert_eq!(script(&[]), expected(Origin::StandardInput, &[]));
        assert_eq!(script(&["-", "-a"]), expected(Origin::StandardInput, &["-a"]));
    }

    #[test]
    fn a_program_whose_name_looks_like_an_option_follows_two_dashes() {
        assert_eq!(script(&["--", "-x.py", "-y"]), expected(Origin::File("-x.py".into()), &["-y"]));
    }

    #[test]
    fn an_unknown_option_before_the_program_is_refused() {
        assert!(parse(&["--tiemout", "5s", "x.py"]).is_err());
        assert!(parse(&["-c"]).is_err());
    }

    #[test]
    fn the_code_learns_only_the_files_name() {
        assert_eq!(expected(Origin::File("/home/me/x.py".into()), &[]).name(), "x.py");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_program() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.py");
        std::fs::write(&path, "\u{feff}print(1)").unwrap();
        let read = |limit| expected(Origin::File(path.clone()), &[]).read(limit);
        assert_eq!(read(11).unwrap(), "print(1)");
        assert!(matches!(read(10), Err(Failure::Usage(text)) if text.contains("--code-bytes")));
        std::fs::write(&path, b"x\xff").unwrap();
        assert!(matches!(read(10), Err(Failure::Usage(text)) if text.contains("not a program in UTF-8 (byte 1)")));
    }
}
