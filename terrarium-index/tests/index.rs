//! Resolution and download from an index on the loopback interface: pages in both forms, the cache, credentials, proxies.

mod support;

use std::{fs, ops::ControlFlow, sync::Arc};

use support::{Answer, Server, Wheel, index, names, options, target};
use terrarium_index::{
    Cancel, Catalogue, Control, Error, Hashes, Index, IndexOptions, Progress, PyLock, Request, Resolution,
    Surroundings, WheelFile, resolve,
};

fn run(index: &Index, requirements: &[&str]) -> Result<Resolution, Error> {
    let request = Request::new(requirements.iter().copied())?;
    resolve(&request, &[index], &target(), &mut Control::default())
}

fn shown(resolution: &Resolution) -> Vec<String> {
    resolution.packages().iter().map(|package| format!("{}=={}", package.name, package.version)).collect()
}

/// A server with a few packages that require one another.
fn filled(add: impl Fn(&Server, &str, &[Wheel])) -> Server {
    let server = Server::start();
    add(
        &server,
        "app",
        &[
            Wheel::new("app-1.0-py3-none-any.whl", &["lib"]),
            Wheel::new("app-2.0-py3-none-any.whl", &["lib>=2", "speed; extra == 'fast'"]),
        ],
    );
    add(&server, "lib", &[Wheel::new("lib-1-py3-none-any.whl", &[]), Wheel::new("lib-2-py3-none-any.whl", &[])]);
    let compiled = "speed-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl";
    add(
        &server,
        "speed",
        &[Wheel::new("speed-1-py3-none-any.whl", &[]), Wheel::with_members(compiled, &[], &[("speed.so", b"\0asm")])],
    );
    server
}

#[test]
fn packages_are_resolved_and_downloaded_from_both_forms_of_pages() {
    for add in [Server::add, Server::add_html] {
        let server = filled(add);
        let folder = tempfile::tempdir().unwrap();
        let (cache, wheels) = (folder.path().join("cache"), folder.path().join("wheels"));
        let index = index(&server, &cache);
        let found = run(&index, &["App[fast]"]).unwrap();
        assert_eq!(shown(&found), ["app==2.0", "lib==2", "speed==1"]);
        let summaries = index.download(&found.wheels(), &wheels, &mut Control::default()).unwrap();
        let expected = [
            "app-2.0-py3-none-any.whl",
            "lib-2-py3-none-any.whl",
            "speed-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
        ];
        assert_eq!(names(&wheels), expected);
        for (summary, name) in summaries.iter().zip(expected) {
            let bytes = fs::read(wheels.join(name)).unwrap();
            assert_eq!((summary.file_name.as_str(), summary.bytes), (name, bytes.len() as u64));
            assert_eq!(summary.sha256, support::sha256(&bytes));
            assert!(!summary.is_placeholder && summary.members == 4);
        }
    }
}

#[test]
fn metadata_is_read_without_the_wheel_where_the_index_has_it() {
    let server = filled(Server::add);
    let folder = tempfile::tempdir().unwrap();
    run(&index(&server, folder.path()), &["app"]).unwrap();
    let paths = server.seen_paths();
    assert!(paths.iter().any(|path| path.ends_with("app-2.0-py3-none-any.whl.metadata")), "{paths:?}");
    assert!(!paths.iter().any(|path| path.ends_with(".whl")), "{paths:?}");
    // The promised file is not there after all: the wheel has the metadata, too.
    server.set("/files/app-2.0-py3-none-any.whl.metadata", Answer::Status(404));
    let other = tempfile::tempdir().unwrap();
    assert_eq!(shown(&run(&index(&server, other.path()), &["app"]).unwrap()), ["app==2.0", "lib==2"]);
    assert!(server.seen_paths().iter().any(|path| path.ends_with("app-2.0-py3-none-any.whl")));
}

#[test]
fn a_second_client_asks_whether_pages_have_changed_and_downloads_nothing_again() {
    let server = filled(Server::add);
    let folder = tempfile::tempdir().unwrap();
    let (cache, wheels) = (folder.path().join("cache"), folder.path().join("wheels"));
    let first = index(&server, &cache);
    let found = run(&first, &["app"]).unwrap();
    first.download(&found.wheels(), &wheels, &mut Control::default()).unwrap();
    server.take_seen();
    let second = index(&server, &cache);
    let found = run(&second, &["app"]).unwrap();
    second.download(&found.wheels(), &wheels, &mut Control::default()).unwrap();
    let seen = server.take_seen();
    let paths: Vec<&str> = seen.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths, ["/simple/app/", "/simple/lib/"]);
    assert!(seen.iter().all(|seen| seen.headers.contains_key("if-none-match")), "{seen:?}");
    // A page that has changed is seen.
    server.add("lib", &[Wheel::new("lib-3-py3-none-any.whl", &[])]);
    assert_eq!(shown(&run(&index(&server, &cache), &["app"]).unwrap()), ["app==2.0", "lib==3"]);
}

