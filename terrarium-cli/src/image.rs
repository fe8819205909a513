//! `terrarium image`: building images by hand, and looking after them.

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Subcommand};
use terrarium_core::{Image, ImageInfo, ImageOptions, ImageProgress};

use crate::{
    exit::{Failure, say},
    units::{Size, Span},
};

/// Build images (interpreters with packages imported), and list and remove those that were built
///
/// A sandbox makes the image that it needs by itself. Building one by hand is for running preparation code, for moving
/// it to other machines, or for paying the time at another moment. `terrarium run --image FILE` starts from one.
#[derive(Args, Debug)]
pub(crate) struct ImageArgs {
    #[command(subcommand)]
    command: ImageCommand,

    /// Where images are kept [default: $TERRARIUM_CACHE_DIR, else `terrarium` in the user's cache folder]
    #[arg(long, value_name = "DIR", global = true)]
    cache_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum ImageCommand {
    /// Build an image
    Build {
        /// A package that is imported, with all that it needs; repeatable
        #[arg(long = "package", value_name = "NAME")]
        packages: Vec<String>,
        /// Where packages come from, as for `terrarium run`; repeatable
        #[arg(long, value_name = "SOURCE")]
        packages_from: Vec<String>,
        /// Python code that runs before the image is taken: what it imports stays
        #[arg(long, value_name = "FILE")]
        prepare: Option<PathBuf>,
        /// Leave out the exercises that packages do beforehand, so that the first use in a sandbox is not slower
        #[arg(long)]
        no_warm: bool,
        /// Compile functions into those that call them: programs run up to a tenth faster, the image takes three times as
        /// long to build, needs 11 GB of free memory for that (27 with numpy, pandas and matplotlib) and is half as large again
        #[arg(long)]
        inline: bool,
        /// Make it for every usual processor of this architecture, not only for ones like this
        #[arg(long)]
        portable: bool,
        /// The longest that imports and preparation may take [default: 300s]
        #[arg(long, value_name = "DURATION")]
        timeout: Option<Span>,
        /// Write the image to this file, which can be moved to other machines of the same kind
        #[arg(short, long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Say what is in an image
    Inspect {
        /// The image
        file: PathBuf,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the images in the cache folder
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove images from the cache folder that this version cannot use, or that were not used for a while
    Prune {
        /// Remove those that nobody has used for this many days, too
        #[arg(long, value_name = "NUMBER")]
        days: Option<u64>,
    },
}

/// Do what the command says.
///
/// # Errors
/// [`Failure`] with the reason.
pub(crate) fn image(args: ImageArgs) -> Result<i32, Failure> {
    let cache_dir = args.cache_dir;
    match args.command {
        ImageCommand::Build { packages, packages_from, prepare, no_warm, inline, portable, timeout, out } => {
            let mut options =
                ImageOptions::new().packages(packages).packages_from(packages_from).inline(inline).portable(portable);
            options.cache_dir = cache_dir;
            if let Some(path) = prepare {
                options.prepare = read(&path)?;
            }
            options.warm = !no_warm;
            options.timeout = timeout.map_or(options.timeout, |span| span.0);
            let talks = io::stderr().is_terminal();
            let told = |progress: ImageProgress| {
                if talks {
                    say(&format!("{progress}…"));
                }
            };
            let image = Image::build_with(options, told)?;
            match out {
                None => print(&[image.info()], false)?,
                Some(path) => {
                    image.save(&path)?;
                    say(&format!("wrote {}", path.display()));
                }
            }
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

/// A line for each image.
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
