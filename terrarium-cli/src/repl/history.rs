//! The file of the history of typed blocks.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use reedline::FileBackedHistory;

use crate::exit::say;

/// The number of blocks in the history.
const CAPACITY: usize = 10_000;

/// Opens the history in the user's state folder, if there is one.
pub(super) fn open() -> FileBackedHistory {
    let opened = file().map(|file| {
        let history = prepare(&file).map_err(|error| error.to_string());
        let history = history
            .and_then(|()| FileBackedHistory::with_file(CAPACITY, file.clone()).map_err(|error| error.to_string()));
        history.map_err(|reason| say(&format!("no history is kept: {}: {reason}", file.display())))
    });
    opened.and_then(Result::ok).unwrap_or_default()
}

fn file() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = from("XDG_STATE_HOME")
        .or_else(|| from("LOCALAPPDATA"))
        .or_else(|| from("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("terrarium").join("history"))
}

/// Creates a file that only the user can read, because people type secrets at prompts.
fn prepare(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file).map(drop)
}
