//! Packages of a Python index for a sandboxed Python: resolved, downloaded and checked.
//!
//! The crate answers one question: which wheels does a guest need for a list of requirements, and are their files the
//! right ones? It runs no Python, unpacks nothing into place, and takes nothing but wheels that the guest can load.
//!
//! - Input: [`Requirement`]s, [`RequirementsFile`]s, a script's [`ScriptMetadata`], a [`PyLock`].
//! - [`IndexOptions`] has the addresses, the bounds and the cache folder; [`IndexOptions::from_user`] reads what the user has
//!   configured for pip and uv.
//! - [`Index`] is the client of one or more indexes. It is a [`Source`], as is a [`Catalogue`] of packages that the caller
//!   has.
//! - [`resolve()`] selects one version for each package, or explains why there is none.
//! - [`Index::download`] places the wheels in a folder: all of them, checked, or none.
//!
//! Calls block, and use threads of their own for requests. [`Control`] reports their progress and cancels them.
//!
//! ```
//! use terrarium_index::{Catalogue, Control, Request, Target, resolve};
//!
//! let target = Target::new("3.14.2", "pyemscripten_2026_0_wasm32")?;
//! let mut catalogue = Catalogue::new("the distribution");
//! catalogue.add("pandas", "3.0.2", &["numpy>=2"])?;
//! catalogue.add("numpy", "2.4.3", &[])?;
//! let request = Request::new(["pandas<4"])?;
//! let found = resolve(&request, &[&catalogue], &target, &mut Control::default())?;
//! let names: Vec<_> = found.packages().iter().map(|p| format!("{}=={}", p.name, p.version)).collect();
//! assert_eq!(names, ["numpy==2.4.3", "pandas==3.0.2"]);
//! # Ok::<(), terrarium_index::Error>(())
//! ```

mod bounds;
mod cache;
mod config;
mod control;
mod download;
mod error;
pub mod exercise;
mod hash;
mod http;
mod index;
mod metadata;
mod page;
mod pylock;
mod requirement;
mod requirements_file;
mod resolve;
mod script;
mod source;
mod target;
mod wheel;

pub use bounds::Bounds;
pub use cache::{is_cache_in_use, tidy_cache};
pub use config::{Credential, IndexOptions, Surroundings};
pub use control::{Cancel, Control, Progress};
pub use error::Error;
pub use hash::{Algorithm, Hashes};
pub use index::Index;
pub use metadata::Metadata;
pub use pep440_rs::{Version, VersionSpecifiers};
pub use pep508_rs::{ExtraName, PackageName};
pub use pylock::{LockedPackage, LockedWheel, PyLock};
pub use requirement::Requirement;
pub use requirements_file::{FileRequirement, RequirementsFile};
pub use resolve::{Prereleases, Request, Resolution, Resolved, resolve};
pub use script::ScriptMetadata;
pub use source::{Catalogue, Misfit, OtherFile, Release, Releases, Source, Yanked};
pub use target::Target;
pub use wheel::{WheelFile, WheelName, WheelSummary};
