//! [`SandboxOptions`] and [`ExecuteOptions`]: the only option structs, for every language and the command line.

mod json;
mod member;
pub(crate) mod optional_seconds;
pub(crate) mod seconds;
mod setters;
pub(crate) mod validate;

use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    Bytes, CallContext, CallHook, CancelHandle, DisplayCallback, EventCallback, HostFunctions, Journal, Mount, Stdin,
    Value,
};
pub use json::JsonOptions;
pub(crate) use member::{Member, Refusal};
pub(crate) use setters::options;

/// The default of [`SandboxOptions::value_bytes`], which the harness has too.
pub(crate) const VALUE_BYTES: u64 = 128 << 20;
/// The default of [`SandboxOptions::repr_bytes`], which the harness has too.
pub(crate) const REPR_BYTES: u64 = 1 << 20;

/// The configuration of a [`Sandbox`](crate::Sandbox). Every field has a safe default.
///
/// Sizes are bytes. In JSON, durations are seconds and file contents base64.
///
/// ```
/// use std::time::Duration;
/// use terrarium_core::SandboxOptions;
///
/// let options = SandboxOptions::new().timeout(Duration::from_secs(5)).env_var("LANG", "en");
/// assert_eq!(options.memory, 512 << 20);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SandboxOptions {
    /// The time limit of a run, or `None` for no limit. Default: 30 s.
    #[serde(with = "optional_seconds")]
    pub timeout: Option<Duration>,
    /// The grace period: processor time that code has after the interrupt (Python sees a `KeyboardInterrupt`) before
    /// the forced stop, which loses a session's state. On a busy machine it ends after five times as much time, if the
    /// code has had a tenth of it. Default: 50 ms.
    #[serde(with = "seconds")]
    pub grace: Duration,
    /// The limit of the guest's memory, interpreter included. Default: 512 MiB; at least 48 MiB, below 4 GiB.
    pub memory: u64,
    /// The limit of the standard output, and separately of the standard error; bytes beyond it are dropped. Default: 16
    /// MiB.
    pub stream_bytes: u64,
    /// The limit of the total size of the guest's files. Default: 100 MiB.
    pub file_bytes: u64,
    /// The limit of the number of the guest's files and folders. Default: 10,000.
    pub file_count: u64,
    /// The limit of the number of files open at a time. Default: 256.
    pub open_files: u32,
    /// The limit of the size of a run's code. Default: 16 MiB.
    pub code_bytes: u64,
    /// The limit of the size of a run's values (final value and outputs): their JSON text and contents, and 16 bytes for
    /// each item. Of a larger value only the representation is kept. A result takes at most five times as much memory.
    /// Default: 128 MiB.
    pub value_bytes: u64,
    /// The limit of the final value's representation; a longer one is cut. Default: 1 MiB.
    pub repr_bytes: u64,
    /// The guest's home folder, and its working directory unless `cwd` names another. Default: `/home/earth`.
    pub home: String,
    /// The working directory, relative to `home`. Default: `home` itself.
    pub cwd: Option<String>,
    /// `sys.argv[1:]`. Default: empty.
    pub args: Vec<String>,
    /// Environment variables. Nothing is inherited from the host. Default: empty.
    pub env: BTreeMap<String, String>,
    /// Files that every run has, by their paths relative to `home`. Default: none.
    pub files: BTreeMap<String, Bytes>,
    /// Folders and files of the host that code sees, by their paths in the guest: relative to `home`, or absolute. A mount
    /// takes the place of what is there. Default: none.
    pub mounts: BTreeMap<String, Mount>,
    /// Whether code may load shared libraries (WebAssembly side modules) that it brings or creates, beyond those of the
    /// sandbox's packages. The host compiles them, and no limit here covers that time and memory, so enable it only for
    /// code you trust. Default: no.
    pub untrusted_libraries: bool,
    /// Runs with a fixed clock and seeded entropy, so that two runs of the same code behave the same. Default: off.
    pub deterministic: Option<Deterministic>,
    /// The packages that the code can import, besides the standard library. Default: none.
    pub packages: Packages,
    /// The package sources, the first with the highest precedence: a wheel, a folder of wheels, a distribution (a
    /// folder with `pyodide-lock.json`, or the address of one that [`PackageStore::add`](crate::PackageStore::add) has
    /// downloaded from), or a site folder that `pip install --target` made. A site folder is available as a whole,
    /// regardless of `packages`, and must not change while it is in use. The packages that the package store has
    /// downloaded come last. Default: only these.
    pub packages_from: Vec<String>,
    /// The origin of packages that code installs while it runs, with `micropip.install`, `%pip install` or
    /// `python -m pip install`. Default: [`Install::Local`].
    pub install: Install,
    /// Whether the packages are imported once, into an image, so that every run starts with them loaded. The image is
    /// built at the first use (half a minute for numpy and pandas) and kept in `cache_dir`. Otherwise each run loads what it
    /// imports. With [`Packages::Auto`], an image is made after a run, with the packages that its code imported.
    /// Default: on.
    pub preload: bool,
    /// Whether a sandbox starts before its image is built. A thread of low priority then builds the image, which serves
    /// the runs that start after that; until then each run imports its packages, as without `preload`. Without this
    /// option, the creation of the sandbox waits for the image; with `deterministic` it always does. Default: on.
    pub quick_start: bool,
    /// The image file to start from, as [`Image::save`](crate::Image::save) wrote it; open only images that you trust,
    /// because they contain native code. `packages` are added to those of the image. Default: none, the library builds
    /// the image that it needs.
    pub image: Option<PathBuf>,
    /// Functions of the host that the code can call. Default: none.
    #[serde(skip)]
    pub functions: HostFunctions,
    /// Decides on each call of a host function before the function works: for approval, and for answers that are known.
    /// Default: none, all calls are allowed.
    #[serde(skip)]
    pub decide: Option<CallHook>,
    /// The limit of the number of a run's calls of host functions. The code gets a `HostLimitError` once; after that, the
    /// run ends. Default: 1,000.
    pub host_calls: u64,
    /// The number of calls of host functions that work at a time; more wait. Default: 16.
    pub host_calls_in_flight: u32,
    /// The limit of the bytes of a run's arguments for host functions, and separately of their answers. Default: 64 MiB.
    pub host_call_bytes: u64,
    /// The time of a call of a host function, or `None` for that of the run. The code gets a `TimeoutError`. Default:
    /// 30 s.
    #[serde(with = "optional_seconds")]
    pub host_call_timeout: Option<Duration>,
    /// Whether the time limit of a run includes the time in which the code waits for host functions. Default: on.
    pub count_host_time: bool,
    /// Whether `threading` works. In the guest, threads run one after the other, each when the code waits for it.
    /// Otherwise the start of a thread raises `RuntimeError`. Default: on.
    pub threads: bool,
    /// The cache folder of compiled code and images. Default: `$TERRARIUM_CACHE_DIR`, else `terrarium` in the user's
    /// cache folder (`$XDG_CACHE_HOME` or `~/.cache`).
    pub cache_dir: Option<PathBuf>,
    /// The bound of the cache folder in bytes, without downloaded packages. When an image was built, files that were not
    /// used for the longest time are removed until the rest fits; images that a process has open stay. Default: 4 GiB.
    pub cache_bytes: u64,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            timeout: Some(Duration::from_secs(30)),
            grace: Duration::from_millis(50),
            memory: 512 << 20,
            stream_bytes: 16 << 20,
            file_bytes: 100 << 20,
            file_count: 10_000,
            open_files: 256,
            code_bytes: 16 << 20,
            value_bytes: 128 << 20,
            repr_bytes: 1 << 20,
            home: "/home/earth".to_owned(),
            cwd: None,
            args: Vec::new(),
            env: BTreeMap::new(),
            files: BTreeMap::new(),
            mounts: BTreeMap::new(),
            untrusted_libraries: false,
            deterministic: None,
            packages: Packages::default(),
            packages_from: Vec::new(),
            install: Install::default(),
            preload: true,
            quick_start: true,
            image: None,
            functions: HostFunctions::default(),
            decide: None,
            host_calls: 1000,
            host_calls_in_flight: 16,
            host_call_bytes: 64 << 20,
            host_call_timeout: Some(Duration::from_secs(30)),
            count_host_time: true,
            threads: true,
            cache_dir: None,
            cache_bytes: 4 << 30,
        }
    }
}

