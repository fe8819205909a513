//! The harness's sources, as files for the guest.

/// The folder of the sources; it is on the guest's search path.
pub(crate) const ROOT: &str = "/lib/terrarium/harness";

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../python/", $name)))),*]
    };
}

/// The sources' names below [`ROOT`] and their texts.
pub(crate) const FILES: &[(&str, &str)] = files![
    "_terrarium/__init__.py",
    "_terrarium/asking.py",
    "_terrarium/callers.py",
    "_terrarium/cells.py",
    "_terrarium/completion.py",
    "_terrarium/disguise.py",
    "_terrarium/display.py",
    "_terrarium/draws.py",
    "_terrarium/errors.py",
    "_terrarium/figures.py",
    "_terrarium/files.py",
    "_terrarium/generators.py",
    "_terrarium/guest.py",
    "_terrarium/hooks.py",
    "_terrarium/host/__init__.py",
    "_terrarium/host/awaits.py",
    "_terrarium/host/calls.py",
    "_terrarium/host/errors.py",
    "_terrarium/host/names.py",
    "_terrarium/image.py",
    "_terrarium/integers.py",
    "_terrarium/interrupts.py",
    "_terrarium/ipython.py",
    "_terrarium/ipython_media.py",
    "_terrarium/ipython_objects.py",
    "_terrarium/library/__init__.py",
    "_terrarium/library/clocks.py",
    "_terrarium/library/descriptors.py",
    "_terrarium/library/environment.py",
    "_terrarium/library/executors.py",
    "_terrarium/library/install.py",
    "_terrarium/library/installs.py",
    "_terrarium/library/joblib_serial.py",
    "_terrarium/library/keys.py",
    "_terrarium/library/locales.py",
    "_terrarium/library/managers.py",
    "_terrarium/library/modules/_posixshmem.py",
    "_terrarium/library/modules/grp.py",
    "_terrarium/library/modules/host.py",
    "_terrarium/library/modules/micropip.py",
    "_terrarium/library/modules/pip/__init__.py",
    "_terrarium/library/modules/pip/__main__.py",
    "_terrarium/library/modules/pip/_internal.py",
    "_terrarium/library/modules/pwd.py",
    "_terrarium/library/modules/resource.py",
    "_terrarium/library/pages.py",
    "_terrarium/library/pip.py",
    "_terrarium/library/pipes.py",
    "_terrarium/library/programs.py",
    "_terrarium/library/signals.py",
    "_terrarium/library/system.py",
    "_terrarium/library/workers.py",
    "_terrarium/lookups.py",
    "_terrarium/loop.py",
    "_terrarium/magics.py",
    "_terrarium/main.py",
    "_terrarium/memory.py",
    "_terrarium/module.py",
    "_terrarium/natives.py",
    "_terrarium/network.py",
    "_terrarium/positions.py",
    "_terrarium/pristine.py",
    "_terrarium/randomness.py",
    "_terrarium/run.py",
    "_terrarium/shadow.py",
    "_terrarium/shows.py",
    "_terrarium/sizes.py",
    "_terrarium/source.py",
    "_terrarium/split.py",
    "_terrarium/stack.py",
    "_terrarium/start.py",
    "_terrarium/streams.py",
    "_terrarium/threads/__init__.py",
    "_terrarium/threads/anyio_workers.py",
    "_terrarium/threads/locks.py",
    "_terrarium/threads/low_level.py",
    "_terrarium/threads/patch.py",
    "_terrarium/threads/pools.py",
    "_terrarium/threads/turns.py",
    "_terrarium/threads/waits.py",
    "_terrarium/tiff.py",
    "_terrarium/tracebacks.py",
    "_terrarium/values/__init__.py",
    "_terrarium/values/arrays.py",
    "_terrarium/values/columns.py",
    "_terrarium/values/decode.py",
    "_terrarium/values/encode.py",
    "_terrarium/values/extent.py",
    "_terrarium/values/kinds.py",
    "_terrarium/values/plain.py",
    "_terrarium/values/reprs.py",
    "_terrarium/values/science.py",
    "_terrarium/values/tables.py",
    "_terrarium/values/writer.py",
    "_terrarium/values/zones.py",
    "_terrarium/variables.py",
    "_terrarium/waits.py",
    "_terrarium/wire.py",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{REPR_BYTES, VALUE_BYTES};

    #[test]
    fn every_module_of_the_package_is_listed() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
        let mut found = Vec::new();
        let mut folders = vec![root.join("_terrarium"), root.join("terrarium")];
        folders.retain(|folder| folder.exists());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.extension().and_then(|e| e.to_str()) {
                    Some("py") => found.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned()),
                    None if path.is_dir() && !path.ends_with("__pycache__") => folders.push(path),
                    _ => {}
                }
            }
        }
        found.sort();
        let mut listed: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        listed.sort();
        assert_eq!(listed, found);
    }
    #[test]
    fn the_bounds_that_a_request_leaves_out_are_those_of_the_harness() {
        let defaults = crate::SandboxOptions::default();
        assert_eq!((defaults.value_bytes, defaults.repr_bytes), (VALUE_BYTES, REPR_BYTES));
        let (_, run) = FILES.iter().find(|(name, _)| *name == "_terrarium/run.py").unwrap();
        for (name, bytes) in [("_VALUE_BYTES", VALUE_BYTES), ("_REPR_BYTES", REPR_BYTES)] {
            assert!(run.contains(&format!("\n{name} = {} << 20\n", bytes >> 20)), "{name}");
        }
    }
}
