//! The names of core's options, from which JavaScript derives its own.

use napi_derive::napi;
use terrarium_core::{ExecuteOptions, ImageOptions, JsonOptions, SandboxOptions};

/// The names of the options, grouped by struct.
#[napi(object, object_from_js = false)]
pub struct OptionNames {
    /// The names of `SandboxOptions`.
    pub sandbox: Vec<String>,
    /// The names of `ExecuteOptions`.
    pub execute: Vec<String>,
    /// The names of `ImageOptions`.
    pub image: Vec<String>,
}

/// Returns the names of all options in core's JSON form.
#[napi]
pub fn option_names() -> OptionNames {
    OptionNames {
        sandbox: names::<SandboxOptions>(),
        execute: names::<ExecuteOptions>(),
        image: names::<ImageOptions>(),
    }
}

fn names<T: JsonOptions>() -> Vec<String> {
    T::NAMES.iter().map(|name| (*name).to_owned()).collect()
}
