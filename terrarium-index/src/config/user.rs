//! The settings that the user has made for pip and uv.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Credential, IndexOptions, Surroundings, options::address, pip_conf::PipConf, surroundings::read};
use crate::Error;

/// Variables with the address of the index, the strongest first.
const INDEX: &[&str] = &["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"];
/// Variables with more indexes, separated by spaces. All count.
const EXTRA: &[&str] = &["UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL"];
/// Variables with a file of certificates.
const CERTIFICATES: &[&str] = &["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

impl IndexOptions {
    /// Returns the settings that the user has made for pip and uv.
    ///
    /// The variables are `UV_DEFAULT_INDEX`, `UV_INDEX_URL`, `UV_INDEX`, `UV_EXTRA_INDEX_URL`, `UV_INDEX_…_USERNAME`,
    /// `UV_INDEX_…_PASSWORD`, `UV_HTTP_TIMEOUT`, `UV_OFFLINE`, `PIP_INDEX_URL`, `PIP_EXTRA_INDEX_URL`, `PIP_PROXY`,
    /// `PIP_CERT`, `PIP_TIMEOUT`, `PIP_DEFAULT_TIMEOUT`, `PIP_RETRIES`, `PIP_TRUSTED_HOST`, `UV_INSECURE_HOST`, `PIP_NO_INDEX`, `PIP_CONFIG_FILE`, `HTTP_PROXY`, `HTTPS_PROXY`,
    /// `ALL_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE` and `NETRC`. The files are `pip.conf`
    /// in all places of pip, and netrc. A variable is stronger than a file, and uv's variables are stronger than pip's.
    /// Folders of `find-links` and other options of the two programs are not read.
    ///
    /// # Errors
    /// [`Error::Setting`], which names the variable or the file at fault.
    pub fn from_user(cache: impl Into<PathBuf>, here: &Surroundings) -> Result<Self, Error> {
        let conf = pip_conf(here)?;
        let mut options = Self::new(cache);
        add_indexes(&mut options, here, &conf)?;
        add_proxies(&mut options, here, &conf);
        options.certificates =
            here.first(CERTIFICATES).map(|(_, path)| path).or_else(|| conf.get("cert")).map(|path| in_home(here, path));
        let netrc = here.get("NETRC").map(PathBuf::from);
        let names = [".netrc", "_netrc"];
        let in_home = here.home.iter().flat_map(|home| names.map(|name| home.join(name)));
        for path in netrc.into_iter().chain(in_home) {
            options.netrc = read(&path)?;
            if options.netrc.is_some() {
                break;
            }
        }
        let is_on = |name: &str| here.get(name).is_some_and(|value| !matches!(value, "0" | "false" | "no" | "off"));
        let trusted = [here.get("UV_INSECURE_HOST"), here.get("PIP_TRUSTED_HOST").or_else(|| conf.get("trusted-host"))];
        let trusted = trusted.into_iter().flatten().flat_map(|hosts| hosts.split([' ', ',', '\n']));
        options.trusted_hosts = trusted.filter(|host| !host.is_empty()).map(str::to_owned).collect();
        options.offline = is_on("UV_OFFLINE") || is_on("PIP_NO_INDEX") || conf.get("no-index").is_some_and(is_true);
        if let Some(seconds) =
            number(here, &["UV_HTTP_TIMEOUT", "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT"], conf.get("timeout"))?
        {
            options.bounds.read = Duration::from_secs(seconds.clamp(1, 3600));
        }
        if let Some(retries) = number(here, &["PIP_RETRIES"], conf.get("retries"))? {
            options.bounds.retries = u32::try_from(retries.min(20)).unwrap_or(20);
        }
        Ok(options)
    }
}

/// Reads `pip.conf` in the order of pip: the machine's, the user's, the virtual environment's, the named one.
fn pip_conf(here: &Surroundings) -> Result<PipConf, Error> {
    let mut conf = PipConf::default();
    let named = here.get("PIP_CONFIG_FILE");
    // The null device stands for no file at all.
    if named == Some("/dev/null") || named == Some("nul") {
        return Ok(conf);
    }
    let folder = |name: &str| here.get(name).map(PathBuf::from);
    let home = |path: &str| here.home.as_ref().map(|home| home.join(path));
    let machine = |path: &str| here.machine.as_ref().map(|machine| machine.join(path));
    let shared = here.get("XDG_CONFIG_DIRS").map(|dirs| dirs.split(':').map(PathBuf::from).collect::<Vec<_>>());
    let mut paths: Vec<Option<PathBuf>> = match shared {
        Some(folders) => folders.into_iter().rev().map(|folder| Some(folder.join("pip/pip.conf"))).collect(),
        None => vec![machine("xdg/pip/pip.conf")],
    };
    paths.push(machine("pip.conf"));
    paths.push(home(".pip/pip.conf"));
    if cfg!(target_os = "macos") {
        paths.push(home("Library/Application Support/pip/pip.conf"));
    }
    let user = folder("XDG_CONFIG_HOME").or_else(|| home(".config"));
    paths.push(user.map(|folder| folder.join("pip/pip.conf")));
    paths.push(folder("VIRTUAL_ENV").map(|folder| folder.join("pip.conf")));
    paths.push(named.map(PathBuf::from));
    for path in paths.into_iter().flatten() {
        if let Some(text) = read(&path)? {
            conf.add(&text);
        }
    }
    Ok(conf)
}

fn add_indexes(options: &mut IndexOptions, here: &Surroundings, conf: &PipConf) -> Result<(), Error> {
    let named = |place: &str| {
        let place = place.to_owned();
        move |error| match error {
            Error::Setting { place: what, reason } => Error::setting(place, format!("{what}: {reason}")),
            error => error,
        }
    };
    if let Some((place, text)) = here.first(INDEX).or_else(|| Some(("pip.conf: index-url", conf.get("index-url")?))) {
        options.index = add_index(options, here, text).map_err(named(place))?;
    }
    let variables = EXTRA.iter().filter_map(|name| Some((*name, here.get(name)?)));
    // As with pip, the variable replaces the setting of the file.
    let of_file = conf.get("extra-index-url").filter(|_| here.get("PIP_EXTRA_INDEX_URL").is_none());
    let found: Vec<_> = variables.chain(of_file.map(|text| ("pip.conf: extra-index-url", text))).collect();
    for (place, text) in found {
        for entry in text.split_whitespace() {
            let entry = add_index(options, here, entry).map_err(named(place))?;
            options.extra_indexes.push(entry);
        }
    }
    Ok(())
}

/// Returns the address of an entry, which may be `name=address`, and adds the credentials for its name.
fn add_index(options: &mut IndexOptions, here: &Surroundings, entry: &str) -> Result<String, Error> {
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let (name, text) = match entry.split_once('=') {
        Some((name, text)) if is_name(name) => (Some(name), text),
        _ => (None, entry),
    };
    let url = address(text)?;
    if let Some(name) = name {
        let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
        let user = here.get(&format!("UV_INDEX_{name}_USERNAME"));
        let password = here.get(&format!("UV_INDEX_{name}_PASSWORD"));
        if user.is_some() || password.is_some() {
            let credential = Credential::new(user.unwrap_or_default(), password.unwrap_or_default());
            options.credentials.push((url, credential));
        }
    }
    Ok(text.to_owned())
}

fn add_proxies(options: &mut IndexOptions, here: &Surroundings, conf: &PipConf) {
    let both = here.get("PIP_PROXY").or_else(|| conf.get("proxy"));
    let find = |names: &[&str]| both.or_else(|| here.first(names).map(|(_, value)| value)).map(str::to_owned);
    // The upper-case form of HTTP_PROXY is a header of a request in programs that a web server starts.
    let plain: &[&str] = if here.get("REQUEST_METHOD").is_some() {
        &["http_proxy", "ALL_PROXY", "all_proxy"]
    } else {
        &["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"]
    };
    options.http_proxy = find(plain);
    options.https_proxy = find(&["https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"]);
    options.no_proxy = here.first(&["no_proxy", "NO_PROXY"]).map(|(_, value)| value.to_owned()).unwrap_or_default();
}

fn in_home(here: &Surroundings, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), &here.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => Path::new(path).to_owned(),
    }
}

fn is_true(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on")
}

/// Returns the first number of several variables, or of a file.
fn number(here: &Surroundings, names: &[&str], of_file: Option<&str>) -> Result<Option<u64>, Error> {
    let Some((place, text)) = here.first(names).or_else(|| of_file.map(|text| ("pip.conf", text))) else {
        return Ok(None);
    };
    let whole = text.split('.').next().unwrap_or_default();
    whole.parse().map(Some).map_err(|_| Error::setting(place, format!("{text:?} is not a number")))
}

#[cfg(test)]
mod tests;
