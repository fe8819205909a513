//! `terrarium packages`: downloading and managing packages.

use std::{
    io::{self, IsTerminal as _, Write as _},
    ops::ControlFlow,
    path::PathBuf,
};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use terrarium_core::{DownloadProgress, PackageError, PackageStore, StoredPackage};

use crate::{
    exit::{Failure, say},
    units::Size,
};

/// Download, list, update and remove packages
///
/// Packages come from the distribution that the interpreter belongs to, with the packages that they need. Programs find
/// them with `--package NAME`; running a program never downloads anything.
#[derive(Args, Debug)]
pub(crate) struct PackagesArgs {
    #[command(subcommand)]
    command: PackagesCommand,

    /// The cache folder, which contains the packages in `packages` [default: $TERRARIUM_CACHE_DIR, else `terrarium` in
    /// the user's cache folder]
    #[arg(long, value_name = "DIR", global = true)]
    cache_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum PackagesCommand {
    /// Download packages and the packages that they need
    Add {
        /// Names of packages or of modules in them
        #[arg(required = true)]
        names: Vec<String>,
        /// Another distribution: the address of its lock, or the folder that contains it
        #[arg(long, value_name = "SOURCE")]
        from: Option<String>,
    },
    /// List the downloaded packages
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove packages, and packages that only they need
    Remove {
        /// Names of packages
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Update packages to the versions in their distributions
    Update {
        /// Names of packages [default: all]
        names: Vec<String>,
    },
}

/// Carries out the command.
///
/// # Errors
/// [`Failure`] with the reason.
pub(crate) fn packages(args: PackagesArgs) -> Result<i32, Failure> {
    let store = PackageStore::open(args.cache_dir.as_deref())?;
    let mut bar = Bar::default();
    match args.command {
        PackagesCommand::Add { names, from } => {
            let new = store.add(&names, from.as_deref(), &mut |progress| bar.follow(progress)).map_err(failure);
            bar.clear();
            tell("added", &new?, "all of it is already downloaded");
        }
        PackagesCommand::Update { names } => {
            let new = store.update(&names, &mut |progress| bar.follow(progress)).map_err(failure);
            bar.clear();
            tell("updated", &new?, "nothing has changed");
        }
        PackagesCommand::Remove { names } => tell("removed", &store.remove(&names).map_err(failure)?, ""),
        PackagesCommand::List { json } => list(&store.list().map_err(failure)?, json)?,
    }
    Ok(0)
}

/// Makes a failure with the text alone: this command itself is the way out of a missing package.
fn failure(error: PackageError) -> Failure {
    Failure::Usage(error.to_string())
}

fn tell(what: &str, packages: &[StoredPackage], nothing: &str) {
    for package in packages {
        say(&format!("{what} {} {}", package.name, package.version));
    }
    if packages.is_empty() {
        say(nothing);
    }
}

/// Prints a line for each package; packages that only others need are marked.
fn list(packages: &[StoredPackage], json: bool) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut print = || -> io::Result<()> {
        if json {
            serde_json::to_writer(&mut out, packages)?;
            writeln!(out)?;
        } else {
            for StoredPackage { name, version, bytes, asked, .. } in packages {
                let needed = if *asked { "" } else { " (needed by others)" };
                writeln!(out, "{name} {version} {}{needed}", Size(*bytes))?;
            }
        }
        out.flush()
    };
    print().map_err(|error| Failure::output(&error))
}

/// The progress of a download on a terminal; not shown elsewhere.
#[derive(Default)]
struct Bar {
    shown: Option<(String, ProgressBar)>,
}

impl Bar {
    /// Shows the progress; the download continues.
    fn follow(&mut self, progress: DownloadProgress<'_>) -> ControlFlow<()> {
        self.show(progress);
        ControlFlow::Continue(())
    }

    fn show(&mut self, progress: DownloadProgress<'_>) {
        if !io::stderr().is_terminal() {
            return;
        }
        if self.shown.as_ref().is_none_or(|(name, _)| name != progress.file_name) {
            self.clear();
            let bar = ProgressBar::new(0).with_message(progress.file_name.to_owned());
            let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.shown = Some((progress.file_name.to_owned(), bar));
        }
        if let Some((_, bar)) = &self.shown {
            bar.set_length(progress.total.unwrap_or(progress.done));
            bar.set_position(progress.done);
        }
    }

    fn clear(&mut self) {
        if let Some((_, bar)) = self.shown.take() {
            bar.finish_and_clear();
        }
    }
}
