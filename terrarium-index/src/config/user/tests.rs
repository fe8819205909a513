//! Settings of the user: precedence, places, errors.

use std::fs;

use super::*;

fn here(variables: &[(&str, &str)]) -> Surroundings {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Surroundings { variables, ..Surroundings::default() }
}

fn read_from(here: &Surroundings) -> IndexOptions {
    IndexOptions::from_user("cache", here).unwrap()
}

#[test]
fn without_settings_the_defaults_hold() {
    let (found, expected) = (read_from(&here(&[])), IndexOptions::new("cache"));
    assert_eq!(found.index, expected.index);
    assert!(found.extra_indexes.is_empty() && !found.offline && found.https_proxy.is_none());
}

#[test]
fn variables_of_uv_are_stronger_than_those_of_pip() {
    let pip = ("PIP_INDEX_URL", "https://pip.example/simple");
    assert_eq!(read_from(&here(&[pip])).index, "https://pip.example/simple");
    for name in ["UV_INDEX_URL", "UV_DEFAULT_INDEX"] {
        assert_eq!(read_from(&here(&[pip, (name, "https://uv.example/simple")])).index, "https://uv.example/simple");
    }
    let blank = ("UV_INDEX_URL", "  ");
    assert_eq!(read_from(&here(&[pip, blank])).index, "https://pip.example/simple");
}

#[test]
fn all_extra_indexes_count_in_their_order() {
    let found = read_from(&here(&[
        ("PIP_EXTRA_INDEX_URL", "https://a.example/ https://b.example/"),
        ("UV_INDEX", "my-own=https://c.example/simple"),
        ("UV_INDEX_MY_OWN_USERNAME", "reader"),
        ("UV_INDEX_MY_OWN_PASSWORD", "secret"),
    ]));
    assert_eq!(found.extra_indexes, ["https://c.example/simple", "https://a.example/", "https://b.example/"]);
    assert_eq!(
        found.credentials,
        [(address("https://c.example/simple").unwrap(), Credential::new("reader", "secret"))]
    );
}

#[test]
fn files_of_pip_are_read_in_the_order_of_pip() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    write("etc/pip.conf", "[global]\nindex-url = https://machine.example/\nproxy = http://proxy.example:3128\n");
    write("home/.netrc", "machine a.example login u password p\n");
    let mut surroundings = here(&[]);
    surroundings.machine = Some(folder.path().join("etc"));
    surroundings.home = Some(folder.path().join("home"));
    let found = read_from(&surroundings);
    assert_eq!(found.index, "https://machine.example/");
    assert_eq!(found.https_proxy.as_deref(), Some("http://proxy.example:3128"));
    assert!(found.netrc.unwrap().contains("a.example"));
    write(
        "home/.config/pip/pip.conf",
        "[global]\nindex-url = https://user.example/\nextra-index-url = https://x.example/\n",
    );
    assert_eq!(read_from(&surroundings).index, "https://user.example/");
    let named = write("named.conf", "[install]\nindex-url = https://named.example/\nno-index = true\nretries = 0\n");
    surroundings.variables.insert("PIP_CONFIG_FILE".to_owned(), named.to_str().unwrap().to_owned());
    let found = read_from(&surroundings);
    assert_eq!((found.index.as_str(), found.offline, found.bounds.retries), ("https://named.example/", true, 0));
    assert_eq!(found.extra_indexes, ["https://x.example/"]);
    surroundings.variables.insert("PIP_EXTRA_INDEX_URL".to_owned(), "https://y.example/".to_owned());
    assert_eq!(read_from(&surroundings).extra_indexes, ["https://y.example/"]);
    surroundings.variables.insert("PIP_CONFIG_FILE".to_owned(), "/dev/null".to_owned());
    assert_eq!(read_from(&surroundings).index, IndexOptions::new("c").index);
}

#[test]
fn each_scheme_has_its_proxy() {
    let found = read_from(&here(&[
        ("HTTP_PROXY", "http://one.example:1"),
        ("https_proxy", "http://two.example:2"),
        ("NO_PROXY", "localhost"),
    ]));
    assert_eq!(found.http_proxy.as_deref(), Some("http://one.example:1"));
    assert_eq!(found.https_proxy.as_deref(), Some("http://two.example:2"));
    assert_eq!(found.no_proxy, "localhost");
    let web = read_from(&here(&[("HTTP_PROXY", "http://evil.example"), ("REQUEST_METHOD", "GET")]));
    assert_eq!(web.http_proxy, None);
    assert_eq!(
        read_from(&here(&[("ALL_PROXY", "http://all.example")])).https_proxy.as_deref(),
        Some("http://all.example")
    );
}

#[test]
fn hosts_without_encryption_are_named() {
    let found =
        read_from(&here(&[("PIP_TRUSTED_HOST", "a.example b.example:8080"), ("UV_INSECURE_HOST", "c.example")]));
    assert_eq!(found.trusted_hosts, ["c.example", "a.example", "b.example:8080"]);
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    for (name, value) in
        [("PIP_INDEX_URL", "example.com"), ("UV_INDEX", "a=ftp://x"), ("PIP_TIMEOUT", "soon"), ("PIP_RETRIES", "-1")]
    {
        let error = IndexOptions::from_user("cache", &here(&[(name, value)])).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{name}: ")), "{error}");
    }
}
