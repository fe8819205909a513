//! The Python wheel.

use std::fs;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{Profile, base_image};
use crate::{test::venv, util};

/// The largest wheel, in bytes.
const MAX_WHEEL_BYTES: u64 = 25_000_000;
/// The first level of Zopfli in the numbers of the archive's library: one pass.
const ZOPFLI_LEVEL: i64 = 10;
/// The newest C library that the wheel may require. `terrarium-py/build.rs` keeps newer symbols out.
const NEWEST_GLIBC: (u32, u32) = (2, 28);

pub(super) fn make(profile: Profile) -> Result<()> {
    let package = util::root().join("terrarium-py");
    base_image::write(&package.join("python/terrarium"), "terrarium-py")?;
    let python = venv::ready("dist", &package.join("dist/requirements.txt"))?;
    let out = super::empty("wheel")?;
    let status = util::command(&python)
        .args([
            "-m",
            "maturin",
            "build",
            "--profile",
            profile.name,
            "--locked",
            "--strip",
            "--compression-level",
            "9",
            "--out",
        ])
        .arg(&out)
        .arg("--manifest-path")
        .arg(package.join("Cargo.toml"))
        .status()?;
    ensure!(status.success(), "maturin cannot build the wheel");
    let wheel = only_file(&out)?;
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        check_tag(&wheel)?;
    }
    if profile.is_published {
        recompress(&wheel)?;
    }
    super::measure(&wheel, profile.is_published.then_some(MAX_WHEEL_BYTES))?;
    attempt(&wheel, &package.join("dist/try.py"))
}

/// Compresses the members of a wheel again, with an encoder that is slower and a fiftieth better. Their content and so
/// the wheel's record stay.
fn recompress(wheel: &Path) -> Result<()> {
    let start = Instant::now();
    let mut members = ZipArchive::new(Cursor::new(util::read(wheel)?))?;
    let mut smaller = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..members.len() {
        let mut member = members.by_index(index)?;
        let mut options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(ZOPFLI_LEVEL))
            .last_modified_time(member.last_modified().unwrap_or_default());
        if let Some(mode) = member.unix_mode() {
            options = options.unix_permissions(mode);
        }
        smaller.start_file(member.name()?.into_owned(), options)?;
        io::copy(&mut member, &mut smaller)?;
    }
    util::write(wheel, &smaller.finish()?.into_inner())?;
    println!("compressed the wheel again in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Checks the wheel's tag, which maturin computes from the symbols of the module, against the limit.
fn check_tag(wheel: &Path) -> Result<()> {
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    let (major, minor) = needed_glibc(&name).with_context(|| format!("`{name}` has no tag of a C library"))?;
    println!("{name}: needs glibc {major}.{minor}");
    ensure!(
        (major, minor) <= NEWEST_GLIBC,
        "`{name}` needs glibc {major}.{minor}, the limit is {}.{}: `objdump -T` on the module names the symbols, which belong \
         into terrarium-py/build.rs",
        NEWEST_GLIBC.0,
        NEWEST_GLIBC.1
    );
    Ok(())
}

/// Returns the oldest C library that one of a wheel's tags names (PEP 600).
fn needed_glibc(wheel: &str) -> Option<(u32, u32)> {
    let tags = wheel.strip_suffix(".whl")?.rsplit('-').next()?.split('.');
    let versions = tags.filter_map(|tag| {
        let mut numbers = tag.strip_prefix("manylinux_")?.split('_').map_while(|number| number.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    });
    versions.min()
}

/// Installs the wheel into a new environment, without the network, and runs the script there. It runs twice, since the
/// first run on a machine differs from the next.
fn attempt(wheel: &Path, script: &Path) -> Result<()> {
    let place = super::empty("try-wheel")?;
    util::run_quietly(util::command(util::python()?).args(["-m", "venv"]).arg(place.join("venv")))?;
    let python = place.join("venv/bin/python");
    util::run_quietly(
        util::command(&python)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-index"])
            .arg(wheel),
    )?;
    let home = place.join("home");
    fs::create_dir(&home)?;
    for _ in 0..2 {
        let mut command = util::command(&python);
        command.arg("-I").arg(script).env_clear().env("HOME", &home).current_dir(&home);
        ensure!(command.status()?.success(), "the installed wheel does not work");
    }
    let program = place.join("venv/bin/terrarium");
    super::attempt_command(util::command(&program).env_clear().env("HOME", &home).current_dir(&home))?;
    ensure!(fs::read_dir(&home)?.next().is_none(), "running plain Python must compile nothing and so write no cache");
    Ok(())
}

/// Returns the only file in a folder.
fn only_file(folder: &Path) -> Result<PathBuf> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    ensure!(paths.len() == 1, "`{}` holds {} files, not one", folder.display(), paths.len());
    paths.pop().context("nothing was made")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_names_the_c_library_that_is_needed() {
        let glibc = |tags: &str| needed_glibc(&format!("terrarium-0.1.0-cp310-abi3-{tags}.whl"));
        assert_eq!(glibc("manylinux_2_28_x86_64"), Some((2, 28)));
        assert_eq!(glibc("manylinux_2_17_x86_64.manylinux2014_x86_64"), Some((2, 17)));
        assert_eq!(glibc("linux_x86_64"), None);
    }

    #[test]
    fn a_wheel_for_newer_systems_only_is_refused() {
        let refused = |tags: &str| check_tag(Path::new(&format!("terrarium-0.1.0-cp310-abi3-{tags}.whl"))).is_err();
        assert!(refused("manylinux_2_34_x86_64") && refused("linux_x86_64"));
        assert!(!refused("manylinux_2_28_x86_64"));
    }
}
