//! The image of the bare interpreter in the packages, for any processor of this architecture: an installation compiles
//! nothing. It is the image of the crate `terrarium-image`, unpacked, so that no cache folder is needed.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::{setup, util};

/// The image's name in a package, beside the library.
pub(super) const NAME: &str = "base.timg";

/// Writes the image into `folder`, for the native code of the crate `library`, which must not contain it too.
pub(super) fn write(folder: &Path, library: &str) -> Result<()> {
    let mut tree = util::cargo();
    tree.args(["tree", "--quiet", "--prefix", "none", "--edges", "normal", "--package", library]);
    let output = tree.output()?;
    ensure!(output.status.success(), "cargo tree failed: {}", String::from_utf8_lossy(&output.stderr));
    let is_inside = String::from_utf8_lossy(&output.stdout).lines().any(|line| line.starts_with("terrarium-image "));
    ensure!(
        !is_inside,
        "`{library}` contains the bare image, which is a file of its package: turn off `shipped-image`"
    );
    let packed = setup::bare_image()?;
    let name = || format!("cannot unpack `{}`", packed.display());
    let image = zstd::stream::decode_all(File::open(&packed).with_context(name)?).with_context(name)?;
    let path = folder.join(NAME);
    // The path may be a link to a file in use.
    let _ = std::fs::remove_file(&path);
    util::write(&path, &image)?;
    // After an installation as root, other users can read the image.
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    Ok(())
}
