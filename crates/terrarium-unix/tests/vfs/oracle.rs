//! Random sequences of operations have the same effects on a `Vfs` and on a real folder.
//!
//! When run as root, they are repeated as an ordinary user, in a copy of this program, because root passes nearly all
//! permission checks.

use crate::ops::sequence;
use crate::real::{self, Real};
use crate::world::{World, context, difference};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rustix::process::{getegid, geteuid};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use terrarium_unix::vfs::{Context, Credentials, Layer, Vfs, VfsLimits};

/// The number of sequences; `PROPTEST_CASES` sets another number.
const CASES: u32 = 300;
/// The most operations of a sequence.
const MAX_LENGTH: usize = 60;
/// The ordinary user of the second run.
const USER: u32 = 1000;

/// Returns the folder of one sequence: so deep that no sequence climbs out of the temporary folder.
fn deep(folder: &Path) -> PathBuf {
    folder.join("d1/d2/d3/d4/d5/d6/d7/d8")
}

/// Makes a `Vfs` with the folders that lead to `path` on this machine, with their owners and modes.
fn mirror(path: &Path, ctx: Context) -> Vfs {
    let mut vfs = Vfs::new(Layer::unix(), VfsLimits::default());
    let root = Context { cred: Credentials::ROOT, ..ctx };
    let mut folders: Vec<_> = path.ancestors().collect();
    folders.reverse();
    for folder in folders {
        let ino = vfs.host_mkdir(&root, folder.as_os_str().as_bytes()).unwrap();
        let meta = std::fs::metadata(folder).unwrap();
        vfs.chmod(&root, ino, meta.mode()).unwrap();
        vfs.chown(&root, ino, meta.uid(), meta.gid()).unwrap();
    }
    vfs
}

fn compare_with_the_kernel() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().canonicalize().unwrap();
    let base = deep(&folder);
    let base_bytes = base.as_os_str().as_bytes().to_vec();
    let ctx = context(geteuid().as_raw(), getegid().as_raw());
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&sequence(&base_bytes, MAX_LENGTH), |ops| {
        std::fs::create_dir_all(&base).unwrap();
        let mut real = Real::new(&base);
        let mut world = World::new(mirror(&base, ctx), ctx, &base_bytes);
        world.count_dirs = real.count_dirs();
        let mut result = Ok(());
        for (index, op) in ops.iter().enumerate() {
            let (kernel, ours) = (real.apply(op), world.apply(op));
            if kernel != ours {
                let message = format!("operation {index}, {op:?}: the kernel says {kernel:?}, the Vfs {ours:?}");
                result = Err(TestCaseError::fail(message));
                break;
            }
        }
        if result.is_ok() {
            let top = folder.join("d1");
            let ours = world.tree(top.as_os_str().as_bytes());
            let kernel = real.tree(&top);
            if kernel != ours {
                result = Err(TestCaseError::fail(format!("trees differ, {}", difference(&kernel, &ours))));
            }
        }
        open_up(&folder.join("d1"));
        std::fs::remove_dir_all(folder.join("d1")).unwrap();
        result
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Makes everything below a folder removable again.
fn open_up(folder: &Path) {
    real::open_up(folder);
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            open_up(&entry.path());
        }
    }
}

#[test]
fn random_operations_do_what_the_kernel_does() {
    compare_with_the_kernel();
}

#[test]
fn random_operations_do_what_the_kernel_does_for_an_ordinary_user() {
    if !geteuid().is_root() {
        // The test above already ran as an ordinary user.
        return;
    }
    // The program may be in a folder that the user cannot enter.
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("oracle");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(&program)
        .args(["--exact", "oracle::random_operations_do_what_the_kernel_does"])
        .current_dir("/")
        .uid(USER)
        .gid(USER)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "{text}");
}