#[test]
fn pages_that_are_fresh_are_not_asked_for() {
    let server = filled(Server::add);
    let page = r#"{"meta": {"api-version": "1.0"}, "files": []}"#;
    let header = format!(
        "content-type: application/vnd.pypi.simple.v1+json\r\ncache-control: max-age=600\r\nconnection: close\r\nx: {page}"
    );
    server.set("/simple/fresh/", Answer::Header(404, header));
    let folder = tempfile::tempdir().unwrap();
    // An absent page is never fresh: a package may appear at any time.
    for _ in 0..2 {
        assert!(run(&index(&server, folder.path()), &["fresh"]).is_err());
        assert_eq!(server.seen_paths(), ["/simple/fresh/"]);
    }
}

#[test]
fn offline_mode_uses_the_cache_alone() {
    let server = filled(Server::add);
    let folder = tempfile::tempdir().unwrap();
    let (cache, wheels) = (folder.path().join("cache"), folder.path().join("wheels"));
    let online = index(&server, &cache);
    let found = run(&online, &["app"]).unwrap();
    online.download(&found.wheels(), &wheels, &mut Control::default()).unwrap();
    assert!(run(&online, &["none"]).is_err());
    server.take_seen();
    let offline = Index::new(&options(&server, &cache).offline(true), target()).unwrap();
    let found = run(&offline, &["app"]).unwrap();
    assert_eq!(shown(&found), ["app==2.0", "lib==2"]);
    offline.download(&found.wheels(), &folder.path().join("again"), &mut Control::default()).unwrap();
    assert_eq!(names(&folder.path().join("again")), names(&wheels));
    let error = run(&offline, &["speed"]).unwrap_err();
    assert!(matches!(&error, Error::Offline { url } if url.ends_with("/simple/speed/")), "{error}");
    assert!(matches!(run(&offline, &["none"]).unwrap_err(), Error::NoSolution { .. }));
    assert!(server.take_seen().is_empty());
}

#[test]
fn a_catalogue_that_has_a_package_spares_the_requests_for_it() {
    let server = filled(Server::add);
    let folder = tempfile::tempdir().unwrap();
    let index = index(&server, folder.path());
    let mut catalogue = Catalogue::new("the distribution");
    catalogue.add("lib", "2.5", &[]).unwrap();
    let sources: [&dyn terrarium_index::Source; 2] = [&catalogue, &index];
    let of =
        |text: &str| resolve(&Request::new([text]).unwrap(), &sources, &target(), &mut Control::default()).unwrap();
    assert_eq!(shown(&of("app")), ["app==2.0", "lib==2.5"]);
    assert!(!server.seen_paths().contains(&"/simple/lib/".to_owned()));
    assert_eq!(shown(&of("lib<2")), ["lib==1"]);
}

#[test]
fn a_package_is_taken_from_the_first_index_that_has_it() {
    let (public, private) = (filled(Server::add), Server::start());
    private.add("lib", &[Wheel::new("lib-1.5-py3-none-any.whl", &[])]);
    let folder = tempfile::tempdir().unwrap();
    let options = options(&public, folder.path()).extra_index(&private.url("/simple"));
    let index = Index::new(&options, target()).unwrap();
    assert_eq!(shown(&run(&index, &["lib"]).unwrap()), ["lib==1.5"]);
    assert_eq!(shown(&run(&index, &["speed"]).unwrap()), ["speed==1"]);
    let text = run(&index, &["lib>1.5"]).unwrap_err().to_string();
    assert!(text.contains(&format!("lib: {} has 1.5", private.url("/simple/"))), "{text}");
}

