//! Versions and help.

use crate::support::ran;

#[test]
fn versions_are_printed_for_people_and_programs() {
    let text = ran(&["info"]);
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    assert!(text.stdout.contains(&format!("terrarium     {}\n", env!("CARGO_PKG_VERSION"))), "{}", text.stdout);
    let json: serde_json::Value = serde_json::from_str(&ran(&["info", "--json"]).stdout).unwrap();
    assert_eq!(json["terrarium"], env!("CARGO_PKG_VERSION"));
    assert!(json["python"].as_str().unwrap().starts_with("3.14."), "{json}");
    assert!(json["platform"].as_str().unwrap().starts_with("pyemscripten_"), "{json}");
    assert!(json["engine"].as_str().unwrap().starts_with("wasmtime "), "{json}");
    assert_eq!(json["cache_dir"], crate::support::cache().to_str().unwrap());
    for (name, value) in json.as_object().unwrap() {
        assert!(text.stdout.contains(&format!("{name:14}{}\n", value.as_str().unwrap())), "{name}: {}", text.stdout);
    }
}

#[test]
fn the_version_of_python_is_the_one_that_runs() {
    let json: serde_json::Value = serde_json::from_str(&ran(&["info", "--json"]).stdout).unwrap();
    let ran = ran(&["run", "-c", "import platform; print(platform.python_version(), end='')"]);
    assert_eq!(json["python"], ran.stdout);
}

#[test]
fn the_help_names_options_and_exit_codes() {
    let help = ran(&["run", "--help"]);
    assert_eq!((help.code, &*help.stderr), (Some(0), ""));
    for part in ["--timeout <DURATION>", "[default: 30s]", "--file <HOST[:GUEST]>", "124", "Exit codes:"] {
        assert!(help.stdout.contains(part), "{part} in {}", help.stdout);
    }
    assert!(ran(&["--help"]).stdout.contains("[default: 512MiB]"));
    assert_eq!(ran(&["--version"]).stdout, format!("terrarium {}\n", env!("CARGO_PKG_VERSION")));
}
