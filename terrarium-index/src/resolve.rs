//! Resolution: one version for each package, or the reasons why there is none.

mod explain;
mod facts;
mod finish;
mod node;
mod outdated;
pub(crate) mod ranges;
mod request;
mod resolution;
mod select;
mod solver;
#[cfg(test)]
mod tests;

pub use request::{Prereleases, Request};
pub use resolution::{Resolution, Resolved};
pub use solver::resolve;
