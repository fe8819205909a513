//! The crates of the guest's artifacts and of the bare image, packed as publishing would.

use anyhow::{Result, ensure};

use crate::{setup, util};

/// The largest crate that the registry accepts, in bytes.
const MAX_CRATE_BYTES: u64 = 10_000_000;
/// The crates that contain files which are not under version control.
const CRATES: [&str; 2] = ["terrarium-runtime", "terrarium-image"];

pub(super) fn make() -> Result<()> {
    setup::bare_image()?;
    for name in CRATES {
        // The reason for `--allow-dirty`.
        let arguments = ["package", "--package", name, "--no-verify", "--allow-dirty"];
        ensure!(util::cargo().args(arguments).status()?.success(), "cannot pack {name}");
        let version = env!("CARGO_PKG_VERSION");
        let packed = super::target()?.join(format!("package/{name}-{version}.crate"));
        super::measure(&packed, Some(MAX_CRATE_BYTES))?;
    }
    Ok(())
}
