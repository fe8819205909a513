//! The image of the bare interpreter in the packages, for any processor of this architecture: an installation compiles
//! nothing.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::util;

/// The image's name in a package, beside the library.
pub(super) const NAME: &str = "base.timg";

/// Writes the image into `folder`.
pub(super) fn write(folder: &Path) -> Result<()> {
    // The engine's output depends on its version and settings, not on its own build profile.
    let program = util::build("terrarium", "dev")?;
    let path = folder.join(NAME);
    // The path may be a link to a file in use.
    let _ = std::fs::remove_file(&path);
    let status = util::command(&program)
        .args(["image", "build", "--portable", "--cache-dir"])
        .arg(super::folder().join("cache"))
        .arg("-o")
        .arg(&path)
        .status()
        .with_context(|| format!("cannot start `{}`", program.display()))?;
    ensure!(status.success(), "cannot build the base image");
    // After an installation as root, other users can read the image.
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    Ok(())
}
