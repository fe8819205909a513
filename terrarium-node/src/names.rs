//! The names of core's options, from which JavaScript derives its own.

use napi_derive::napi;
use serde::Serialize;
use terrarium_core::{ExecuteOptions, ImageOptions, SandboxOptions};

/// The names of the options by what they belong to.
#[napi(object, object_from_js = false)]
pub struct OptionNames {
    /// Those of `SandboxOptions`.
    pub sandbox: Vec<String>,
    /// Those of `ExecuteOptions`.
    pub execute: Vec<String>,
    /// Those of `ImageOptions`.
    pub image: Vec<String>,
}

/// The names of all options, as core's JSON form of the defaults has them.
#[napi]
pub fn option_names() -> OptionNames {
    OptionNames {
        sandbox: names(&SandboxOptions::default()),
        execute: names(&ExecuteOptions::default()),
        image: names(&ImageOptions::default()),
    }
}

fn names(options: &impl Serialize) -> Vec<String> {
    // Default options always have a JSON form, which is an object.
    let json = serde_json::to_value(options).unwrap_or_default();
    json.as_object().into_iter().flat_map(|members| members.keys().cloned()).collect()
}
