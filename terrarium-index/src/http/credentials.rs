//! [`Credentials`]: names and passwords of servers, from addresses and netrc.

use std::{collections::HashMap, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use crate::config::Credential;

/// Names and passwords of servers. A secret is sent to its own server only, also after a redirect.
#[derive(Clone, Default)]
pub(crate) struct Credentials {
    /// By scheme, host and port.
    servers: HashMap<(String, String, Option<u16>), Credential>,
    /// By host, as netrc has them.
    hosts: HashMap<String, Credential>,
    default: Option<Credential>,
}

impl Credentials {
    /// Adds the name and the password in an address, if there are any.
    pub(crate) fn add_url(&mut self, url: &Url) {
        if let Some(credential) = of_url(url) {
            self.servers.insert(server(url), credential);
        }
    }

    /// Adds an entry for the server of an address.
    pub(crate) fn add_server(&mut self, url: &Url, credential: Credential) {
        self.servers.entry(server(url)).or_insert(credential);
    }

    /// Adds an entry of netrc; no host stands for every other one.
    pub(crate) fn add_host(&mut self, host: Option<String>, credential: Credential) {
        match host {
            Some(host) => _ = self.hosts.entry(host.to_ascii_lowercase()).or_insert(credential),
            None => self.default = Some(credential),
        }
    }

    /// Returns the value of the header `Authorization`.
    pub(crate) fn of(&self, url: &Url) -> Option<String> {
        let own = of_url(url);
        let by_host = || url.host_str().and_then(|host| self.hosts.get(host)).or(self.default.as_ref());
        let found = own.as_ref().or_else(|| self.servers.get(&server(url))).or_else(by_host)?;
        Some(format!("Basic {}", STANDARD.encode(format!("{}:{}", found.user, found.password))))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("servers", &self.servers.len()).finish_non_exhaustive()
    }
}

fn server(url: &Url) -> (String, String, Option<u16>) {
    (url.scheme().to_owned(), url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default())
}

fn of_url(url: &Url) -> Option<Credential> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let (user, password) = (decoded(url.username()), decoded(url.password().unwrap_or_default()));
    Some(Credential { user, password })
}

/// Replaces `%XX`.
pub(crate) fn decoded(text: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let value = digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2)));
        match (bytes[at], value) {
            (b'%', Some((high, low))) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn header(user: &str, password: &str) -> Option<String> {
        Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    #[test]
    fn a_secret_is_for_its_server_only() {
        let mut credentials = Credentials::default();
        credentials.add_url(&url("https://us%40er:p%3Aw@one.example:8443/simple/"));
        assert_eq!(credentials.of(&url("https://one.example:8443/file.whl")), header("us@er", "p:w"));
        for other in ["https://one.example/", "http://one.example:8443/", "https://two.example:8443/"] {
            assert_eq!(credentials.of(&url(other)), None, "{other}");
        }
    }

    #[test]
    fn netrc_comes_after_the_address() {
        let credential = |user: &str| Credential { user: user.to_owned(), password: "x".to_owned() };
        let mut credentials = Credentials::default();
        credentials.add_host(Some("One.example".to_owned()), credential("netrc"));
        credentials.add_host(None, credential("default"));
        assert_eq!(credentials.of(&url("https://one.example/")), header("netrc", "x"));
        assert_eq!(credentials.of(&url("https://two.example/")), header("default", "x"));
        assert_eq!(credentials.of(&url("https://own:pw@one.example/")), header("own", "pw"));
    }
}
