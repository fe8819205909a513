//! [`Transport`]: requests with redirects, credentials, proxies and retries.

use std::{
    io::{self, Read},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ureq::{
    Agent,
    http::{HeaderMap, HeaderName, HeaderValue, Response, header},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};
use url::{Host, Url};

use super::{Credentials, Proxies, Stop};
use crate::{Bounds, Error, IndexOptions, error::redacted};

/// The most redirects of a request.
const MAX_REDIRECTS: usize = 5;
/// The longest pause that a server may ask for.
const MAX_PAUSE: Duration = Duration::from_secs(30);

const PROXY_SECRET: &str = "the proxy asks for a name and a password: put them in the proxy's address";

/// The failure of an attempt.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The next attempt may succeed, after a pause if the server names one.
    Passing(Error, Option<Duration>),
    /// Another attempt fails in the same way.
    Final(Error),
}

impl Fault {
    pub(crate) fn of_io(url: &Url, error: io::Error) -> Self {
        let error = match error.downcast::<ureq::Error>() {
            Ok(error) => return Self::of_client(url, error),
            Err(error) => error,
        };
        let (url, reason) = (redacted(url), error.to_string());
        Self::Passing(Error::Request { url, reason, status: None, source: Some(error.into()) }, None)
    }

    fn of_client(url: &Url, error: ureq::Error) -> Self {
        use ureq::Error as E;
        let passing = matches!(
            error,
            E::Io(_)
                | E::Timeout(_)
                | E::HostNotFound
                | E::ConnectionFailed
                | E::Protocol(_)
                | E::ConnectProxyFailed(_)
        );
        // A certificate that is not valid stays so.
        let certificate = matches!(&error, E::Io(error) if error.kind() == io::ErrorKind::InvalidData);
        if let E::ConnectProxyFailed(text) = &error
            && text.contains("407")
        {
            let reason = PROXY_SECRET.to_owned();
            return Self::Final(Error::Credentials { url: redacted(url), status: 407, reason });
        }
        let reason = match &error {
            E::Io(cause) if certificate && is_unknown_authority(&cause.to_string()) => format!(
                "its certificate is not trusted ({cause}): set `SSL_CERT_FILE`, or `cert` of pip, to a file with the \
                 certificates of its authority"
            ),
            E::HostNotFound => "the name of the host is unknown".to_owned(),
            E::Timeout(_) => format!("the server is too slow ({error})"),
            error => error.to_string(),
        };
        let error = Error::Request { url: redacted(url), reason, status: None, source: Some(error.into()) };
        if passing && !certificate { Self::Passing(error, None) } else { Self::Final(error) }
    }

    fn into_error(self) -> Error {
        let (Self::Passing(error, _) | Self::Final(error)) = self;
        error
    }
}

/// A response: a success, `304 Not Modified`, `404 Not Found` and its kin, or `416 Range Not Satisfiable`.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The address after redirects.
    pub(crate) url: Url,
    pub(crate) body: Box<dyn Read + Send>,
    /// The length of the body, if the server states it.
    pub(crate) length: Option<u64>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the server does not have the address.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self.status, 404 | 410)
    }
}

/// A body whose end is an error after its connection was closed from here: what arrived may be a part.
struct Uncut<R> {
    body: R,
    hang_ups: Arc<AtomicU64>,
    before: u64,
}

impl<R: Read> Read for Uncut<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.body.read(buf)?;
        match count == 0 && !buf.is_empty() && self.hang_ups.load(Ordering::SeqCst) != self.before {
            true => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the connection was closed")),
            false => Ok(count),
        }
    }
}

/// Sends requests.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Mutex<Agent>,
    /// How often all connections were closed.
    hang_ups: Arc<AtomicU64>,
    proxies: Proxies,
    credentials: Credentials,
    trusted_hosts: Vec<String>,
    pub(crate) bounds: Bounds,
    pub(crate) is_offline: bool,
}

impl Transport {
    pub(crate) fn new(proxies: Proxies, credentials: Credentials, options: &IndexOptions) -> Result<Self, Error> {
        let bounds = options.bounds.clone();
        let mut tls = TlsConfig::builder();
        if let Some(path) = options.certificates.as_deref() {
            tls = tls.root_certs(RootCerts::new_with_certs(&read_certificates(path)?));
        }
        let config = Agent::config_builder()
            .timeout_connect(Some(bounds.connect))
            .timeout_recv_response(Some(bounds.read))
            .timeout_per_read(Some(bounds.read))
            .timeout_per_write(Some(bounds.read))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .tls_config(tls.build())
            .user_agent(concat!("terrarium/", env!("CARGO_PKG_VERSION")))
            .build();
        let (trusted_hosts, is_offline) = (options.trusted_hosts.clone(), options.offline);
        let (agent, hang_ups) = (Mutex::new(config.into()), Arc::default());
        Ok(Self { agent, hang_ups, proxies, credentials, trusted_hosts, bounds, is_offline })
    }

    fn agent(&self) -> MutexGuard<'_, Agent> {
        self.agent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes all connections, so that threads which wait for a server end. Other calls repeat their requests.
    pub(crate) fn hang_up(&self) {
        self.hang_ups.fetch_add(1, Ordering::SeqCst);
        let mut agent = self.agent();
        let new = Agent::new_with_config(agent.config().clone());
        std::mem::replace(&mut *agent, new).shutdown();
    }

