//! [`Session`]: an interpreter that keeps its state between runs.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use serde::{Deserialize, Serialize};

use crate::{
    Bytes, Completeness, Completion, Error, ExecuteOptions, ExecutionResult, Result,
    engine::check_process,
    error::{FileOperation, file_error},
    guest::LiveInterpreter,
    run::{self, SandboxSetup},
};
use terrarium_unix::{abi::Errno, syscall::Supplied, vfs::Vfs};

/// An interpreter that keeps its names, modules and files between runs.
///
/// Sessions share nothing with each other. A session loses its names when a run is stopped by force (after its deadline
/// and the grace period), crashes the interpreter, or exits with `os._exit`. The result then has
/// [`session_lost`](ExecutionResult::session_lost), the files are kept, and the next run starts a new interpreter.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use terrarium_core::{Sandbox, SandboxOptions, Value};
///
/// let mut session = Sandbox::new(SandboxOptions::default())?.session()?;
/// session.execute("x = 41")?;
/// assert_eq!(session.execute("x + 1")?.final_expression, Some(Value::Int(42)));
/// # Ok(())
/// # }
/// ```
pub struct Session {
    setup: Arc<SandboxSetup>,
    state: SessionState,
}

/// An interpreter, or the files of a lost interpreter.
enum SessionState {
    Live(Box<LiveInterpreter>),
    Lost(Box<(Vfs, Supplied)>),
}

/// A file of a session.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// let mut session = terrarium_core::Sandbox::new(Default::default())?.session()?;
/// session.write_file("a/b.txt", "text")?;
/// let files = session.list_files()?;
/// assert_eq!((files[0].path.as_str(), files[0].size), ("a/b.txt", 4));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileInfo {
    /// The path: relative to the home folder for a file in it, else absolute.
    pub path: String,
    /// The size in bytes.
    pub size: u64,
}

impl Session {
    pub(crate) fn start(setup: Arc<SandboxSetup>) -> Result<Self> {
        let live = run::start(&setup, None)?;
        Ok(Self { setup, state: SessionState::Live(Box::new(live)) })
    }

    /// Runs `code`; the names that it binds are kept for the next run.
    ///
    /// # Errors
    /// As for [`Sandbox::execute`](crate::Sandbox::execute).
    pub fn execute(&mut self, code: &str) -> Result<ExecutionResult> {
        self.execute_with(code, ExecuteOptions::default())
    }

    /// Runs `code` with options for this run.
    ///
    /// # Errors
    /// As for [`Sandbox::execute`](crate::Sandbox::execute).
    pub fn execute_with(&mut self, code: &str, options: ExecuteOptions) -> Result<ExecutionResult> {
        let begun = Instant::now();
        let setup = Arc::clone(&self.setup);
        run::check(setup.options(), code, &options)?;
        let live = self.live()?;
        let result = run::execute(&setup, live, code, options, begun, true)?;
        if live.has_ended() {
            self.lose();
        }
        Ok(result)
    }

    /// Writes a file, and creates the folders above it. The path is relative to the home folder.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// # let mut session = terrarium_core::Sandbox::new(Default::default())?.session()?;
    /// session.write_file("in/a.txt", "text")?;
    /// assert_eq!(session.execute("open('in/a.txt').read()")?.final_repr.as_deref(), Some("'text'"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidPath`], or [`Error::File`] when there is no space or the path is that of a folder.
    pub fn write_file(&mut self, path: &str, content: impl Into<Bytes>) -> Result<()> {
        let absolute = run::below(&self.setup.options().home, path)?;
        let setup = Arc::clone(&self.setup);
        setup.write(self.files(), &setup.writer(), path, &absolute, content.into())
    }

    /// Reads a file. The path is relative to the home folder, or absolute.
    ///
    /// # Errors
    /// [`Error::InvalidPath`], or [`Error::File`] when there is no such file.
    pub fn read_file(&mut self, path: &str) -> Result<Bytes> {
        let absolute = run::existing(&self.setup.options().home, path)?;
        let fault = |errno| file_error(FileOperation::Read, path, errno);
        let mut content = self.files().host_read(absolute.as_bytes());
        if let (Err(_), Some(escaped)) = (&content, run::escaped(&absolute)) {
            content = self.files().host_read(&escaped);
        }
        content.and_then(run::bytes).map_err(fault)
    }

    /// Removes a file, or a folder below the home folder with its files. The path is relative to the home folder, or
    /// absolute.
    ///
    /// # Errors
    /// [`Error::InvalidPath`], or [`Error::File`] when there is no such file, or it is a folder elsewhere.
    pub fn remove_file(&mut self, path: &str) -> Result<()> {
        let absolute = run::existing(&self.setup.options().home, path)?;
        let writer = self.setup.writer();
        let home = &self.setup.options().home;
        let is_in_home = run::shown(home, &absolute) != absolute;
        if !is_in_home
            && self.files().host_list(absolute.as_bytes()).is_ok_and(|files| {
                // A file is its own only entry.
                !matches!(&files[..], [file] if file.path == absolute.as_bytes())
            })
        {
            return Err(file_error(FileOperation::Remove, path, Errno::EISDIR));
        }
        let mut removed = self.files().host_remove(&writer, absolute.as_bytes());
        if let (Err(_), Some(escaped)) = (&removed, run::escaped(&absolute)) {
            removed = self.files().host_remove(&writer, &escaped);
        }
        removed.map_err(|errno| file_error(FileOperation::Remove, path, errno))
    }

