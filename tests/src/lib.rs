//! Shared parts of terrarium's tests: sandboxes, programs in files, and a separate process for dangerous runs.

mod corpus;
mod each;
mod golden;
mod picture;
mod probe;
mod program;
mod resources;
mod run;
mod wheels;

pub use corpus::{corpus, wheels};
pub use each::each;
pub use golden::{GoldenCase, GoldenRun, golden_cases, golden_differences};
pub use picture::Picture;
pub use probe::{Ending, Job, Report, Step, run_job, serve};
pub use program::{Native, Program, Works, check_golden, check_native, programs, transcript};
pub use resources::Resources;
pub use run::{options, run, run_in, sandbox, session};
pub use wheels::{installed, wheel};
