//! The settings of an index: by option, or as the user has made them for pip and uv.

mod netrc;
mod options;
mod pip_conf;
mod surroundings;
mod user;

pub(crate) use crate::http::decoded;
pub(crate) use netrc::parse as parse_netrc;
pub(crate) use options::address;
pub use options::{Credential, IndexOptions};
pub(crate) use pip_conf::PipConf;
pub use surroundings::Surroundings;
