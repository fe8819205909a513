//! `terrarium image`: building images by hand, and managing them.

use std::{
    cell::RefCell,
    fs,
    io::{self, IsTerminal as _, Write as _},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Subcommand};
use terrarium_core::{Image, ImageInfo, ImageOptions, ImageProgress};

use crate::{
    exit::{Failure, say},
    flags::ImageFlags,
    units::Size,
};

/// Build, list and remove images: interpreters with packages imported
///
/// A sandbox builds the image that it needs. Build an image by hand to run preparation code, to move the image to other
/// machines, or to spend the time beforehand. `terrarium run --image FILE` starts from an image.
#[derive(Args, Debug)]
pub(crate) struct ImageArgs {
    #[command(subcommand)]
    command: ImageCommand,

    /// The folder of the images [default: $TERRARIUM_CACHE_DIR, else `terrarium` in the user's cache folder]
    #[arg(long, value_name = "DIR", global = true)]
    cache_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum ImageCommand {
    /// Build an image
    Build {
        /// A package to import, with the packages that it needs; repeatable
        #[arg(long = "package", value_name = "NAME")]
        packages: Vec<String>,
        /// Python code that runs before the image is taken; the modules that it imports stay loaded
        #[arg(long, value_name = "FILE")]
        prepare: Option<PathBuf>,
        #[command(flatten)]
        flags: ImageFlags,
        /// Write the image to this file, which can be moved to other machines of the same kind
        #[arg(short, long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Make a folder of ready images, for a package that ships them: its users build nothing
    Ready {
        /// The packages of an image, separated by commas; repeatable, for several images [default: one image without packages]
        #[arg(long = "packages", value_name = "NAMES")]
        lists: Vec<String>,
        #[command(flatten)]
        flags: ImageFlags,
        /// The folder
        #[arg(short, long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Print the content of an image
    Inspect {
        /// The image file
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the images in the cache folder
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove images that this version cannot use from the cache folder
    Prune {
        /// Also remove images that were not used for this many days
        #[arg(long, value_name = "NUMBER")]
        days: Option<u64>,
    },
}

/// Carries out the command.
///
/// # Errors
/// [`Failure`] with the reason.
pub(crate) fn image(args: ImageArgs) -> Result<i32, Failure> {
    let cache_dir = args.cache_dir;
    match args.command {
        ImageCommand::Build { packages, prepare, flags, out } => {
            let mut options = ImageOptions::default();
            flags.apply(&mut options);
            options.packages = packages;
            options.cache_dir = cache_dir;
            if let Some(path) = prepare {
                options.prepare = read(&path)?;
            }
            let talks = io::stderr().is_terminal();
            let last = RefCell::new(None);
            let told = |progress: ImageProgress| {
                let is_new = last.replace(Some(progress.clone())).as_ref() != Some(&progress);
                if is_new && (talks || matches!(progress, ImageProgress::Repair(_))) {
                    say(&format!("{progress}…"));
                }
                ControlFlow::Continue(())
            };
            let image = Image::build_with(options, told)?;
            for warning in &image.info().warnings {
                say(&format!("warning: {warning}"));
            }
            match out {
                None => print(&[image.info()], false)?,
                Some(path) => {
                    image.save(&path)?;
                    say(&format!("wrote {}", path.display()));
                }
            }
        }
        ImageCommand::Ready { lists, flags, out } => {
            let mut common = ImageOptions::default();
            flags.apply(&mut common);
            common.cache_dir = cache_dir;
            let mut options: Vec<_> = lists.iter().map(|list| common.clone().packages(list.split(','))).collect();
            if options.is_empty() {
                options.push(common);
            }
            Image::make_ready(&out, &options)?;
            say(&format!("wrote {}", out.display()));
        }
        ImageCommand::Inspect { file, json } => print(&[&Image::inspect(&file)?], json)?,
        ImageCommand::List { json } => print(&Image::list(cache_dir.as_deref())?.iter().collect::<Vec<_>>(), json)?,
        ImageCommand::Prune { days } => {
            let unused = days.map(|days| Duration::from_secs(days.saturating_mul(24 * 3600)));
            for path in Image::prune(cache_dir.as_deref(), unused)? {
                say(&format!("removed {}", path.display()));
            }
        }
    }
    Ok(0)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::Usage(format!("--prepare {}: {error}", path.display())))
}

/// Prints a line for each image.
fn print(images: &[&ImageInfo], json: bool) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut print = || -> io::Result<()> {
        if json {
            serde_json::to_writer(&mut out, images)?;
            writeln!(out)?;
        }
        for image in images.iter().filter(|_| !json) {
            let ImageInfo { path, name, python, packages, inline, portable, size, memory, .. } = image;
            let with = if packages.is_empty() { String::new() } else { format!(" with {}", packages.join(", ")) };
            let with = if *inline { with + ", compiled with inlining" } else { with };
            let with = if *portable { with + ", portable" } else { with };
            let (path, size, memory) = (path.display(), Size(*size), Size(*memory));
            writeln!(out, "{name}: Python {python}{with}; {size}, memory {memory}; {path}")?;
        }
        out.flush()
    };
    print().map_err(|error| Failure::output(&error))
}