#[test]
fn a_name_and_a_password_come_from_the_address_an_option_or_netrc() {
    let server = filled(Server::add);
    // `reader:se@cret` in the form of the header.
    let secret = "Basic cmVhZGVyOnNlQGNyZXQ=".to_owned();
    let page = r#"{"meta": {"api-version": "1.0"}, "files": [{"filename": "own-1-py3-none-any.whl", "url": "/own.whl", "hashes": {}}]}"#;
    let body = Answer::Body("application/vnd.pypi.simple.v1+json".to_owned(), page.into());
    server.set("/simple/own/", Answer::Secret(secret.clone(), Box::new(body)));
    let wheel = Wheel::new("own-1-py3-none-any.whl", &[]);
    let file = Answer::Body("application/zip".to_owned(), wheel.bytes.clone());
    server.set("/own.whl", Answer::Secret(secret, Box::new(file)));
    let in_address =
        |options: IndexOptions| options.index(&server.url("/simple/").replace("://", "://reader:se%40cret@"));
    let in_netrc = |mut options: IndexOptions| {
        options.netrc = Some("machine 127.0.0.1 login reader password se@cret".to_owned());
        options
    };
    let in_option = |mut options: IndexOptions| {
        let url = options.index.parse().unwrap();
        options.credentials.push((url, terrarium_index::Credential::new("reader", "se@cret")));
        options
    };
    for change in [&in_address as &dyn Fn(IndexOptions) -> IndexOptions, &in_netrc, &in_option] {
        let folder = tempfile::tempdir().unwrap();
        let mut options = change(options(&server, folder.path()));
        options.allow_unhashed = true;
        let index = Index::new(&options, target()).unwrap();
        let found = run(&index, &["own"]).unwrap();
        index.download(&found.wheels(), &folder.path().join("w"), &mut Control::default()).unwrap();
        assert_eq!(names(&folder.path().join("w")), ["own-1-py3-none-any.whl"]);
        let lock = PyLock::of(&found, &target()).to_toml().unwrap();
        assert!(!lock.contains("reader") && lock.contains("/own.whl"), "{lock}");
    }
    let folder = tempfile::tempdir().unwrap();
    let error = run(&index(&server, folder.path()), &["own"]).unwrap_err();
    assert_eq!(error.code(), "index_credentials");
    assert!(
        error.to_string().contains("/simple/own/: status 401: the server asks for a name and a password"),
        "{error}"
    );
    let wrong = options(&server, folder.path()).index(&server.url("/simple/").replace("://", "://reader:wrong@"));
    let error = run(&Index::new(&wrong, target()).unwrap(), &["own"]).unwrap_err().to_string();
    assert!(error.contains("refuses the name and the password") && !error.contains("wrong"), "{error}");
}

#[test]
fn a_password_is_not_sent_to_the_server_that_a_redirect_leads_to() {
    let (first, second) = (Server::start(), filled(Server::add));
    first.set("/simple/lib/", Answer::Header(302, format!("location: {}", second.url("/simple/lib/"))));
    let folder = tempfile::tempdir().unwrap();
    let options = options(&first, folder.path()).index(&first.url("/simple/").replace("://", "://reader:secret@"));
    let index = Index::new(&options, target()).unwrap();
    assert_eq!(shown(&run(&index, &["lib"]).unwrap()), ["lib==2"]);
    assert!(first.take_seen().iter().all(|seen| seen.headers.contains_key("authorization")));
    let seen = second.take_seen();
    assert!(!seen.is_empty() && seen.iter().all(|seen| !seen.headers.contains_key("authorization")), "{seen:?}");
}

#[test]
fn requests_pass_the_proxy_that_the_user_has_set() {
    let proxy = filled(Server::add);
    let folder = tempfile::tempdir().unwrap();
    let mut here = Surroundings::default();
    here.variables.insert("HTTP_PROXY".to_owned(), proxy.url(""));
    here.variables.insert("PIP_INDEX_URL".to_owned(), "http://packages.example/simple/".to_owned());
    let open = Index::new(&IndexOptions::from_user(folder.path(), &here).unwrap(), target()).unwrap();
    let error = run(&open, &["lib"]).unwrap_err().to_string();
    assert!(error.contains("packages.example/simple/lib/: the address is not encrypted"), "{error}");
    here.variables.insert("PIP_TRUSTED_HOST".to_owned(), "packages.example".to_owned());
    let index = Index::new(&IndexOptions::from_user(folder.path(), &here).unwrap(), target()).unwrap();
    assert_eq!(shown(&run(&index, &["lib"]).unwrap()), ["lib==2"]);
    let seen = proxy.take_seen();
    assert!(
        seen.iter()
            .any(|seen| seen.path.starts_with("packages.example")
                || seen.headers["host"].starts_with("packages.example")),
        "{seen:?}"
    );
}

