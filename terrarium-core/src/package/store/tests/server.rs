//! A server of a distribution and an index on the loopback interface.

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use sha2::{Digest, Sha256};

use super::super::LOCK_FILE;
use crate::package::wheel::tests::zip;

/// Serves files, and records the requested paths and ranges.
#[derive(Clone, Default)]
pub(super) struct Server {
    pub(super) files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// The bytes of a body after which a connection is closed, for as many responses as there are entries.
    pub(super) breaks: Arc<Mutex<Vec<usize>>>,
    /// The start of the paths that get no answer, and the connections that wait for one.
    pub(super) silent: Arc<Mutex<Option<String>>>,
    pub(super) waiting: Arc<Mutex<Vec<TcpStream>>>,
}

impl Server {
    /// Starts the server; the address has no `/` at its end.
    pub(super) fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = server.answer(stream.unwrap());
            }
        });
        format!("http://{address}/d")
    }

    fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
        let mut start = 0;
        for line in lines.by_ref() {
            let line = line?.to_ascii_lowercase();
            if let Some(range) = line.strip_prefix("range: bytes=") {
                start = range.trim_end_matches('-').parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches("/d/").to_owned();
        self.asked.lock().unwrap().push(format!("{path}@{start}"));
        if self.silent.lock().unwrap().as_ref().is_some_and(|silent| path.starts_with(silent)) {
            self.waiting.lock().unwrap().push(stream);
            return Ok(());
        }
        let Some(body) = self.files.lock().unwrap().get(&path).cloned() else {
            return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        };
        let (status, extra) = match start {
            0 => ("200 OK", String::new()),
            start if start >= body.len() => {
                let head = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                return stream.write_all(head.as_bytes());
            }
            start => ("206 Partial", format!("Content-Range: bytes {start}-{}/{}\r\n", body.len() - 1, body.len())),
        };
        let rest = &body[start..];
        let kind = match path.starts_with("simple/") {
            true => "application/vnd.pypi.simple.v1+json",
            false => "application/octet-stream",
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{extra}Connection: close\r\n\r\n",
            rest.len()
        )?;
        let is_page = path == LOCK_FILE || path.ends_with('/');
        let stop = if is_page { None } else { self.breaks.lock().unwrap().pop() };
        stream.write_all(&rest[..stop.unwrap_or(rest.len()).min(rest.len())])
    }

    /// Serves a distribution: packages with their versions and dependencies.
    pub(super) fn distribution(&self, packages: &[(&str, &str, &[&str])]) {
        let mut files = BTreeMap::new();
        let mut locked = serde_json::Map::new();
        for (name, version, depends) in packages {
            let module = format!("version = '{version}' # {}", "padding ".repeat(2000));
            let info = format!("{name}-{version}.dist-info/METADATA");
            let metadata = format!("Name: {name}\nVersion: {version}\n");
            let tags = format!("{name}-{version}.dist-info/WHEEL");
            let wheel = zip(&[
                (&format!("{name}.py"), &module, None),
                (&info, &metadata, None),
                (&tags, "Wheel-Version: 1.0\n", None),
            ]);
            let file = format!("{name}-{version}-py3-none-any.whl");
            let package = serde_json::json!({
                "name": name, "version": version, "file_name": file, "depends": depends, "imports": [name],
                "sha256": format!("{:x}", Sha256::digest(&wheel)), "package_type": "package", "install_dir": "site",
            });
            locked.insert((*name).to_owned(), package);
            files.insert(file, wheel);
        }
        let info = serde_json::json!({"abi_version": "2026_0", "python": "3.14.2"});
        let lock = serde_json::json!({"info": info, "packages": locked}).to_string();
        files.insert(LOCK_FILE.to_owned(), lock.into_bytes());
        *self.files.lock().unwrap() = files;
    }

    /// Adds a wheel to the server's index. `requires` are the lines of its metadata.
    pub(super) fn release(&self, name: &str, version: &str, tags: &str, requires: &[&str]) {
        let file = format!("{name}-{version}-{tags}.whl");
        let requires: String = requires.iter().map(|line| format!("Requires-Dist: {line}\n")).collect();
        let wheel = zip(&[
            (&format!("{name}/__init__.py"), &format!("version = '{version}'"), None),
            (
                &format!("{name}-{version}.dist-info/METADATA"),
                &format!("Name: {name}\nVersion: {version}\nProvides-Extra: more\n{requires}"),
                None,
            ),
            (&format!("{name}-{version}.dist-info/WHEEL"), "Wheel-Version: 1.0\n", None),
        ]);
        let hash = format!("{:x}", Sha256::digest(&wheel));
        let entry = serde_json::json!({"filename": file, "url": format!("../../{file}"), "hashes": {"sha256": hash}});
        let mut files = self.files.lock().unwrap();
        let page = files.entry(format!("simple/{name}/")).or_insert_with(|| {
            serde_json::json!({"meta": {"api-version": "1.0"}, "name": name, "files": []}).to_string().into_bytes()
        });
        let mut parsed: serde_json::Value = serde_json::from_slice(page).unwrap();
        parsed["files"].as_array_mut().unwrap().push(entry);
        *page = parsed.to_string().into_bytes();
        files.insert(file, wheel);
    }

    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}
