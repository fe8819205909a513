//! The guides, by topic, with examples in Rust, Python and Node.

#[doc = include_str!("../guide/results.md")]
pub mod results {}

#[doc = include_str!("../guide/live.md")]
pub mod live {}

#[doc = include_str!("../guide/files.md")]
pub mod files {}

#[doc = include_str!("../guide/mounts.md")]
pub mod mounts {}

#[doc = include_str!("../guide/packages.md")]
pub mod packages {}

#[doc = include_str!("../guide/environment.md")]
pub mod environment {}

#[doc = include_str!("../guide/sessions.md")]
pub mod sessions {}

#[doc = include_str!("../guide/functions.md")]
pub mod functions {}

#[doc = include_str!("../guide/options.md")]
pub mod options {}

#[doc = include_str!("../guide/limits.md")]
pub mod limits {}

#[doc = include_str!("../guide/deployment.md")]
pub mod deployment {}

#[doc = include_str!("../guide/migration.md")]
pub mod migration {}
