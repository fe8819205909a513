//! Packages that code installs while it runs: the answers to the requests of the harness.
//!
//! The guest waits while a thread resolves, downloads and prepares. At the deadline of the run, or when it is cancelled,
//! the guest waits no more, and the thread ends as soon as it can.

mod steps;
mod text;
mod wait;

use std::{fmt, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};
use terrarium_index::Cancel;

use steps::Steps;

use super::{
    bytecode::{self, CompileSources},
    memo::Memo,
    mount::{files_of, pool_in, prepare_libraries},
    store::{DISTRIBUTION, guest_store_dir, store_dir},
};
use crate::{
    Error, Install, Result, SandboxOptions,
    error::{FileOperation, file_error},
    package::{
        Addition, Available, GuestRequest, Installed, LOCK_FILE, PackageError, PackageFiles, PackageStore, PlacedFile,
        PlacedKind, Pool, SITE_PACKAGES, check_places, touch,
    },
};
use terrarium_unix::{
    abi::Errno,
    syscall::{Supplied, SuppliedRun, Supplier},
    vfs::Vfs,
};

/// The most packages that an interpreter installs, and the most bytes of their files.
const MOST_PACKAGES: usize = 100;
const MOST_BYTES: u64 = 256 << 20;
/// The most requests of an interpreter that ask the index.
const MOST_DOWNLOADS: u32 = 100;
/// The most requirements of a request, and the longest text of an error.
const MOST_REQUIREMENTS: usize = 100;
const MOST_TEXT: usize = 8 << 10;

/// A request of the harness.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    requirements: Vec<String>,
    #[serde(default)]
    prereleases: bool,
}

/// The answer to a request of the harness.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Answer {
    /// The packages that are new: `name==version`.
    installed: Vec<String>,
    /// The packages that requirements name and that were there.
    satisfied: Vec<String>,
    /// The code of the error, empty if there is none, and its text.
    code: &'static str,
    error: String,
}

/// Installs packages in the interpreters of a sandbox.
#[derive(Clone)]
pub(crate) struct Installer {
    install: Install,
    from: Vec<String>,
    cache_dir: Option<PathBuf>,
    untrusted_libraries: bool,
    /// Whether libraries are compiled with inlining.
    inlining: bool,
    compile: CompileSources,
    /// The packages of every interpreter: `name==version`.
    present: Vec<String>,
}

/// Packages that are ready to be mounted.
struct Ready {
    files: Vec<PlacedFile>,
    names: Vec<String>,
    satisfied: Vec<String>,
    bytes: u64,
}

