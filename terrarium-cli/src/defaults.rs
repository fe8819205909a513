//! The command line with the defaults of the library's options in its help.

use std::time::Duration;

use clap::{Arg, CommandFactory as _};
use serde_json::{Map, Value};
use terrarium_core::SandboxOptions;

use crate::{
    args::Cli,
    units::{Size, Span},
};

/// The whole command line.
pub(crate) fn command() -> clap::Command {
    let defaults = match serde_json::to_value(SandboxOptions::default()) {
        Ok(Value::Object(defaults)) => defaults,
        // Never: a struct without odd keys becomes an object.
        _ => Map::new(),
    };
    let mut command = Cli::command().mut_args(|arg| describe(arg, &defaults));
    for name in ["run", "repl"] {
        command = command.mut_subcommand(name, |sub| sub.mut_args(|arg| describe(arg, &defaults)));
    }
    command
}

/// An argument is known by its option's name, and the unit by the name of its value.
fn describe(arg: Arg, defaults: &Map<String, Value>) -> Arg {
    let Some(default) = defaults.get(arg.get_id().as_str()) else {
        return arg;
    };
    let unit = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    let shown = match (unit, default) {
        ("SIZE", Value::Number(bytes)) => bytes.as_u64().map(|bytes| Size(bytes).to_string()),
        ("DURATION", Value::Number(seconds)) => {
            let seconds = seconds.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            seconds.map(|seconds| Span(seconds).to_string())
        }
        (_, Value::Number(number)) => Some(number.to_string()),
        (_, Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    match (shown, arg.get_help()) {
        (Some(shown), Some(help)) => {
            let help = format!("{help} [default: {shown}]");
            arg.help(help)
        }
        _ => arg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_help_states_every_default_in_its_unit() {
        let mut command = command();
        let help = command.find_subcommand_mut("run").unwrap().render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for default in ["30s", "512MiB", "50ms", "16MiB", "100MiB", "10000", "256", "128MiB", "1MiB", "/home/earth"] {
            assert!(help.contains(&format!("[default: {default}]")), "{default} in {help}");
        }
    }

    #[test]
    fn every_option_of_the_library_has_its_flag() {
        let Ok(Value::Object(options)) = serde_json::to_value(SandboxOptions::default()) else {
            panic!("options are an object");
        };
        let command = command();
        let run = command.find_subcommand("run").unwrap();
        for name in options.keys().filter(|name| *name != "args") {
            assert!(run.get_arguments().any(|arg| arg.get_id() == name.as_str()), "{name}");
        }
    }
}