    /// Repeats an attempt that fails for a passing reason.
    ///
    /// `attempt` may report success in part, such as bytes that arrived: then the number of attempts starts anew.
    pub(crate) fn with_retries<T>(
        &self,
        stop: &Stop,
        mut attempt: impl FnMut(&mut bool) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        // A server that sends a byte and hangs up does not hold the call for ever.
        const MOST: u32 = 40;
        let (mut failures, mut all) = (0, 0);
        loop {
            if stop.is_set() {
                return Err(Error::Cancelled);
            }
            let mut is_further = false;
            let fault = match attempt(&mut is_further) {
                Ok(value) => return Ok(value),
                Err(fault) => fault,
            };
            failures = if is_further { 1 } else { failures + 1 };
            all += 1;
            let (Fault::Passing(_, pause), true) = (&fault, failures <= self.bounds.retries && all <= MOST) else {
                return Err(fault.into_error());
            };
            let own = self.bounds.backoff.saturating_mul(1 << (failures - 1).min(8));
            if stop.sleep(pause.unwrap_or(own).min(MAX_PAUSE)) {
                return Err(Error::Cancelled);
            }
        }
    }

    /// Sends one request and follows its redirects.
    pub(crate) fn get(&self, url: &Url, headers: &[(HeaderName, String)], stop: &Stop) -> Result<Reply, Fault> {
        if self.is_offline {
            return Err(Fault::Final(Error::Offline { url: redacted(url) }));
        }
        let mut at = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            if stop.is_set() {
                return Err(Fault::Final(Error::Cancelled));
            }
            let before = self.hang_ups.load(Ordering::SeqCst);
            let response = self.send(&at, headers)?;
            let status = response.status().as_u16();
            let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            let (301..=303 | 307 | 308, Some(location)) = (status, location) else {
                return self.judge(at, response, before);
            };
            let next = at.join(location).map_err(|error| {
                Fault::Final(Error::request(&at, format!("its redirect {location:?} is no address: {error}"), None))
            })?;
            if !matches!(next.scheme(), "http" | "https") || (at.scheme() == "https" && next.scheme() != "https") {
                let reason = format!("its redirect leads to {}, which is less secure", redacted(&next));
                return Err(Fault::Final(Error::request(&at, reason, Some(status))));
            }
            at = next;
        }
        Err(Fault::Final(Error::request(url, format!("it has more than {MAX_REDIRECTS} redirects"), None)))
    }

    fn send(&self, url: &Url, headers: &[(HeaderName, String)]) -> Result<Response<ureq::Body>, Fault> {
        if url.scheme() != "https" && !self.is_trusted(url) {
            let reason = "the address is not encrypted: use `https`, or add the host to `trusted_hosts`";
            return Err(Fault::Final(Error::request(url, reason, None)));
        }
        let mut plain = url.clone();
        let _ = plain.set_password(None);
        let _ = plain.set_username("");
        plain.set_fragment(None);
        let proxy = self.proxies.of(url).map_err(Fault::Final)?;
        let agent = self.agent().clone();
        let mut request = agent.get(plain.as_str()).config().proxy(proxy).build();
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(secret) = self.credentials.of(url) {
            // A secret with characters that no header has is not sent: the server asks for one.
            if let Ok(mut value) = HeaderValue::from_str(&secret) {
                value.set_sensitive(true);
                request = request.header(header::AUTHORIZATION, value);
            }
        }
        request.call().map_err(|error| Fault::of_client(url, error))
    }

    /// Whether a host may be asked without encryption.
    fn is_trusted(&self, url: &Url) -> bool {
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let host = url.host_str().unwrap_or_default();
        let with_port = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        is_here || self.trusted_hosts.iter().any(|trusted| trusted == "*" || *trusted == host || *trusted == with_port)
    }

    /// Tells responses that the caller expects from failures.
    fn judge(&self, url: Url, response: Response<ureq::Body>, before: u64) -> Result<Reply, Fault> {
        let status = response.status().as_u16();
        match status {
            200 | 206 | 304 | 404 | 410 | 416 => {
                let length = response.body().content_length();
                let (parts, body) = response.into_parts();
                let hang_ups = Arc::clone(&self.hang_ups);
                let body = Box::new(Uncut { body: body.into_reader(), hang_ups, before });
                Ok(Reply { status, headers: parts.headers, url, body, length })
            }
            401 | 403 | 407 => {
                let has_secret = self.credentials.of(&url).is_some();
                let reason = match status {
                    407 => PROXY_SECRET,
                    _ if has_secret => "the server refuses the name and the password that are configured for it",
                    401 => "the server asks for a name and a password: put them in the index's address or in netrc",
                    _ => "the server refuses access",
                };
                Err(Fault::Final(Error::Credentials { url: redacted(&url), status, reason: reason.to_owned() }))
            }
            408 | 425 | 429 | 500..=599 => {
                let pause = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
                let pause = pause.and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
                Err(Fault::Passing(Error::request(&url, format!("status {status}"), Some(status)), pause))
            }
            _ => Err(Fault::Final(Error::request(&url, format!("status {status}"), Some(status)))),
        }
    }
}

/// Whether a certificate is refused because its authority is none of those that are trusted: it has no issuer there, it is
/// the server's own, or its authority has the name of a trusted one and another key.
fn is_unknown_authority(reason: &str) -> bool {
    ["UnknownIssuer", "CaUsedAsEndEntity", "BadSignature"].iter().any(|name| reason.contains(name))
}

/// Reads the certificates of authorities from a file.
fn read_certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Error> {
    let text = std::fs::read(path).map_err(Error::file(path))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&text) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(Error::setting(path.display(), format!("no certificates: {error}"))),
        }
    }
    match certificates.is_empty() {
        true => Err(Error::setting(path.display(), "the file contains no certificate")),
        false => Ok(certificates),
    }
}
