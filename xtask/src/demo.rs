//! `cargo xtask demo`: the main task on real input. It sets everything up, runs a Python program with an input file in
//! a sandbox, and shows the result and the written files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{setup, util};

/// The folder of the program, its input and its expected output.
fn example() -> PathBuf {
    util::root().join("examples/demo")
}

/// Sets up, runs the program and shows everything.
pub(crate) fn run() -> Result<()> {
    setup::run(&setup::Options::default())?;
    println!("building the `terrarium` program; the first time this takes some minutes");
    let program = build()?;

    let out = util::root().join("target/demo");
    let start = Instant::now();
    let result = execute(&program, &out)?;
    println!("\nran examples/demo/report.py in a sandbox, {:.2} s in all\n", start.elapsed().as_secs_f64());
    println!("status: {}", text(&result["status"]));
    println!("value of the last expression: {}", text(&result["final_repr"]));
    println!("printed:\n{}", indented(text(&result["stdout"])));
    println!("files written to {}:", out.display());
    for path in util::walk(&out, &|_| true)? {
        let name = path.strip_prefix(&out)?.display();
        let content = util::read(&path)?;
        println!("  {name}, {} bytes\n{}", content.len(), indented(&String::from_utf8_lossy(&content)));
    }
    Ok(())
}

/// Runs the program and compares its output with that of native Python.
pub(crate) fn check() -> Result<()> {
    let out = util::root().join("target/demo");
    let result = execute(&build()?, &out)?;
    ensure!(result["status"] == "success", "the status is {}", result["status"]);
    let expected = example().join("expected");
    let stdout = String::from_utf8(util::read(&expected.join("stdout.txt"))?)?;
    ensure!(result["stdout"] == stdout.as_str(), "printed {}", result["stdout"]);
    let names = |folder: &Path| -> Result<Vec<PathBuf>> {
        let files = util::walk(folder, &|_| true)?;
        files.iter().map(|path| Ok(path.strip_prefix(folder)?.to_owned())).collect()
    };
    let mut written = names(&out)?;
    written.push("stdout.txt".into());
    written.sort();
    ensure!(written == names(&expected)?, "wrote {written:?}");
    for name in written.iter().filter(|name| !name.ends_with("stdout.txt")) {
        let same = util::read(&out.join(name))? == util::read(&expected.join(name))?;
        ensure!(same, "`{}` is not as expected", name.display());
    }
    println!("printed text and {} files are as expected", written.len() - 1);
    Ok(())
}

/// Builds the command-line program and returns its path.
pub(crate) fn build() -> Result<PathBuf> {
    util::build("terrarium", "dev")
}

/// Runs the example as a user would. Returns its execution result.
fn execute(program: &Path, out: &Path) -> Result<Value> {
    if out.exists() {
        fs::remove_dir_all(out).with_context(|| format!("cannot remove `{}`", out.display()))?;
    }
    let output = util::command(program)
        .args(["run", "--json", "--file"])
        .arg(example().join("sales.csv"))
        .arg("--out")
        .arg(out)
        .arg(example().join("report.py"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the `terrarium` program ended with {}", output.status);
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("not an execution result: {}", String::from_utf8_lossy(&output.stdout)))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("none")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}
