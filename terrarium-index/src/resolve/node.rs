//! [`Node`]: a subject of the solver.

use std::fmt;

use pep508_rs::{ExtraName, PackageName};

/// A subject of the solver. An extra is a package whose versions require the same version of the package itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Node {
    /// The user's requirements.
    Root,
    Package(PackageName),
    Extra(PackageName, ExtraName),
}

impl Node {
    pub(super) fn name(&self) -> Option<&PackageName> {
        match self {
            Self::Root => None,
            Self::Package(name) | Self::Extra(name, _) => Some(name),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("the request"),
            Self::Package(name) => write!(f, "{name}"),
            Self::Extra(name, extra) => write!(f, "{name}[{extra}]"),
        }
    }
}
