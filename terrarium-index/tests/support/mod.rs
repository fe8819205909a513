//! A package index on the loopback interface, and wheels to fill it with.

#![allow(dead_code, unused_imports, reason = "each test program uses a part")]

mod secure;
mod server;
mod wheels;

pub(crate) use secure::{Authority, TunnelProxy};
pub(crate) use server::{Answer, Server};
pub(crate) use wheels::{Wheel, sha256};

use std::{path::Path, time::Duration};

use terrarium_index::{Bounds, Index, IndexOptions, Target};

/// The guest.
pub(crate) fn target() -> Target {
    Target::new("3.14.2", "pyemscripten_2026_0_wasm32").unwrap()
}

/// Options for a server, with little patience.
pub(crate) fn options(server: &Server, cache: &Path) -> IndexOptions {
    let mut bounds = Bounds::default();
    bounds.read = Duration::from_secs(20);
    bounds.backoff = Duration::from_millis(10);
    IndexOptions::new(cache).index(&server.url("/simple/")).bounds(bounds)
}

/// A client of a server.
pub(crate) fn index(server: &Server, cache: &Path) -> Index {
    Index::new(&options(server, cache), target()).unwrap()
}

/// The names of the files in a folder, which may be absent.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
