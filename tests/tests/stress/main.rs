//! Many runs, many sessions, many threads: nothing fails, and no resource is left behind.

mod load;
mod resources;
mod shared;

use std::path::Path;

/// The helper process.
fn probe() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terrarium-probe"))
}
