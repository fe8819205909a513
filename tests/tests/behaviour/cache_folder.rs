//! The cache folder: damaged files are made again, files that cannot be read stay, and a folder that disappears is made
//! again.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use terrarium_core::{Image, ImageOptions, Sandbox};
use terrarium_tests::{Job, Step, options, run_job};

use crate::support::{int, probe};

/// A separate cache folder with the bare image.
struct Folder {
    dir: tempfile::TempDir,
    image: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let built = Image::build(ImageOptions::default()).unwrap().info().path.clone();
        let image = dir.path().join(built.file_name().unwrap());
        fs::copy(&built, &image).unwrap();
        fs::set_permissions(&image, fs::Permissions::from_mode(0o600)).unwrap();
        Self { dir, image }
    }

    fn job(&self) -> Job {
        let step = Step { code: "import json\njson.loads('40') + 2".to_owned(), ..Step::default() };
        Job { options: options().cache_dir(self.dir.path()), steps: vec![step], ..Job::default() }
    }
}

/// Overwrites parts of a file, and puts the time of modification back.
fn damage(path: &Path) {
    let metadata = fs::metadata(path).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    for place in (4096..metadata.len() - 4096).step_by(1 << 16) {
        file.write_all_at(&[0xCC; 2048], place).unwrap();
    }
    file.set_modified(metadata.modified().unwrap()).unwrap();
}

#[test]
fn a_damaged_image_of_the_same_length_is_built_again_before_it_is_used() {
    let folder = Folder::new();
    let (good, before) = (fs::read(&folder.image).unwrap(), fs::metadata(&folder.image).unwrap());
    damage(&folder.image);
    let report = run_job(probe(), &folder.job(), &[], Duration::from_secs(300));
    assert!(report.is_healthy(), "{report:?}");
    assert_eq!(report.results[0].0.final_expression, int(42));
    let after = fs::metadata(&folder.image).unwrap();
    assert_ne!(before.ino(), after.ino(), "another file has replaced it");
    assert_eq!(good.len().abs_diff(fs::read(&folder.image).unwrap().len()) / (1 << 20), 0);
    let steps = Job { image: Some(ImageOptions::new().cache_dir(folder.dir.path())), ..folder.job() };
    damage(&folder.image);
    let report = run_job(probe(), &steps, &[], Duration::from_secs(300));
    assert!(report.is_healthy(), "{report:?}");
    let reasons = report.progress.iter().filter(|step| step.contains("the file is damaged (its content has")).count();
    assert_eq!(reasons, 1, "{:?}", report.progress);
}

#[test]
fn too_few_descriptors_do_not_remove_a_good_image() {
    let folder = Folder::new();
    let before = fs::metadata(&folder.image).unwrap();
    let job = serde_json::to_string(&folder.job()).unwrap();
    let (mut failed, mut succeeded) = (0, 0);
    for limit in 4..24 {
        let script = format!("ulimit -n {limit}; exec \"$0\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(probe()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // The process may end before it reads.
        drop(child.stdin.take().unwrap().write_all(job.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => succeeded += 1,
            Some(_) => failed += 1,
            None => panic!("{limit}: {:?}: {stderr}", output.status),
        }
        assert!(!stderr.contains("panicked"), "{limit}: {stderr}");
        let after = fs::metadata(&folder.image).unwrap();
        assert_eq!((before.ino(), before.mtime()), (after.ino(), after.mtime()), "{limit}: {stderr}");
    }
    assert!(failed > 0 && succeeded > 0, "{failed} failed, {succeeded} succeeded");
}

#[test]
fn a_folder_that_is_removed_under_a_sandbox_is_made_again() {
    let folder = Folder::new();
    let sandbox = Sandbox::new(options().cache_dir(folder.dir.path())).unwrap();
    fs::remove_dir_all(folder.dir.path()).unwrap();
    let code = "import colorsys, ctypes\nctypes.CDLL(None).abs(-42)";
    assert_eq!(sandbox.execute(code).unwrap().final_expression, int(42));
    let built = Image::build(ImageOptions::new().prepare("import sched").cache_dir(folder.dir.path())).unwrap();
    assert!(built.info().path.exists());
    assert_eq!(sandbox.execute(code).unwrap().final_expression, int(42));
}
