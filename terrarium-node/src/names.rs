//! The names of core's options, from which JavaScript derives its own.

use napi_derive::napi;
use terrarium_core::{ExecuteOptions, ImageOptions, JsonOptions, SandboxOptions};

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
