//! A server of HTTP on the loopback interface, with routes that answer well or badly.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use super::{Wheel, sha256};

/// A request that the server has seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
}

/// The answer to requests of a path.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A whole body, with ranges and an entity tag.
    Body(String, Vec<u8>),
    Status(u16),
    /// A status with a header.
    Header(u16, String),
    /// A body that is cut off after so many bytes of each answer; the length states all.
    Cut(Vec<u8>, usize),
    /// A few bytes of a body of so many, then silence until the client goes.
    Stall(Vec<u8>, usize),
    /// A byte now and then.
    Drip,
    /// A body without an end.
    Endless,
    /// Answers that follow one another; the last one stays.
    Sequence(Vec<Answer>),
    /// An answer to requests with this value of `Authorization`; status 401 to others.
    Secret(String, Box<Answer>),
}

/// A connection to a client, perhaps an encrypted one.
pub(crate) trait Connection: Read + Write {}

impl<C: Read + Write> Connection for C {}

/// A server, which ends with its value.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    routes: Mutex<HashMap<String, Answer>>,
    seen: Mutex<Vec<Seen>>,
    is_over: AtomicBool,
    connections: AtomicU64,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with("http", |stream| stream)
    }

    /// Starts a server whose connections `secure` makes from those of the system.
    pub(crate) fn start_with<C: Connection>(
        scheme: &'static str,
        secure: impl Fn(TcpStream) -> C + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let accepted = Arc::clone(&shared);
        let secure = Arc::new(secure);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepted.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let (shared, secure) = (Arc::clone(&accepted), Arc::clone(&secure));
                shared.connections.fetch_add(1, Ordering::Relaxed);
                // A client that goes away ends its connection's thread.
                thread::spawn(move || drop(stream.and_then(|stream| serve(&shared, secure(stream)))));
            }
        });
        Self { address, scheme, shared }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// Sets the answer of a path.
    pub(crate) fn set(&self, path: &str, answer: Answer) {
        self.shared.routes.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Returns the requests so far, and forgets them.
    pub(crate) fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.shared.seen.lock().unwrap())
    }

    pub(crate) fn seen_paths(&self) -> Vec<String> {
        self.take_seen().into_iter().map(|seen| seen.path).collect()
    }

    /// Adds wheels of a package: the page in JSON, the files, and their separate metadata.
    pub(crate) fn add(&self, name: &str, wheels: &[Wheel]) {
        let mut files = Vec::new();
        for wheel in wheels {
            let metadata = wheel.metadata.as_bytes();
            let hashes = format!(r#"{{"sha256": "{}"}}"#, sha256(&wheel.bytes));
            let separate = match metadata {
                [] => "false".to_owned(),
                metadata => format!(r#"{{"sha256": "{}"}}"#, sha256(metadata)),
            };
            files.push(format!(
                r#"{{"filename": "{0}", "url": "../../files/{0}", "hashes": {hashes}, "size": {1}, "core-metadata": {separate}}}"#,
                wheel.file_name,
                wheel.bytes.len(),
            ));
            self.add_file(wheel);
        }
        let page = format!(r#"{{"meta": {{"api-version": "1.1"}}, "name": "{name}", "files": [{}]}}"#, files.join(","));
        self.set(
            &format!("/simple/{name}/"),
            Answer::Body("application/vnd.pypi.simple.v1+json".to_owned(), page.into()),
        );
    }

    /// Adds wheels of a package, with a page in HTML.
    pub(crate) fn add_html(&self, name: &str, wheels: &[Wheel]) {
        let mut page = format!("<!DOCTYPE html><html><head><title>Links for {name}</title></head><body>\n");
        for wheel in wheels {
            page += &format!("<a href='/files/{0}#sha256={1}'>{0}</a><br>\n", wheel.file_name, sha256(&wheel.bytes));
            self.add_file(wheel);
        }
        self.set(&format!("/simple/{name}/"), Answer::Body("text/html; charset=utf-8".to_owned(), page.into()));
    }

    fn add_file(&self, wheel: &Wheel) {
        let path = format!("/files/{}", wheel.file_name);
        self.set(&path, Answer::Body("application/octet-stream".to_owned(), wheel.bytes.clone()));
        if !wheel.metadata.is_empty() {
            let body = wheel.metadata.clone().into_bytes();
            self.set(&format!("{path}.metadata"), Answer::Body("text/plain".to_owned(), body));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(shared: &Shared, stream: impl Connection) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        // A proxy is asked for a connection to the host, or for the whole address.
        let is_tunnel = line.starts_with("CONNECT ");
        let path = path
            .strip_prefix("http://")
            .and_then(|rest| rest.find('/').map(|at| rest[at..].to_owned()))
            .unwrap_or(path);
        shared.seen.lock().unwrap().push(Seen { path: path.clone(), headers: headers.clone() });
        if is_tunnel {
            write!(reader.get_mut(), "HTTP/1.1 200 OK\r\n\r\n")?;
            continue;
        }
        let answer = shared.next(&path);
        let out = reader.get_mut();
        if !answer.send(out, &headers, shared)? {
            return Ok(());
        }
        reader.get_mut().flush()?;
    }
}

impl Shared {
    fn next(&self, path: &str) -> Answer {
        let mut routes = self.routes.lock().unwrap();
        match routes.get_mut(path) {
            None => Answer::Status(404),
            Some(Answer::Sequence(answers)) if answers.len() > 1 => answers.remove(0),
            Some(Answer::Sequence(answers)) => answers[0].clone(),
            Some(answer) => answer.clone(),
        }
    }
}

impl Answer {
    /// Sends the answer. Returns whether the connection goes on.
    fn send(
        &self,
        out: &mut impl Connection,
        headers: &HashMap<String, String>,
        shared: &Shared,
    ) -> std::io::Result<bool> {
        match self {
            Self::Secret(secret, answer) => match headers.get("authorization") == Some(secret) {
                true => return answer.send(out, headers, shared),
                false => write!(out, "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n")?,
            },
            Self::Status(status) => write!(out, "HTTP/1.1 {status} X\r\ncontent-length: 4\r\n\r\nbody")?,
            Self::Header(status, header) => {
                write!(out, "HTTP/1.1 {status} X\r\n{header}\r\ncontent-length: 0\r\n\r\n")?
            }
            Self::Body(kind, body) => send_body(out, headers, kind, body)?,
            Self::Cut(body, count) => {
                let start = range(headers).unwrap_or(0).min(body.len());
                let rest = &body[start..];
                let status = if start > 0 { "206 Partial Content" } else { "200 OK" };
                let range = format!("content-range: bytes {start}-{}/{}\r\n", body.len().saturating_sub(1), body.len());
                write!(out, "HTTP/1.1 {status}\r\n{range}content-length: {}\r\n\r\n", rest.len())?;
                out.write_all(&rest[..rest.len().min(*count)])?;
                return Ok(false);
            }
            Self::Stall(start, length) => {
                write!(out, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n")?;
                out.write_all(start)?;
                out.flush()?;
                // Ends when the client does.
                let _ = out.read(&mut [0; 1]);
                return Ok(false);
            }
            Self::Drip => {
                write!(out, "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")?;
                while !shared.is_over.load(Ordering::Relaxed) {
                    out.write_all(b"x")?;
                    thread::sleep(Duration::from_millis(20));
                }
                return Ok(false);
            }
            Self::Endless => {
                write!(out, "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n")?;
                while !shared.is_over.load(Ordering::Relaxed) {
                    out.write_all(&[b' '; 1 << 16])?;
                }
                return Ok(false);
            }
            Self::Sequence(_) => {}
        }
        Ok(true)
    }
}

fn range(headers: &HashMap<String, String>) -> Option<usize> {
    headers.get("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

fn send_body(out: &mut impl Write, headers: &HashMap<String, String>, kind: &str, body: &[u8]) -> std::io::Result<()> {
    let etag = format!("\"{}\"", &sha256(body)[..8]);
    if headers.get("if-none-match") == Some(&etag) {
        return write!(out, "HTTP/1.1 304 Not Modified\r\netag: {etag}\r\n\r\n");
    }
    if let Some(start) = range(headers) {
        if start >= body.len() {
            return write!(out, "HTTP/1.1 416 X\r\ncontent-length: 0\r\n\r\n");
        }
        let rest = &body[start..];
        let range = format!("bytes {start}-{}/{}", body.len() - 1, body.len());
        write!(out, "HTTP/1.1 206 X\r\ncontent-range: {range}\r\ncontent-length: {}\r\n\r\n", rest.len())?;
        return out.write_all(rest);
    }
    let is_text = kind.starts_with("text/") || kind.contains("json");
    let (body, coding) = match is_text && headers.get("accept-encoding").is_some_and(|coding| coding.contains("gzip")) {
        true => {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(body)?;
            (packed.finish()?, "content-encoding: gzip\r\n")
        }
        false => (body.to_vec(), ""),
    };
    let length = body.len();
    write!(out, "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\netag: {etag}\r\n{coding}content-length: {length}\r\n\r\n")?;
    out.write_all(&body)
}
