//! Servers and wheels that are broken or hostile: a clear error that names the file, and a target folder as before.

mod support;

use std::{
    fs,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use support::{Answer, Server, Wheel, index, names, options, sha256, target};
use terrarium_index::{Bounds, Cancel, Control, Error, Hashes, Index, IndexOptions, Request, WheelFile, resolve};

const JSON: &str = "application/vnd.pypi.simple.v1+json";
const GOOD: &str = "good-1-py3-none-any.whl";
const BAD: &str = "bad-1-py3-none-any.whl";

fn resolved(index: &Index, name: &str) -> Result<Vec<Arc<WheelFile>>, Error> {
    let request = Request::new([name])?;
    Ok(resolve(&request, &[index], &target(), &mut Control::default())?.wheels())
}

/// Returns the entry of a wheel that has these bytes on a server.
fn entry(server: &Server, wheel: &Wheel) -> Arc<WheelFile> {
    let mut file = WheelFile::new(&wheel.file_name, &server.url(&format!("/files/{}", wheel.file_name))).unwrap();
    file.hashes.add("sha256", &sha256(&wheel.bytes)).unwrap();
    Arc::new(file)
}

/// Downloads a good wheel and a bad one into a folder that has a file already, and returns the error.
fn refused(server: &Server, bad: &Arc<WheelFile>, change: impl FnOnce(IndexOptions) -> IndexOptions) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("into");
    fs::create_dir(&into).unwrap();
    fs::write(into.join("before"), "x").unwrap();
    let good = Wheel::new(GOOD, &[]);
    server.set(&format!("/files/{GOOD}"), Answer::Body("x".to_owned(), good.bytes.clone()));
    let options = change(options(server, &folder.path().join("cache")));
    let index = Index::new(&options, target()).unwrap();
    let error = index.download(&[entry(server, &good), Arc::clone(bad)], &into, &mut Control::default()).unwrap_err();
    assert_eq!(names(&into), ["before"], "{error}");
    error
}

/// Returns the error for a wheel with this content.
fn refused_wheel(wheel: &Wheel) -> String {
    let server = Server::start();
    server.set(&format!("/files/{}", wheel.file_name), Answer::Body("x".to_owned(), wheel.bytes.clone()));
    let error = refused(&server, &entry(&server, wheel), |mut options| {
        options.bounds.unpacked_bytes = 1 << 20;
        options.bounds.members = 100;
        options
    });
    assert_eq!(error.code(), "index_wheel", "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&wheel.file_name), "{text}");
    text
}

/// Returns the error for a page with this answer.
fn refused_page(answer: Answer) -> Error {
    let server = Server::start();
    server.set("/simple/bad/", answer);
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&server, folder.path());
    options.bounds.page_bytes = 1 << 20;
    options.bounds.read = Duration::from_secs(1);
    options.bounds.retries = 1;
    let error = resolved(&Index::new(&options, target()).unwrap(), "bad").unwrap_err();
    assert!(error.to_string().contains("/simple/bad/"), "{error}");
    error
}

#[test]
fn a_file_with_another_hash_is_refused_and_not_kept() {
    let server = Server::start();
    let bad = Wheel::new(BAD, &[]);
    server.set(&format!("/files/{BAD}"), Answer::Body("x".to_owned(), Wheel::new(BAD, &["other"]).bytes));
    let error = refused(&server, &entry(&server, &bad), |options| options);
    assert_eq!(error.code(), "index_hash");
    let text = error.to_string();
    assert!(text.starts_with(BAD) && text.contains(&sha256(&bad.bytes)) && text.contains("/files/bad"), "{text}");
}