/// The packages of a sandbox: [`SandboxOptions::packages`]. The JSON form is a list of names, or `"auto"`.
///
/// ```
/// use terrarium_core::Packages;
///
/// let packages: Packages = serde_json::from_str(r#"["numpy", "PIL"]"#).unwrap();
/// assert_eq!(packages, Packages::List(vec!["numpy".to_owned(), "PIL".to_owned()]));
/// assert_eq!(serde_json::to_string(&Packages::Auto).unwrap(), r#""auto""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packages {
    /// The named packages and their dependencies. A name is that of a package (`pillow`) or of a module (`PIL`).
    List(Vec<String>),
    /// The packages that the code imports, and their dependencies. Import statements are found in the code and in the
    /// Python files that accompany it; other forms of import are not found. A module that no package source provides
    /// raises Python's `ModuleNotFoundError`.
    Auto,
}

/// The origin of packages that code installs while it runs: [`SandboxOptions::install`]. In JSON it is `"off"`, `"local"` or
/// `"index"`.
///
/// An interpreter may install 100 packages with 256 MiB of files, beside those that it has, whose versions stay. The time
/// counts against the time limit of the run.
///
/// ```
/// use terrarium_core::{Install, SandboxOptions};
///
/// let options = SandboxOptions::new().install(Install::Off);
/// assert_eq!(serde_json::to_value(&options).unwrap()["install"], "off");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Install {
    /// Installing is refused.
    Off,
    /// The package sources of the sandbox, the package store included. Nothing is downloaded.
    #[default]
    Local,
    /// Those, then the distribution and the Python index with the user's settings for pip and uv. Code that is not
    /// trusted chooses names that leave this machine, and files that arrive. Every hash is checked. Downloads go into a
    /// bounded folder of their own, which other sandboxes do not use. Compiled libraries of the index are refused, unless
    /// `untrusted_libraries` is on.
    Index,
}