#[test]
fn progress_counts_all_bytes_and_a_break_cancels() {
    let server = filled(Server::add);
    let folder = tempfile::tempdir().unwrap();
    let index = index(&server, folder.path());
    let found = run(&index, &["app"]).unwrap();
    let (mut last, mut files) = ((0, None), std::collections::BTreeSet::new());
    let mut control = Control::new(Cancel::default(), |progress| {
        if let Progress::Downloading { file_name, all_done, all_total, .. } = progress {
            files.insert(file_name.to_owned());
            last = (all_done, all_total);
        }
        ControlFlow::Continue(())
    });
    index.download(&found.wheels(), &folder.path().join("w"), &mut control).unwrap();
    drop(control);
    let size: u64 = found.wheels().iter().map(|wheel| wheel.size.unwrap()).sum();
    assert_eq!((last, files.len()), ((size, Some(size)), 2));
    let mut control = Control::new(Cancel::default(), |_| ControlFlow::Break(()));
    let result = index.download(&found.wheels(), &folder.path().join("x"), &mut control);
    assert!(matches!(result, Err(Error::Cancelled)));
    assert_eq!(names(&folder.path().join("x")), [""; 0]);
}

#[test]
fn hashes_of_the_request_choose_the_file_and_are_needed_for_all() {
    let server = filled(Server::add);
    let folder = tempfile::tempdir().unwrap();
    let index = index(&server, folder.path());
    let page = run(&index, &["speed"]).unwrap();
    let pure = &page.packages()[0].release.wheels[1];
    assert_eq!(pure.file_name, "speed-1-py3-none-any.whl");
    let mut request = Request::new(["speed"]).unwrap();
    request.hashes.insert("speed".parse().unwrap(), vec![pure.hashes.clone()]);
    let run = |request: &Request| resolve(request, &[&index], &target(), &mut Control::default());
    assert_eq!(run(&request).unwrap().wheels()[0].file_name, pure.file_name);
    let mut other = Hashes::default();
    other.add("sha256", &"0".repeat(64)).unwrap();
    request.hashes.insert("speed".parse().unwrap(), vec![other]);
    assert!(matches!(run(&request), Err(Error::NoSolution { .. })));
    let mut request = Request::new(["speed", "lib"]).unwrap();
    request.hashes.insert("speed".parse().unwrap(), vec![pure.hashes.clone()]);
    assert!(run(&request).unwrap_err().to_string().contains("so this one needs one too"));
}

#[test]
fn a_lock_gives_the_same_files_again() {
    let server = filled(Server::add);
    let folder = tempfile::tempdir().unwrap();
    let index = index(&server, folder.path());
    let found = run(&index, &["app[fast]"]).unwrap();
    let text = PyLock::of(&found, &target()).to_toml().unwrap();
    server.add("lib", &[Wheel::new("lib-9-py3-none-any.whl", &[])]);
    let lock = PyLock::parse(&text, "pylock.toml".as_ref()).unwrap();
    let wheels: Vec<Arc<WheelFile>> =
        lock.select(&target(), "pylock.toml".as_ref()).unwrap().into_iter().map(Arc::new).collect();
    index.download(&wheels, &folder.path().join("w"), &mut Control::default()).unwrap();
    let expected =
        ["app-2.0-py3-none-any.whl", "lib-2-py3-none-any.whl", "speed-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl"];
    assert_eq!(names(&folder.path().join("w")), expected);
}

#[test]
fn a_package_without_a_wheel_that_fits_is_explained_by_its_files() {
    let server = Server::start();
    let page = r#"{"meta": {"api-version": "1.0"}, "files": [
        {"filename": "big-2.tar.gz", "url": "/big-2.tar.gz", "hashes": {}},
        {"filename": "big-2-cp314-cp314-manylinux_2_28_x86_64.whl", "url": "/b.whl", "hashes": {}},
        {"filename": "big-1-py3-none-any.whl", "url": "/c.whl", "hashes": {}, "requires-python": "<3.10"}]}"#;
    server.set("/simple/big/", Answer::Body("application/vnd.pypi.simple.v1+json".to_owned(), page.into()));
    let folder = tempfile::tempdir().unwrap();
    let text = run(&index(&server, folder.path()), &["big"]).unwrap_err().to_string();
    for expected in [
        "you require big",
        "has no version that fits this Python",
        "big-2.tar.gz is a source archive",
        "big-2-cp314-cp314-manylinux_2_28_x86_64.whl is for another platform",
        "big-1-py3-none-any.whl requires Python <3.10",
        "pyemscripten_2026_0_wasm32",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}