#[test]
fn a_file_without_a_hash_is_refused_unless_the_caller_trusts_the_server() {
    let server = Server::start();
    let wheel = Wheel::new(BAD, &[]);
    server.set(&format!("/files/{BAD}"), Answer::Body("x".to_owned(), wheel.bytes.clone()));
    let mut file = WheelFile::clone(&entry(&server, &wheel));
    file.hashes = Hashes::default();
    let error = refused(&server, &Arc::new(file.clone()), |options| options);
    assert!(error.to_string().contains("the index states no hash of SHA-256 or stronger"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&server, &folder.path().join("cache"));
    options.allow_unhashed = true;
    let index = Index::new(&options, target()).unwrap();
    let found = index.download(&[Arc::new(file)], &folder.path().join("w"), &mut Control::default()).unwrap();
    assert_eq!(found[0].sha256, sha256(&wheel.bytes));
}

#[test]
fn a_wheel_of_another_package_is_refused() {
    let other = Wheel::new("other-1-py3-none-any.whl", &[]);
    let text = refused_wheel(&Wheel { file_name: BAD.to_owned(), ..other });
    assert!(text.contains("its METADATA is that of other 1, not of bad 1"), "{text}");
}

#[test]
fn members_that_lead_out_of_the_folder_are_refused() {
    for name in ["../evil.py", "/etc/evil", "a/../../evil", "a//b", "./a", "a\\..\\evil", "C:evil", "a/\u{7}", "link:a"]
    {
        let text = refused_wheel(&Wheel::with_members(BAD, &[], &[(name, b"/etc/passwd")]));
        assert!(text.contains("member"), "{name}: {text}");
    }
}

#[test]
fn archives_that_are_too_large_unpacked_are_refused() {
    let zeros = vec![0; 600 << 10];
    let text = refused_wheel(&Wheel::with_members(BAD, &[], &[("a", &zeros), ("b", &zeros)]));
    assert!(text.contains("more than 1048576 bytes: raise `unpacked_bytes`"), "{text}");
    let many: Vec<String> = (0..200).map(|n| format!("m{n}.py")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(refused_wheel(&Wheel::with_members(BAD, &[], &many)).contains("the limit is 100"));
}

#[test]
fn a_member_that_is_larger_than_it_claims_is_refused() {
    let zeros = vec![0; 500 << 10];
    let mut wheel = Wheel::with_members(BAD, &[], &[("bomb", &zeros)]);
    // The size in the directory, and in the member's own head.
    let claim = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    let mut count = 0;
    for at in 0..wheel.bytes.len() - 4 {
        if wheel.bytes[at..at + 4] == claim {
            wheel.bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
            count += 1;
        }
    }
    assert!(count >= 1);
    let text = refused_wheel(&wheel);
    assert!(text.contains("member \"bomb\""), "{text}");
}

#[test]
fn broken_archives_are_refused() {
    let good = Wheel::new(BAD, &[]);
    let with = |bytes: Vec<u8>| Wheel { bytes, ..good.clone() };
    assert!(refused_wheel(&with(b"<html>Not here</html>".to_vec())).contains("no zip archive"));
    assert!(refused_wheel(&with(Vec::new())).contains("no zip archive"));
    assert!(refused_wheel(&with(good.bytes[..good.bytes.len() - 30].to_vec())).contains("no zip archive"));
    // The content of a member.
    let text = "x = 1 # a text that is long enough to be found in the archive".repeat(30);
    let mut broken = Wheel::with_members(BAD, &[], &[("a.py", text.as_bytes())]);
    broken.bytes[45] ^= 0xff;
    refused_wheel(&broken);
}

#[test]
fn wheels_without_their_metadata_are_refused() {
    let info = "bad-1.dist-info";
    let metadata: (&str, &[u8]) = ("bad-1.dist-info/METADATA", b"Name: bad\nVersion: 1\n");
    for (members, expected) in [
        (vec![("a.py", &b""[..])], "no folder `*.dist-info`"),
        (vec![("bad-1.dist-info/WHEEL", &b"Wheel-Version: 1.0\n"[..])], "no member \"bad-1.dist-info/METADATA\""),
        (vec![metadata], "no member \"bad-1.dist-info/WHEEL\""),
        (vec![metadata, ("bad-1.dist-info/WHEEL", b"Wheel-Version: 2.0\n")], "version 2.0 of the format"),
        (vec![metadata, ("bad-1.dist-info/WHEEL", b"")], "states no version"),
        (vec![metadata, ("c-1.dist-info/METADATA", b"")], "two folders with metadata"),
        (vec![metadata, (info, b"")], "is a file and a folder"),
    ] {
        let text = refused_wheel(&Wheel::raw(BAD, &members));
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn a_wheel_with_nothing_but_metadata_is_reported() {
    let server = Server::start();
    let wheel = Wheel::with_members(GOOD, &[], &[]);
    server.set(&format!("/files/{GOOD}"), Answer::Body("x".to_owned(), wheel.bytes.clone()));
    let folder = tempfile::tempdir().unwrap();
    let index = index(&server, &folder.path().join("cache"));
    let found = index.download(&[entry(&server, &wheel)], &folder.path().join("w"), &mut Control::default()).unwrap();
    assert!(found[0].is_placeholder);
}

#[test]
fn a_download_that_breaks_off_is_continued() {
    let server = Server::start();
    let text: Vec<u8> = (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let wheel = Wheel::with_members(GOOD, &[], &[("data.bin", &text)]);
    server.set(&format!("/files/{GOOD}"), Answer::Cut(wheel.bytes.clone(), 150_000));
    let folder = tempfile::tempdir().unwrap();
    let index = index(&server, &folder.path().join("cache"));
    index.download(&[entry(&server, &wheel)], &folder.path().join("w"), &mut Control::default()).unwrap();
    assert_eq!(fs::read(folder.path().join("w").join(GOOD)).unwrap(), wheel.bytes);
    let starts: Vec<Option<String>> =
        server.take_seen().into_iter().map(|seen| seen.headers.get("range").cloned()).collect();
    assert!(starts.len() > 4, "{starts:?}");
    assert_eq!((&starts[0], starts[1].as_deref()), (&None, Some("bytes=150000-")));
}

#[test]
fn a_part_of_another_file_is_not_continued_for_ever() {
    let server = Server::start();
    let wheel = Wheel::new(GOOD, &[]);
    server.set(&format!("/files/{GOOD}"), Answer::Body("x".to_owned(), wheel.bytes.clone()));
    let folder = tempfile::tempdir().unwrap();
    let file = entry(&server, &wheel);
    let cache = folder.path().join("cache");
    let part = cache.join("wheels").join(sha256(file.hashes.to_string().as_bytes())).join(".part");
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    fs::write(&part, "of another file").unwrap();
    index(&server, &cache).download(&[file], &folder.path().join("w"), &mut Control::default()).unwrap();
    assert_eq!(fs::read(folder.path().join("w").join(GOOD)).unwrap(), wheel.bytes);
}

#[test]
fn files_that_do_not_arrive_are_refused() {
    let wheel = Wheel::new(BAD, &[]);
    let redirect = |to: &str| Answer::Header(302, format!("location: {to}"));
    for (answer, expected) in [
        (Answer::Status(404), "status 404"),
        (Answer::Status(500), "status 500"),
        (Answer::Status(403), "the server refuses access"),
        (Answer::Status(204), "status 204"),
        (Answer::Cut(wheel.bytes.clone(), 0), "bad-1-py3-none-any.whl"),
        (Answer::Stall(wheel.bytes[..10].to_vec(), 1000), "bad-1-py3-none-any.whl"),
        (Answer::Drip, "the server is too slow"),
        (redirect("/files/bad-1-py3-none-any.whl"), "more than 5 redirects"),
        (redirect("file:///etc/passwd"), "which is less secure"),
        (redirect("http://["), "is no address"),
        (Answer::Header(200, "content-encoding: gzip".to_owned()), "a compressed file"),
    ] {
        let server = Server::start();
        server.set(&format!("/files/{BAD}"), answer);
        let error = refused(&server, &entry(&server, &wheel), |mut options| {
            options.bounds.read = Duration::from_secs(1);
            options.bounds.retries = 1;
            options
        });
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains("bad-1-py3-none-any.whl"), "{expected}: {text}");
    }
}

#[test]
fn files_beyond_their_bound_or_their_stated_size_are_refused() {
    let server = Server::start();
    let wheel = Wheel::new(BAD, &[]);
    let path = format!("/files/{BAD}");
    let small = |mut options: IndexOptions| {
        options.bounds.wheel_bytes = 100_000;
        options
    };
    server.set(&path, Answer::Endless);
    let error = refused(&server, &entry(&server, &wheel), small);
    assert_eq!(error.to_string(), format!("{BAD} has more than 100000 bytes: raise `wheel_bytes`"));
    server.set(&path, Answer::Body("x".to_owned(), vec![0; 200_000]));
    assert_eq!(refused(&server, &entry(&server, &wheel), small).code(), "index_too_large");
    let mut stated = WheelFile::clone(&entry(&server, &wheel));
    stated.size = Some(50);
    server.set(&path, Answer::Body("x".to_owned(), vec![0; 90_000]));
    let text = refused(&server, &Arc::new(stated.clone()), small).to_string();
    assert!(text.contains("it has 90000 bytes, the index states 50"), "{text}");
    server.set(&path, Answer::Endless);
    let text = refused(&server, &Arc::new(stated), small).to_string();
    assert!(text.contains("more than the 50 bytes of the index"), "{text}");
}

#[test]
fn pages_that_are_none_are_refused() {
    let body = |kind: &str, text: &str| Answer::Body(kind.to_owned(), text.as_bytes().to_vec());
    for (answer, code, expected) in [
        (body(JSON, "<!doctype html><title>Sign in</title>"), "index_format", "it looks like HTML"),
        (
            body("text/html", "<title>Sign in</title><a href='/login'>"),
            "index_format",
            "is the address that of an index?",
        ),
        (body("image/png", "x"), "index_format", "its type is \"image/png\""),
        (body(JSON, "{"), "index_format", "no page of an index in JSON"),
        (Answer::Status(500), "index_request", "status 500"),
        (Answer::Header(429, "retry-after: 0".to_owned()), "index_request", "status 429"),
        (Answer::Status(418), "index_request", "status 418"),
        (Answer::Status(403), "index_credentials", "status 403"),
        (Answer::Status(407), "index_credentials", "the proxy asks for"),
        (Answer::Header(301, "location: /simple/bad/".to_owned()), "index_request", "redirects"),
        (Answer::Cut(b"<title>Links for bad</title>".to_vec(), 5), "index_request", "http"),
        (Answer::Stall(b"<title>".to_vec(), 1000), "index_request", "http"),
        (Answer::Drip, "index_request", "the server is too slow"),
        (Answer::Endless, "index_too_large", "raise `page_bytes`"),
        (Answer::Header(200, "content-encoding: br".to_owned()), "index_request", "compression is not gzip"),
    ] {
        let error = refused_page(answer);
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(expected), "{expected}: {error}");
    }
}

#[test]
fn a_small_page_that_unpacks_to_a_large_one_is_refused() {
    // Sent as a page of text, which the server compresses a thousandfold.
    let error = refused_page(Answer::Body("text/html".to_owned(), vec![b' '; 8 << 20]));
    assert_eq!(error.code(), "index_too_large", "{error}");
}

#[test]
fn a_failure_that_passes_is_tried_again() {
    let server = Server::start();
    server.add("good", &[Wheel::new(GOOD, &[])]);
    let page = format!(
        r#"{{"meta": {{"api-version": "1.0"}}, "files": [{{"filename": "{GOOD}", "url": "/files/{GOOD}", "hashes": {{"sha256": "{}"}}}}]}}"#,
        sha256(&Wheel::new(GOOD, &[]).bytes)
    );
    let good = Answer::Body(JSON.to_owned(), page.into_bytes());
    let answers = vec![
        Answer::Status(503),
        Answer::Cut(b"x".to_vec(), 0),
        Answer::Header(429, "retry-after: 0".to_owned()),
        good,
    ];
    server.set("/simple/good/", Answer::Sequence(answers));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(resolved(&index(&server, folder.path()), "good").unwrap().len(), 1);
    assert_eq!(server.seen_paths().iter().filter(|path| *path == "/simple/good/").count(), 4);
}

#[test]
fn separate_metadata_with_another_hash_or_name_is_refused() {
    let server = Server::start();
    server.add("bad", &[Wheel::new(BAD, &[])]);
    let path = format!("/files/{BAD}.metadata");
    server.set(&path, Answer::Body("text/plain".to_owned(), b"Name: bad\nVersion: 1\nRequires-Dist: evil\n".to_vec()));
    let folder = tempfile::tempdir().unwrap();
    let error = resolved(&index(&server, folder.path()), "bad").unwrap_err();
    assert_eq!(error.code(), "index_hash");
    assert!(error.to_string().contains(&path), "{error}");
    let mut wheel = Wheel::new(BAD, &[]);
    wheel.metadata = "Name: other\nVersion: 1\n".to_owned();
    server.add("bad", &[wheel]);
    let error = resolved(&index(&server, tempfile::tempdir().unwrap().path()), "bad").unwrap_err().to_string();
    assert!(error.contains("its METADATA is that of other 1"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut bounds = Bounds::default();
    bounds.retries = 0;
    // A port that nothing listens at: the server has ended.
    let url = Server::start().url("/simple/");
    thread::sleep(Duration::from_millis(100));
    let index = Index::new(&IndexOptions::new(folder.path()).index(&url).bounds(bounds), target()).unwrap();
    let error = resolved(&index, "a").unwrap_err();
    assert_eq!(error.code(), "index_request");
    assert!(error.to_string().starts_with(&format!("{url}a/: ")), "{error}");
}

#[test]
fn a_cancellation_ends_a_call_that_waits_for_a_server() {
    for path in ["/simple/bad/", &format!("/files/{BAD}")] {
        let server = Server::start();
        let wheel = Wheel::new(BAD, &[]);
        let length = wheel.bytes.len();
        server.add("bad", &[wheel]);
        server.set(path, Answer::Stall(b"x".to_vec(), length));
        let folder = tempfile::tempdir().unwrap();
        let index = index(&server, &folder.path().join("cache"));
        let cancel = Cancel::default();
        let other = cancel.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(300));
            other.cancel();
        });
        let mut control = Control::new(cancel, |_| std::ops::ControlFlow::Continue(()));
        let start = Instant::now();
        let into = folder.path().join("w");
        let result = resolve(&Request::new(["bad"]).unwrap(), &[&index], &target(), &mut control)
            .and_then(|found| index.download(&found.wheels(), &into, &mut control));
        assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
        // Far less than the patience with the server.
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        assert_eq!(names(&into), [""; 0]);
    }
}

#[test]
fn several_calls_share_one_download() {
    let server = Arc::new(Server::start());
    let wheel = Wheel::new(GOOD, &[]);
    server.set(&format!("/files/{GOOD}"), Answer::Body("x".to_owned(), wheel.bytes.clone()));
    let folder = tempfile::tempdir().unwrap();
    let run = |at: usize| {
        let index = index(&server, &folder.path().join("cache"));
        let into = folder.path().join(format!("w{at}"));
        index.download(&[entry(&server, &wheel)], &into, &mut Control::default()).unwrap();
        assert_eq!(names(&into), [GOOD]);
    };
    thread::scope(|scope| {
        for at in 0..6 {
            let run = &run;
            scope.spawn(move || run(at));
        }
    });
    assert_eq!(server.seen_paths().len(), 1);
}

#[test]
fn a_file_may_be_asked_for_twice_but_not_two_of_one_name() {
    let server = Server::start();
    let (one, other) = (Wheel::new(GOOD, &[]), Wheel::new(GOOD, &["x"]));
    server.set(&format!("/files/{GOOD}"), Answer::Body("x".to_owned(), one.bytes.clone()));
    server.set("/other.whl", Answer::Body("x".to_owned(), other.bytes.clone()));
    let folder = tempfile::tempdir().unwrap();
    let index = index(&server, &folder.path().join("cache"));
    let (file, into) = (entry(&server, &one), folder.path().join("w"));
    let found = index.download(&[Arc::clone(&file), Arc::clone(&file)], &into, &mut Control::default()).unwrap();
    assert_eq!((found.len(), names(&into)), (2, vec![GOOD.to_owned()]));
    let mut second = WheelFile::new(GOOD, &server.url("/other.whl")).unwrap();
    second.hashes.add("sha256", &sha256(&other.bytes)).unwrap();
    let error = index.download(&[file, Arc::new(second)], &into, &mut Control::default()).unwrap_err();
    assert!(error.to_string().starts_with(&format!("{GOOD}: two different files")), "{error}");
    assert_eq!((names(&into), fs::read(into.join(GOOD)).unwrap()), (vec![GOOD.to_owned()], one.bytes));
}

#[test]
fn a_target_folder_that_cannot_be_made_is_named() {
    let server = Server::start();
    let wheel = Wheel::new(GOOD, &[]);
    server.set(&format!("/files/{GOOD}"), Answer::Body("x".to_owned(), wheel.bytes.clone()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let index = index(&server, &folder.path().join("cache"));
    let error = index.download(&[entry(&server, &wheel)], &file.join("w"), &mut Control::default()).unwrap_err();
    assert!(matches!(&error, Error::File { path, .. } if path.starts_with(&file)), "{error}");
    let blocked: &Path = &folder.path().join("w");
    fs::create_dir_all(blocked.join(GOOD).join("full")).unwrap();
    let replaced = index.download(&[entry(&server, &wheel)], blocked, &mut Control::default());
    assert!(replaced.is_ok() && blocked.join(GOOD).is_file(), "{replaced:?}");
}