impl Default for Packages {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Serialize for Packages {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::List(names) => names.serialize(serializer),
            Self::Auto => AUTO.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Packages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            List(Vec<String>),
            Word(String),
        }
        match Form::deserialize(deserializer)? {
            Form::List(names) => Ok(Self::List(names)),
            Form::Word(word) if word == AUTO => Ok(Self::Auto),
            Form::Word(word) => Err(D::Error::custom(format!("packages: {word:?} is neither a list nor \"auto\""))),
        }
    }
}

/// The word for [`Packages::Auto`].
pub(crate) const AUTO: &str = "auto";

/// A fixed clock and seeded entropy: [`SandboxOptions::deterministic`].
///
/// ```
/// let fixed = terrarium_core::Deterministic::new().seed(7);
/// assert_eq!((fixed.time, fixed.seed), (1_767_225_600.0, 7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Deterministic {
    /// The time at which every run starts, in seconds since 1970. Only sleeping advances it. Default:
    /// 2026-01-01T00:00:00Z.
    pub time: f64,
    /// The seed of all random numbers. Default: 0.
    pub seed: u64,
}

impl Default for Deterministic {
    fn default() -> Self {
        Self { time: 1_767_225_600.0, seed: 0 }
    }
}

/// Receives a stream's bytes while the code runs. The call happens on the thread that called `execute`.
///
/// The run waits for the function, so a slow function uses the run's time. After the deadline or a cancel the run waits
/// no more: its rest of the output comes in one last call, when the code has ended. `execute` returns after that call;
/// the time of calls after the run is in [`Metrics::total`](crate::Metrics::total), not in `run`.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use std::sync::{Arc, Mutex};
/// use terrarium_core::{ExecuteOptions, Sandbox};
///
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let sink = Arc::clone(&seen);
/// let options = ExecuteOptions::new().on_stdout(move |bytes| sink.lock().unwrap().extend_from_slice(bytes));
/// Sandbox::new(Default::default())?.execute_with("print('hi')", options)?;
/// assert_eq!(*seen.lock().unwrap(), b"hi\n");
/// # Ok(())
/// # }
/// ```
pub type StreamCallback = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// The options of one run. `None` stands for the value in the sandbox's options.
///
/// ```
/// use terrarium_core::{ExecuteOptions, Value};
///
/// let options = ExecuteOptions::new().file("a.txt", "text").input("x", 41).output("y");
/// assert_eq!(options.inputs["x"], Value::Int(41));
/// ```
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ExecuteOptions {
    /// Files to add before the run, by their paths relative to the home folder. Default: none.
    pub files: BTreeMap<String, Bytes>,
    /// The standard input: given beforehand, or asked for while the code runs. Default: empty, so that a read returns the
    /// end of the file at once.
    pub stdin: Stdin,
    /// `sys.argv[1:]`. Default: the sandbox's.
    pub args: Option<Vec<String>>,
    /// Environment variables, added to the sandbox's. Default: none.
    pub env: BTreeMap<String, String>,
    /// The working directory, relative to the home folder. Default: the sandbox's.
    pub cwd: Option<String>,
    /// Values that are bound to names before the run. Default: none.
    pub inputs: BTreeMap<String, Value>,
    /// The outputs: names whose values the run returns; names that do not exist are left out. Default: none.
    pub outputs: Vec<String>,
    /// The name of the code in tracebacks and `__file__`. Default: `main.py`.
    pub filename: Option<String>,
    /// The time limit of this run. Default: the sandbox's.
    #[serde(with = "optional_seconds")]
    pub timeout: Option<Duration>,
    /// Whether the final value is also bound to the name `_`, as in an interactive interpreter. Default: no.
    pub store_last: bool,
    /// Records the calls of host functions, or answers them from a record. Default: none.
    pub journal: Option<Journal>,
    /// Stops the run from another thread. Default: none.
    #[serde(skip)]
    pub cancel: Option<CancelHandle>,
    /// Functions of the host for this run, beside those of the sandbox. Default: none.
    #[serde(skip)]
    pub functions: HostFunctions,
    /// Decides on each call of a host function. Default: the sandbox's.
    #[serde(skip)]
    pub decide: Option<CallHook>,
    /// A value that host functions find in [`Call::context`](crate::Call::context), such as the user for whom the code
    /// runs. Default: none.
    #[serde(skip)]
    pub context: Option<CallContext>,
    /// Receives the standard output while the code runs. Default: none.
    #[serde(skip)]
    pub on_stdout: Option<StreamCallback>,
    /// Receives the standard error while the code runs. Default: none.
    #[serde(skip)]
    pub on_stderr: Option<StreamCallback>,
    /// Receives displays and their updates while the code runs. Default: none.
    #[serde(skip)]
    pub on_display: Option<DisplayCallback>,
    /// Receives text, displays and progress in their order, while the code runs. Default: none.
    #[serde(skip)]
    pub on_event: Option<EventCallback>,
}

impl fmt::Debug for ExecuteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecuteOptions")
            .field("files", &self.files)
            .field("args", &self.args)
            .field("cwd", &self.cwd)
            .field("inputs", &self.inputs)
            .field("outputs", &self.outputs)
            .field("filename", &self.filename)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