    /// Lists the files below the home folder, by path. A byte of a path that is not UTF-8 is written as `\xff`.
    ///
    /// # Errors
    /// [`Error::File`], when the home folder cannot be listed.
    pub fn list_files(&mut self) -> Result<Vec<FileInfo>> {
        let home = self.setup.options().home.clone();
        let listed = self.files().host_list(home.as_bytes());
        let listed = listed.map_err(|errno| file_error(FileOperation::List, &home, errno))?;
        Ok(listed
            .into_iter()
            .map(|file| FileInfo { path: run::shown(&home, &run::text(&file.path)).to_owned(), size: file.size })
            .collect())
    }

    /// Returns the contents of all files below the home folder, by path.
    ///
    /// # Errors
    /// [`Error::File`] for a file that cannot be read.
    pub fn all_files(&mut self) -> Result<BTreeMap<String, Bytes>> {
        let home = self.setup.options().home.clone();
        let listed = self.files().host_list(home.as_bytes());
        let mut files = BTreeMap::new();
        for file in listed.map_err(|errno| file_error(FileOperation::List, &home, errno))? {
            let shown = run::shown(&home, &run::text(&file.path)).to_owned();
            let content = self.files().host_read(&file.path).and_then(run::bytes);
            let content = content.map_err(|errno| file_error(FileOperation::Read, &shown, errno))?;
            files.insert(run::free(shown, |path| files.contains_key(path)), content);
        }
        Ok(files)
    }

    /// Starts over with a new interpreter, and with the files of the sandbox's options.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// # let mut session = terrarium_core::Sandbox::new(Default::default())?.session()?;
    /// session.write_file("a.txt", "text")?;
    /// session.reset()?;
    /// assert!(session.list_files()?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Faults of the host; the session then starts over with its next run.
    pub fn reset(&mut self) -> Result<()> {
        let live = run::start(&self.setup, None)?;
        self.state = SessionState::Live(Box::new(live));
        Ok(())
    }

    /// Removes the names that the code bound; modules stay imported, and files are kept.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// # let mut session = terrarium_core::Sandbox::new(Default::default())?.session()?;
    /// session.execute("x = 1")?;
    /// session.reset_globals()?;
    /// assert_eq!(session.execute("x")?.error.unwrap().kind, "NameError");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Faults of the host.
    pub fn reset_globals(&mut self) -> Result<()> {
        self.ask(LiveInterpreter::reset_globals)
    }

    /// Checks whether `code` can run or is incomplete, without a run.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// # let mut session = terrarium_core::Sandbox::new(Default::default())?.session()?;
    /// use terrarium_core::Completeness;
    ///
    /// assert_eq!(session.check("for x in y:")?, Completeness::Incomplete);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Faults of the host.
    pub fn check(&mut self, code: &str) -> Result<Completeness> {
        self.ask(|live| live.check(code))
    }

    /// Returns the completions at the cursor, which is a number of characters into `code`.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// # let mut session = terrarium_core::Sandbox::new(Default::default())?.session()?;
    /// assert!(session.complete("impo", 4)?.matches.iter().any(|word| word.trim() == "import"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Faults of the host.
    pub fn complete(&mut self, code: &str, cursor: usize) -> Result<Completion> {
        self.ask(|live| live.complete(code, cursor))
    }

    fn ask<T>(&mut self, question: impl FnOnce(&mut LiveInterpreter) -> Result<T>) -> Result<T> {
        let live = self.live()?;
        let answer = question(live);
        if !live.has_ended() {
            return answer;
        }
        self.lose();
        answer.map_err(|error| {
            Error::engine(format!("{error}; the session has lost its names and modules, and has kept its files"))
        })
    }

    fn live(&mut self) -> Result<&mut LiveInterpreter> {
        check_process()?;
        if let SessionState::Lost(lost) = &self.state {
            let (files, supplied) = &**lost;
            let mut live = run::start(&self.setup, Some(files.clone()))?;
            live.process().supplied.clone_from(supplied);
            self.state = SessionState::Live(Box::new(live));
        }
        match &mut self.state {
            SessionState::Live(live) => Ok(live),
            SessionState::Lost(_) => Err(Error::engine("the session has no interpreter")),
        }
    }

    /// Drops the interpreter and keeps the files.
    fn lose(&mut self) {
        if let SessionState::Live(live) = &mut self.state {
            let files = live.take_files();
            self.state = SessionState::Lost(Box::new(files));
        }
    }

    fn files(&mut self) -> &mut Vfs {
        match &mut self.state {
            SessionState::Live(live) => live.files(),
            SessionState::Lost(lost) => &mut lost.0,
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("live", &matches!(self.state, SessionState::Live(_))).finish_non_exhaustive()
    }
}
