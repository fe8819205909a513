//! The bare image in the crate `terrarium-image`, made by the finished program: other programs then compile no interpreter.
//!
//! The image is for one version of the library, the guest and the engine, and each build compares them when it runs. So the
//! program itself shows whether the image is up to date.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{demo, util};

/// The folder of the crate's image.
const FOLDER: &str = "terrarium-image/artifacts";
/// The folder of attempts, below `target`.
const WORK: &str = "target/xtask/bare-image";
/// The description, whose image is in a folder beside it.
const INDEX: &str = "ready.json";
const IMAGES: &str = "images";

/// Makes the image, unless the program starts from the present one. Returns the path of the image.
pub(crate) fn lay_out() -> Result<PathBuf> {
    let folder = util::root().join(FOLDER);
    println!("building the `terrarium` program, which makes the bare image");
    let program = demo::build()?;
    if folder.join(INDEX).exists() && starts_from_it(&program)? {
        println!("the bare image is up to date");
        return path(&folder);
    }
    let made = empty("made")?;
    let mut command = util::command(&program);
    command.args(["image", "ready", "--portable", "--cache-dir"]).arg(util::root().join(WORK).join("cache"));
    ensure!(command.arg("-o").arg(&made).status()?.success(), "cannot make the bare image");
    // The description is there only while its image is.
    let image = path(&made)?;
    remove(fs::remove_file(folder.join(INDEX)))?;
    remove(fs::remove_dir_all(folder.join(IMAGES)))?;
    util::copy(&image, &folder.join(IMAGES).join(image.file_name().unwrap_or_default()))?;
    util::copy(&made.join(INDEX), &folder.join(INDEX))?;
    println!("{}: {} bytes", image.display(), fs::metadata(&image)?.len());
    let program = demo::build()?;
    ensure!(starts_from_it(&program)?, "the program does not start from the bare image that it contains");
    path(&folder)
}

/// Passes the outcome of a removal on, unless there was nothing to remove.
fn remove(removed: io::Result<()>) -> Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).context("cannot remove the last bare image")
        }
        _ => Ok(()),
    }
}

/// Whether the program runs Python in an empty cache folder and compiles nothing for that.
fn starts_from_it(program: &Path) -> Result<bool> {
    let cache = empty("try")?;
    #[cfg(unix)]
    fs::set_permissions(&cache, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let attempt = |arguments: &[&str]| -> Result<Vec<u8>> {
        let output = util::command(program).args(arguments).env("TERRARIUM_CACHE_DIR", &cache).output()?;
        let failed = || format!("the `terrarium` program fails: {}", String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{}", failed());
        Ok(output.stdout)
    };
    let printed = attempt(&["run", "-c", "print(6 * 7)"])?;
    ensure!(printed == b"42\n", "the `terrarium` program prints {}", String::from_utf8_lossy(&printed));
    let images: Value =
        serde_json::from_slice(&attempt(&["image", "list", "--json"])?).context("not a list of images")?;
    let content: Value =
        serde_json::from_slice(&attempt(&["cache", "show", "--json"])?).context("not a cache folder")?;
    Ok(images[0]["portable"] == true && content["entries"].as_array().is_some_and(|entries| entries.len() == 1))
}

/// Returns the path of the image that a folder describes.
fn path(folder: &Path) -> Result<PathBuf> {
    let index: Value = serde_json::from_slice(&util::read(&folder.join(INDEX))?).context("not a description")?;
    let file = index["images"][0]["file"].as_str().context("the description names no image")?;
    Ok(folder.join(IMAGES).join(file))
}

/// Makes an empty folder for an attempt.
fn empty(name: &str) -> Result<PathBuf> {
    let path = util::root().join(WORK).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).with_context(|| format!("cannot empty `{}`", path.display()))?;
    }
    fs::create_dir_all(&path).with_context(|| format!("cannot make `{}`", path.display()))?;
    Ok(path)
}
