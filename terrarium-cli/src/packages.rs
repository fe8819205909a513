//! `terrarium packages`: downloading and managing packages.

use std::{
    io::{self, IsTerminal as _, Write as _},
    ops::ControlFlow,
    path::PathBuf,
};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use terrarium_core::{
    DownloadProgress, PackageError, PackageRequest, PackageStore, Packages, SandboxOptions, StoredPackage,
};

use crate::{
    exit::{Failure, say},
    units::Size,
};

/// Download, list, update and remove packages
///
/// Packages come from the distribution that the interpreter belongs to, and all others from the Python index, with the
/// packages that they need. Settings for pip and uv count: addresses of indexes, credentials, proxies. Programs find the
/// packages with `--package NAME`.
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
    Add(AddArgs),
    /// Print the lock of the downloaded packages as `pylock.toml`
    Lock {
        /// The file to write in place of the terminal
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
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
    /// Update packages to the newest versions that fit what was requested
    Update {
        /// Names of packages [default: all]
        names: Vec<String>,
    },
}

/// The arguments of `terrarium packages add`.
#[derive(Args, Debug)]
struct AddArgs {
    /// Requirements, such as `openpyxl`, `rich>=14` or `httpx[http2]`; names of modules will do
    #[arg(required_unless_present_any = ["requirements_files", "lock_file", "script"])]
    requirements: Vec<String>,
    /// A requirements file of pip
    #[arg(short = 'r', long = "requirements", value_name = "FILE")]
    requirements_files: Vec<PathBuf>,
    /// A `pylock.toml`, whose packages are taken as they are
    #[arg(long = "lock", value_name = "FILE", conflicts_with_all = ["requirements", "requirements_files", "script"])]
    lock_file: Option<PathBuf>,
    /// A script whose head names the packages that it needs (`# /// script`)
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Another distribution in place of the Python index: the address of its lock, or the folder that contains it
    #[arg(long, value_name = "SOURCE")]
    from: Option<String>,
    /// The address of the Python index
    #[arg(long, value_name = "URL")]
    index_url: Option<String>,
    /// One more index, which is asked first
    #[arg(long, value_name = "URL")]
    extra_index_url: Vec<String>,
    /// Use only what is on this machine
    #[arg(long)]
    offline: bool,
    /// Treat pre-releases like other releases
    #[arg(long)]
    pre: bool,
}

impl AddArgs {
    fn request(self) -> Result<PackageRequest, Failure> {
        let mut request = PackageRequest::new(self.requirements).offline(self.offline).prereleases(self.pre);
        if let Some(path) = &self.script {
            let in_file = |error: String| Failure::Usage(format!("{}: {error}", path.display()));
            let code = std::fs::read_to_string(path).map_err(|error| in_file(error.to_string()))?;
            let head = PackageRequest::of_script(&code).map_err(|error| in_file(error.to_string()))?;
            if head.is_none() {
                return Err(in_file("the script has no head `# /// script` that names packages".to_owned()));
            }
            request = request.script(code);
        }
        request.requirements_files = self.requirements_files;
        request.lock_file = self.lock_file;
        request.distribution = self.from;
        request.index = self.index_url;
        request.extra_indexes = self.extra_index_url;
        Ok(request)
    }
}

/// Carries out the command.
///
/// # Errors
/// [`Failure`] with the reason.
pub(crate) fn packages(args: PackagesArgs) -> Result<i32, Failure> {
    let store = PackageStore::open(args.cache_dir.as_deref())?;
    let mut bar = Bar::default();
    match args.command {
        PackagesCommand::Add(args) => {
            let request = args.request()?;
            let new = store.add(&request, &mut |progress| bar.follow(progress)).map_err(failure);
            bar.clear();
            tell("added", &new?, "all of it is already downloaded");
        }
        PackagesCommand::Update { names } => {
            let new = store.update(&names, &mut |progress| bar.follow(progress)).map_err(failure);
            bar.clear();
            tell("updated", &new?, "nothing has changed");
        }
        PackagesCommand::Remove { names } => tell("removed", &store.remove(&names).map_err(failure)?, ""),
        PackagesCommand::Lock { output } => {
            let text = store.pylock().map_err(failure)?;
            match output {
                Some(path) => std::fs::write(&path, text)
                    .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?,
                None => io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::output(&error))?,
            }
        }
        PackagesCommand::List { json } => list(&store.list().map_err(failure)?, json)?,
    }
    Ok(0)
}

/// Downloads the packages of the options that are missing. `script` is the program whose head names them.
///
/// # Errors
/// [`Failure`] with the reason.
pub(crate) fn install(options: &SandboxOptions, script: Option<&String>) -> Result<(), Failure> {
    let Packages::List(names) = &options.packages else { return Ok(()) };
    if names.is_empty() {
        return Ok(());
    }
    let mut bar = Bar::default();
    let store = PackageStore::open(options.cache_dir.as_deref())?;
    let request = match script {
        Some(code) => PackageRequest::default().script(code),
        None => PackageRequest::new(names.iter().cloned()),
    };
    let new = store.add(&request, &mut |progress| bar.follow(progress)).map_err(failure);
    bar.clear();
    for package in new? {
        say(&format!("added {} {}", package.name, package.version));
    }
    Ok(())
}

/// Makes a failure with the text alone: this command itself is the way out of a missing package.
fn failure(error: PackageError) -> Failure {
    Failure::Usage(error.to_string())
}

fn tell(what: &str, packages: &[StoredPackage], nothing: &str) {
    for package in packages {
        say(&format!("{what} {} {}", package.name, package.version));
        for warning in &package.warnings {
            say(&format!("warning: {warning}"));
        }
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

/// The progress of all downloads on a terminal; not shown elsewhere.
#[derive(Default)]
struct Bar(Option<ProgressBar>);

impl Bar {
    /// Shows the progress; the download continues.
    fn follow(&mut self, progress: DownloadProgress<'_>) -> ControlFlow<()> {
        if io::stderr().is_terminal() {
            let bar = self.0.get_or_insert_with(|| {
                let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg}");
                ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            });
            bar.set_length(progress.all_total.unwrap_or(progress.all_done));
            bar.set_position(progress.all_done);
            bar.set_message(progress.file_name.to_owned());
        }
        ControlFlow::Continue(())
    }

    fn clear(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}
