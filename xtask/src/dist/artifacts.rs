//! The crate of the guest's artifacts, packed as publishing would.

use anyhow::{Result, ensure};

use crate::util;

/// The largest crate that the registry accepts, in bytes.
const MAX_CRATE_BYTES: u64 = 10_000_000;

pub(super) fn make() -> Result<()> {
    // The artifacts are not under version control, which is the reason for `--allow-dirty`.
    let arguments = ["package", "--package", "terrarium-runtime", "--no-verify", "--allow-dirty"];
    ensure!(util::cargo().args(arguments).status()?.success(), "cannot pack terrarium-runtime");
    let version = env!("CARGO_PKG_VERSION");
    super::measure(&super::target()?.join(format!("package/terrarium-runtime-{version}.crate")), Some(MAX_CRATE_BYTES))
}