/// The reason why nothing is installed.
enum Refusal {
    Text(&'static str, String),
    Error(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl Installer {
    /// Returns the installer for interpreters that have the packages `present`.
    pub(crate) fn new(options: &SandboxOptions, inlining: bool, compile: CompileSources, present: Vec<String>) -> Self {
        Self {
            install: options.install,
            from: options.packages_from.clone(),
            cache_dir: options.cache_dir.clone(),
            untrusted_libraries: options.untrusted_libraries,
            inlining,
            compile,
            present,
        }
    }

    /// Returns the installer for the same interpreters on the bare image.
    pub(crate) fn on_bare_image(&self) -> Self {
        Self { inlining: false, ..self.clone() }
    }

    /// Returns the packages of an interpreter that has received others.
    pub(crate) fn installed(&self, supplied: &Supplied) -> Installed {
        Installed::new(self.present.iter().chain(&supplied.items).map(String::as_str))
    }

    /// Returns the package that provides a module and that code can install without a download.
    pub(crate) fn provider(&self, module: &str) -> Option<String> {
        if self.install == Install::Off {
            return None;
        }
        self.pool().ok()?.provider(module).map(str::to_owned)
    }

    /// Whether code can install packages that are not on the machine.
    pub(crate) fn uses_index(&self) -> bool {
        self.install == Install::Index
    }

    /// Resolves a request, and prepares its packages.
    fn prepare(
        &self,
        asked: &Asked,
        supplied: &Supplied,
        may_download: bool,
        cancel: &Cancel,
        steps: &Steps,
    ) -> Result<(Ready, bool), Refusal> {
        let installed = self.installed(supplied);
        let pool = self.pool()?;
        let beside = |pool: &Pool| pool.beside(&asked.requirements, &installed, asked.prereleases, cancel);
        let (pool, addition, downloaded) = match beside(&pool) {
            Ok(addition) => (pool, addition, false),
            Err(
                error @ (PackageError::Unknown { .. }
                | PackageError::Absent { .. }
                | PackageError::Unsatisfiable { .. }),
            ) => {
                if self.install != Install::Index {
                    return Err(error.into());
                }
                if !may_download {
                    let text =
                        format!("the interpreter has asked the index {MOST_DOWNLOADS} times, which is the limit");
                    return Err(Refusal::Text("install_limit", text));
                }
                let bytes = MOST_BYTES.saturating_sub(supplied.bytes);
                let requirements = &asked.requirements;
                let request =
                    GuestRequest { requirements, installed: &installed, bytes, prereleases: asked.prereleases };
                let store = PackageStore::of_guests(self.cache_dir.as_deref())?;
                store.fetch_beside(&pool, &request, cancel, &|progress| steps.download(progress))?;
                let pool = self.pool()?;
                let addition = beside(&pool)?;
                (pool, addition, true)
            }
            Err(error) => return Err(error.into()),
        };
        Ok((self.ready(&pool, addition, supplied, steps)?, downloaded))
    }

    /// Opens the package sources. A sandbox that downloads has those of earlier downloads, too.
    fn pool(&self) -> Result<Arc<Pool>> {
        static POOLS: Memo<Pool> = Memo::new(4);
        let store = store_dir(self.cache_dir.as_deref())?;
        if self.install != Install::Index {
            return pool_in(&POOLS, &self.from, &store);
        }
        let mut from = self.from.clone();
        if store.join(LOCK_FILE).is_file() {
            from.push(store.to_string_lossy().into_owned());
        }
        pool_in(&POOLS, &from, &guest_store_dir(self.cache_dir.as_deref())?)
    }

    /// Opens packages, and compiles what must be compiled.
    fn ready(&self, pool: &Pool, addition: Addition, supplied: &Supplied, steps: &Steps) -> Result<Ready, Refusal> {
        let count = supplied.count.saturating_add(addition.packages.len());
        if count > MOST_PACKAGES {
            let text = format!("{count} packages would be installed, the limit is {MOST_PACKAGES}");
            return Err(Refusal::Text("install_limit", text));
        }
        let cache_dir = self.cache_dir.as_deref();
        let guests = guest_store_dir(cache_dir)?;
        let (mut own, mut others, mut names, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), supplied.bytes);
        for package in &addition.packages {
            steps.set(format!("preparing {} {}", package.name, package.version), None, None);
            bytes = bytes.saturating_add(std::fs::metadata(&package.path).map_or(0, |metadata| metadata.len()));
            let opened = package.open(pool.target())?;
            let item = files_of(&opened)?;
            check_places(&item.origin, &item.files)?;
            names.push(format!("{}=={}", package.name, package.version));
            if package.path.starts_with(&guests) {
                touch(&package.path);
            }
            match package.path.starts_with(&guests) && !is_of_distribution(package) {
                true => {
                    self.check_libraries(package, &item)?;
                    others.push(item);
                }
                false => own.push(item),
            }
        }
        if bytes > MOST_BYTES {
            let text = format!("the packages of the interpreter would have {bytes} bytes, the limit is {MOST_BYTES}");
            return Err(Refusal::Text("install_limit", text));
        }
        prepare_libraries(own.iter().flat_map(|item| &item.files), cache_dir, self.inlining)?;
        // The sources that code has chosen are compiled by the guest itself, in the time of its run.
        let bytecode = bytecode::bytecode(&own, cache_dir, Some(self.compile))?;
        // The first file at a path stays, and the first package comes last, as when a sandbox starts with them.
        let items = bytecode.into_iter().rev().chain(others.into_iter().rev()).chain(own.into_iter().rev());
        let files = items.flat_map(|item| item.files).collect();
        Ok(Ready { files, names, satisfied: addition.satisfied, bytes: bytes - supplied.bytes })
    }

    /// Refuses libraries that code has chosen, whose compilation no limit covers.
    fn check_libraries(&self, package: &Available, item: &PackageFiles) -> Result<(), Refusal> {
        let is_library = |file: &&PlacedFile| file.path.ends_with(".so") || file.path.contains(".so.");
        match item.files.iter().find(is_library).filter(|_| !self.untrusted_libraries) {
            Some(file) => Err(Refusal::Text(
                "install_library",
                format!(
                    "{} {} has compiled libraries ({}), which code may not choose: add the package to the sandbox, or \
                     set the option `untrusted_libraries`",
                    package.name, package.version, file.path
                ),
            )),
            None => Ok(()),
        }
    }
}

impl Supplier for Installer {
    fn supply(
        &self,
        request: &[u8],
        vfs: &mut Vfs,
        supplied: &mut Supplied,
        run: SuppliedRun<'_>,
    ) -> Result<Vec<u8>, Errno> {
        let asked: Asked = serde_json::from_slice(request).map_err(|_| Errno::EINVAL)?;
        let refused = |code, error| Answer { code, error, ..Answer::default() };
        let answer = if self.install == Install::Off {
            let text = "code may not install packages here (the option `install` of the sandbox is \"off\"): add them \
                        to the option `packages`";
            refused("install_off", text.to_owned())
        } else if asked.requirements.len() > MOST_REQUIREMENTS {
            let count = asked.requirements.len();
            refused("install_limit", format!("{count} requirements are given, the limit is {MOST_REQUIREMENTS}"))
        } else {
            let done = self.wait_for(asked, supplied, run)?;
            match done.and_then(|(ready, downloaded)| {
                supplied.requests = supplied.requests.saturating_add(u32::from(downloaded));
                mount(vfs, &ready.files)?;
                Ok(ready)
            }) {
                Ok(ready) => {
                    supplied.bytes = supplied.bytes.saturating_add(ready.bytes);
                    supplied.count = supplied.count.saturating_add(ready.names.len());
                    supplied.items.extend(ready.names.iter().cloned());
                    for name in &ready.names {
                        run.progress(&format!("installed {name}"), None, None);
                    }
                    Answer { installed: ready.names, satisfied: ready.satisfied, ..Answer::default() }
                }
                Err(Refusal::Text(code, text)) => refused(code, text),
                Err(Refusal::Error(error)) => {
                    tracing::debug!(%error, "code cannot install packages");
                    if self.install == Install::Index {
                        supplied.requests = supplied.requests.saturating_add(1);
                    }
                    let (code, text) = self.told(&error);
                    refused(code, text)
                }
            }
        };
        let mut answer = answer;
        if answer.error.len() > MOST_TEXT {
            let end = answer.error.floor_char_boundary(MOST_TEXT);
            answer.error.truncate(end);
            answer.error.push('…');
        }
        serde_json::to_vec(&answer).map_err(|_| Errno::EIO)
    }
}

/// Adds files to a file system in use.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn mount(vfs: &mut Vfs, files: &[PlacedFile]) -> Result<()> {
    let fault = |path: &str, errno| file_error(FileOperation::Mount, path, errno);
    for PlacedFile { path, kind } in files {
        let mounted = match kind {
            PlacedKind::File { content, executable } => {
                vfs.host_mount(path.as_bytes(), content.clone(), if *executable { 0o555 } else { 0o444 })
            }
            PlacedKind::Link(target) => vfs.host_mount_link(path.as_bytes(), target.as_bytes()),
        };
        mounted.map_err(|errno| fault(path, errno))?;
    }
    vfs.host_renew(SITE_PACKAGES.as_bytes()).map_err(|errno| fault(SITE_PACKAGES, errno))
}

/// Whether a package comes from the guest's own distribution, whose lock is a part of this library.
fn is_of_distribution(package: &Available) -> bool {
    package.from.as_deref().is_some_and(|from| from.starts_with(DISTRIBUTION))
}

impl fmt::Debug for Installer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installer").field("install", &self.install).finish_non_exhaustive()
    }
}
