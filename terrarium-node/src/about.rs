//! Versions and places of the library.

use napi::bindgen_prelude::ClassInstance;
use napi_derive::napi;
use terrarium_core::About;

use crate::{
    gate::Gate,
    run::{Answer, Run, start},
    wire::Wire,
};

/// Returns the versions of the library and its parts, and the cache folder.
#[napi]
pub fn about(gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
    start(gate.as_deref(), run, |_| Ok(Answer::Data(Wire::of(&About::new()?, Vec::new())?)))
}
