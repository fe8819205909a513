//! Resolves requirements on the user's index and downloads the wheels:
//! `cargo run -p terrarium-index --example fetch -- FOLDER REQUIREMENT…`.

use std::{error::Error, ops::ControlFlow, path::Path};

use terrarium_index::{Cancel, Control, Index, IndexOptions, Progress, PyLock, Request, Surroundings, Target, resolve};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("the first argument is a folder")?;
    let folder = Path::new(&folder);
    let requirements: Vec<String> = arguments.collect();
    let target = Target::new("3.14.2", "pyemscripten_2026_0_wasm32")?;
    let options = IndexOptions::from_user(folder.join("cache"), &Surroundings::of_process())?;
    let index = Index::new(&options, target.clone())?;
    let mut control = Control::new(Cancel::default(), |progress| {
        match progress {
            Progress::Examined { name, packages } => eprintln!("{packages} packages: {name}"),
            Progress::Downloading { file_name, done, total, .. } if Some(done) == total => eprintln!("{file_name}"),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    let request = Request::new(requirements.iter().map(String::as_str))?;
    let found = resolve(&request, &[&index], &target, &mut control)?;
    for package in found.packages() {
        println!("{}=={}", package.name, package.version);
    }
    for warning in found.warnings() {
        eprintln!("warning: {warning}");
    }
    for summary in index.download(&found.wheels(), &folder.join("wheels"), &mut control)? {
        if summary.is_placeholder {
            eprintln!("warning: {} contains nothing besides its metadata", summary.file_name);
        }
    }
    std::fs::write(folder.join("pylock.toml"), PyLock::of(&found, &target).to_toml()?)?;
    Ok(())
}
