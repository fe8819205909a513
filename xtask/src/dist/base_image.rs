//! The image of the bare interpreter that the packages bring, for any processor of this architecture: whoever installs
//! one compiles nothing.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::util;

/// The image's name in a package, beside the library.
pub(super) const NAME: &str = "base.timg";

/// Writes the image into `folder`.
pub(super) fn write(folder: &Path) -> Result<()> {
    // What the engine makes depends on its version and settings, not on how it was built itself.
    let program = util::build("terrarium", "dev")?;
    let path = folder.join(NAME);
    // It may be a link to a file that is in use.
    let _ = std::fs::remove_file(&path);
    let status = util::command(&program)
        .args(["image", "build", "--portable", "--cache-dir"])
        .arg(super::folder().join("cache"))
        .arg("-o")
        .arg(&path)
        .status()
        .with_context(|| format!("cannot start `{}`", program.display()))?;
    ensure!(status.success(), "cannot build the base image");
    // Whoever installs it as root lets others use it.
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    Ok(())
}
