//! [`Proxies`]: the proxy of each address.

use std::{net::IpAddr, str::FromStr};

use ureq::Proxy;
use url::Url;

use crate::Error;

/// The proxies of the two schemes, and the hosts without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proxies {
    pub(crate) http: Option<String>,
    pub(crate) https: Option<String>,
    /// Hosts, domains, networks and `*`, separated by commas.
    pub(crate) without: String,
}

impl Proxies {
    /// Returns the proxy of an address.
    ///
    /// # Errors
    /// [`Error::Setting`] for a proxy that cannot be used.
    pub(crate) fn of(&self, url: &Url) -> Result<Option<Proxy>, Error> {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        match proxy.as_deref().filter(|proxy| !proxy.is_empty()) {
            Some(proxy) if !self.is_without(url) => parse(proxy).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether a host has no proxy.
    fn is_without(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
        let port = url.port_or_known_default().unwrap_or_default().to_string();
        self.without.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
            let entry = entry.to_ascii_lowercase();
            let (entry, wanted) = match entry.rsplit_once(':') {
                Some((name, digits)) if !name.contains(':') && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                    (name.to_owned(), Some(digits.to_owned()))
                }
                _ => (entry, None),
            };
            wanted.is_none_or(|wanted| wanted == port) && is_covered(&host, &entry)
        })
    }
}

/// Whether an entry is the host, its domain, its network or `*`.
fn is_covered(host: &str, entry: &str) -> bool {
    if entry == "*" {
        return true;
    }
    if let (Ok(address), Some((network, bits))) = (IpAddr::from_str(host), entry.split_once('/')) {
        return IpAddr::from_str(network).is_ok_and(|network| is_in(address, network, bits));
    }
    let entry = entry.trim_matches(['[', ']']).trim_start_matches('*').trim_start_matches('.');
    !entry.is_empty() && (host == entry || host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.')))
}

fn is_in(address: IpAddr, network: IpAddr, bits: &str) -> bool {
    let Ok(bits) = bits.parse::<u32>() else { return false };
    let shifted =
        |value: u128, width: u32| if bits >= width { value } else { value.checked_shr(width - bits).unwrap_or(0) };
    match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(two)) => shifted(u32::from(one).into(), 32) == shifted(u32::from(two).into(), 32),
        (IpAddr::V6(one), IpAddr::V6(two)) => shifted(one.into(), 128) == shifted(two.into(), 128),
        _ => false,
    }
}

fn parse(text: &str) -> Result<Proxy, Error> {
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let shown = Url::parse(&text).map_or_else(|_| "proxy".to_owned(), |url| crate::error::redacted(&url));
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return Err(Error::setting(shown, "the proxy must be one of HTTP: `http://` or `https://`"));
    }
    Proxy::new(&text).map_err(|error| Error::setting(shown, format!("the proxy's address is not valid: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(proxies: &Proxies, url: &str) -> Option<String> {
        proxies.of(&Url::parse(url).unwrap()).unwrap().map(|proxy| proxy.host().to_owned())
    }

    #[test]
    fn each_scheme_has_its_proxy() {
        let proxies = Proxies {
            http: Some("plain.example:3128".to_owned()),
            https: Some("http://u:p@secure.example:3128".to_owned()),
            without: "internal.example, .corp.example,*.lab,10.0.0.0/8,fd00::/8,[::1],one.example:8080".to_owned(),
        };
        assert_eq!(of(&proxies, "http://a.example/").as_deref(), Some("plain.example"));
        assert_eq!(of(&proxies, "https://a.example/").as_deref(), Some("secure.example"));
        for host in [
            "internal.example",
            "x.internal.example",
            "x.corp.example",
            "corp.example",
            "a.lab",
            "10.20.30.40",
            "[fd00::5]",
            "[::1]",
            "one.example:8080",
        ] {
            assert_eq!(of(&proxies, &format!("https://{host}/")), None, "{host}");
        }
        for host in ["xinternal.example", "internal.example.org", "11.0.0.1", "one.example"] {
            assert!(of(&proxies, &format!("https://{host}/")).is_some(), "{host}");
        }
        let all = Proxies { without: "*".to_owned(), ..proxies };
        assert_eq!(of(&all, "https://a.example/"), None);
    }

    #[test]
    fn a_proxy_of_another_kind_is_refused_without_its_password() {
        let proxies = Proxies { https: Some("socks5://u:secret@h:1080".to_owned()), ..Proxies::default() };
        let error = proxies.of(&Url::parse("https://a.example/").unwrap()).unwrap_err().to_string();
        assert!(error.contains("must be one of HTTP") && !error.contains("secret"), "{error}");
    }
}
