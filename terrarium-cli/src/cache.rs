//! `terrarium cache`: the content of the cache folder.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use serde_json::json;
use terrarium_core::{CacheEntry, CacheFolder, CacheKind};

use crate::{
    exit::{Failure, say},
    units::{Size, Span},
};

/// Show, prune and clear the cache folder
///
/// Images and compiled code are made again when they are needed. Images that a process has open stay, and so do
/// downloaded packages: `terrarium packages remove` removes those.
#[derive(Args, Debug)]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    command: CacheCommand,

    /// The cache folder [default: $TERRARIUM_CACHE_DIR, else `terrarium` in the user's cache folder]
    #[arg(long, value_name = "DIR", global = true)]
    cache_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum CacheCommand {
    /// List the images and the packages, and the space that all files take
    Show {
        /// Print JSON, with all files
        #[arg(long)]
        json: bool,
    },
    /// Remove what this version cannot use, and what the options name
    Prune {
        /// Remove what was not used for the longest time, until the rest takes at most this size
        #[arg(long, value_name = "SIZE")]
        bytes: Option<Size>,
        /// Remove what was not used for this time, such as 30d
        #[arg(long, value_name = "DURATION")]
        age: Option<Span>,
    },
    /// Remove everything but downloaded packages and open images
    Clear,
}

/// Carries out the command.
///
/// # Errors
/// [`Failure`] with the reason.
pub(crate) fn cache(args: CacheArgs) -> Result<i32, Failure> {
    let folder = CacheFolder::open(args.cache_dir.as_deref())?;
    match args.command {
        CacheCommand::Show { json } => show(&folder, json)?,
        CacheCommand::Prune { bytes, age } => {
            tell(&folder.prune(bytes.map(|Size(bytes)| bytes), age.map(|Span(age)| age))?);
        }
        CacheCommand::Clear => tell(&folder.clear()?),
    }
    Ok(0)
}

fn show(folder: &CacheFolder, json: bool) -> Result<(), Failure> {
    let entries = folder.list()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut print = || -> io::Result<()> {
        if json {
            let all = json!({ "path": folder.path(), "bytes": sum(&entries, |_| true), "entries": entries });
            writeln!(out, "{all}")?;
            return out.flush();
        }
        for CacheEntry { kind, name, bytes, is_open, .. } in &entries {
            if matches!(kind, CacheKind::Image | CacheKind::Package) {
                let open = if *is_open { ", open" } else { "" };
                writeln!(out, "{} {name}: {}{open}", kind.as_str(), Size(*bytes))?;
            }
        }
        for kind in [CacheKind::Code, CacheKind::Functions, CacheKind::Bytecode, CacheKind::Index] {
            let bytes = sum(&entries, |entry| entry.kind == kind);
            if bytes > 0 {
                writeln!(out, "{}: {}", kind.as_str(), Size(bytes))?;
            }
        }
        writeln!(out, "{}: {}", folder.path().display(), Size(sum(&entries, |_| true)))?;
        out.flush()
    };
    print().map_err(|error| Failure::output(&error))
}

fn sum(entries: &[CacheEntry], counts: impl Fn(&CacheEntry) -> bool) -> u64 {
    entries.iter().filter(|entry| counts(entry)).map(|entry| entry.bytes).sum()
}

fn tell(removed: &[CacheEntry]) {
    for CacheEntry { kind, name, .. } in removed {
        say(&format!("removed {} {name}", kind.as_str()));
    }
    say(&format!("removed {} files, {}", removed.len(), Size(sum(removed, |_| true))));
}
