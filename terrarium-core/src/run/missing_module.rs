//! A second sentence for `ModuleNotFoundError`: the package that provides the module, and the ways to it.

use std::path::Path;

use super::setup::SandboxSetup;
use crate::{
    PythonError,
    package::{Lock, SITE_PACKAGES, install_command, package_of},
    provision::{Installer, PackageProvider, runtime, target},
};

/// Adds a hint to the error, if it is about a module that a known package provides.
pub(super) fn explain(error: &mut PythonError, setup: &SandboxSetup) {
    hint(error, setup.packages(), setup.installer());
}

fn hint(error: &mut PythonError, packages: &PackageProvider, installer: &Installer) {
    let Some(module) = module(error) else { return };
    let module = module.as_str();
    if let Some(hint) = of_site(module, packages) {
        return append(error, &hint);
    }
    if error.kind != "ModuleNotFoundError" {
        return;
    }
    let at_hand = installer.provider(module);
    let Some(package) = provider(module, packages).or_else(|| at_hand.clone()) else {
        return;
    };
    let mut hint = format!(". The package {package} provides it: add {package:?} to the option `packages`");
    if let Some(package) = at_hand.or_else(|| installer.uses_index().then(|| package.clone())) {
        hint += &format!(", or let the code install it: `%pip install {package}`");
    }
    append(error, &hint);
}

/// Returns the hint about a package of a site folder that is at fault.
fn of_site(module: &str, packages: &PackageProvider) -> Option<String> {
    let pool = packages.pool()?;
    let warning = pool.sites().iter().find_map(|site| site.warning_of(module))?;
    let command = install_command(pool.target());
    Some(format!(". The site folder's package {}: make the folder anew with {command}", warning.text))
}

fn append(error: &mut PythonError, hint: &str) {
    // The traceback ends with the message.
    if let Some(at) = error.traceback.rfind(&error.message) {
        error.traceback.insert_str(at + error.message.len(), hint);
    }
    error.message.push_str(hint);
}

/// Returns the top-level module that is missing, or whose library cannot be loaded, according to the message. A module that
/// lacks a part (`No module named 'a.b'; 'a' is not a package`) is not missing.
fn module(error: &PythonError) -> Option<String> {
    let name = match error.kind.as_str() {
        "ModuleNotFoundError" => error.message.strip_prefix("No module named '")?.strip_suffix('\'')?,
        // The text of the loader starts with the library's path.
        "ImportError" => error.message.split(SITE_PACKAGES).nth(1)?.strip_prefix('/')?,
        _ => return None,
    };
    name.split(['.', '/']).next().filter(|top| !top.is_empty()).map(str::to_owned)
}

fn provider(module: &str, packages: &PackageProvider) -> Option<String> {
    if let Some(name) = packages.pool().and_then(|pool| pool.provider(module)) {
        return Some(name.to_owned());
    }
    let lock = runtime().ok()?.package_lock().ok()?;
    let lock = Lock::parse(&lock, Path::new("the guest's lock"), &target().ok()?).ok()?;
    lock.provider(module).or_else(|| package_of(module)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{Install, SandboxOptions};

    fn hinted(kind: &str, message: &str) -> PythonError {
        let traceback = format!("Traceback (most recent call last):\n  …\n{kind}: {message}\n");
        let mut error = PythonError { kind: kind.into(), message: message.into(), traceback, ..Default::default() };
        let options = SandboxOptions::default().install(Install::Off);
        let packages = PackageProvider::new(&options, |_, _| Ok(BTreeMap::new())).unwrap();
        hint(&mut error, &packages, &Installer::new(&options, false, |_, _| Ok(BTreeMap::new()), Vec::new()));
        error
    }

    #[test]
    fn the_package_of_a_missing_module_is_named() {
        for (module, package) in [
            ("numpy", "numpy"),
            ("PIL", "Pillow"),
            ("cv2", "opencv-python"),
            ("yaml.x", "pyyaml"),
            ("pptx", "python-pptx"),
        ] {
            let error = hinted("ModuleNotFoundError", &format!("No module named '{module}'"));
            let sentence = format!("The package {package} provides it: add \"{package}\" to the option `packages`");
            assert!(error.message.ends_with(&sentence), "{}", error.message);
            assert!(error.traceback.ends_with(&format!("{}\n", error.message)), "{}", error.traceback);
        }
    }

    #[test]
    fn other_errors_stay_as_they_are() {
        for (kind, message) in [
            ("ModuleNotFoundError", "No module named 'nobody_has_this'"),
            ("ModuleNotFoundError", "No module named 'numpy.x'; 'numpy' is not a package"),
            ("ModuleNotFoundError", "numpy"),
            ("ImportError", "No module named 'numpy'"),
        ] {
            assert_eq!(hinted(kind, message).message, message);
        }
    }
}
