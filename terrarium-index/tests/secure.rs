//! Encrypted indexes: the authorities that are trusted, and tunnels through a proxy.

mod support;

use std::{fs, path::Path};

use support::{Authority, Server, TunnelProxy, Wheel, target};
use terrarium_index::{Control, Error, Index, IndexOptions, Request, Surroundings, resolve};

/// Adds a package to a server.
fn filled(server: Server) -> Server {
    server.add("app", &[Wheel::new("app-1-py3-none-any.whl", &[])]);
    server
}

/// Resolves and downloads the package with the settings in variables. Returns the names of the files.
fn downloaded(folder: &Path, index: &str, variables: &[(&str, &str)]) -> Result<Vec<String>, Error> {
    let mut here = Surroundings::default();
    let all = [("PIP_INDEX_URL", index), ("PIP_RETRIES", "0")];
    here.variables.extend(all.iter().chain(variables).map(|(name, value)| (name.to_string(), value.to_string())));
    let options = IndexOptions::from_user(folder.join("cache"), &here)?;
    let index = Index::new(&options, target())?;
    let mut control = Control::default();
    let found = resolve(&Request::new(["app"])?, &[&index], &target(), &mut control)?;
    let into = folder.join("into");
    index.download(&found.wheels(), &into, &mut control)?;
    Ok(support::names(&into))
}

#[test]
fn a_server_is_trusted_whose_authority_is_in_the_file_that_the_user_names() {
    let (authority, dir) = (Authority::new(), tempfile::tempdir().unwrap());
    let server = filled(authority.server("127.0.0.1"));
    let file = dir.path().join("authorities.pem");
    let file = file.to_str().unwrap();
    // Files of authorities have many, with comments.
    fs::write(file, format!("# one\n{}\n# another\n{}", Authority::new().pem, authority.pem)).unwrap();
    for name in ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        let folder = tempfile::tempdir().unwrap();
        let found = downloaded(folder.path(), &server.url("/simple"), &[(name, file)]).unwrap();
        assert_eq!(found, ["app-1-py3-none-any.whl"], "{name}");
    }
    let absent = dir.path().join("absent.pem");
    let error = downloaded(dir.path(), &server.url("/simple"), &[("SSL_CERT_FILE", absent.to_str().unwrap())]);
    assert!(error.unwrap_err().to_string().contains("absent.pem"));
    fs::write(file, "no certificate").unwrap();
    let error = downloaded(dir.path(), &server.url("/simple"), &[("SSL_CERT_FILE", file)]).unwrap_err();
    assert!(error.to_string().contains("authorities.pem") && error.code() == "index_setting", "{error}");
}

#[test]
fn a_server_with_another_certificate_is_refused_and_the_error_names_the_setting() {
    let (authority, other, dir) = (Authority::new(), Authority::new(), tempfile::tempdir().unwrap());
    let server = filled(authority.server("127.0.0.1"));
    let file = dir.path().join("other.pem");
    fs::write(&file, &other.pem).unwrap();
    // The other authority has the same name and another key.
    for variables in [&[][..], &[("SSL_CERT_FILE", file.to_str().unwrap())]] {
        let error = downloaded(dir.path(), &server.url("/simple"), variables).unwrap_err();
        let text = error.to_string();
        assert!(error.code() == "index_request" && text.starts_with(&server.url("/simple/app/: ")), "{text}");
        assert!(text.contains("its certificate is not trusted") && text.contains("`SSL_CERT_FILE`"), "{text}");
    }
    // The certificate of another host is no matter of authorities.
    fs::write(&file, &authority.pem).unwrap();
    let elsewhere = filled(authority.server("elsewhere.example.com"));
    let variables = [("SSL_CERT_FILE", file.to_str().unwrap())];
    let text = downloaded(dir.path(), &elsewhere.url("/simple"), &variables).unwrap_err().to_string();
    assert!(text.contains("not valid for name") && !text.contains("SSL_CERT_FILE"), "{text}");
    assert!(!dir.path().join("into").exists());
}

#[test]
fn an_encrypted_index_is_reached_through_a_proxy_that_sees_no_content() {
    let (authority, dir) = (Authority::new(), tempfile::tempdir().unwrap());
    let server = filled(authority.server("127.0.0.1"));
    let file = dir.path().join("authorities.pem");
    fs::write(&file, &authority.pem).unwrap();
    let certificates = ("SSL_CERT_FILE", file.to_str().unwrap());
    let index = server.url("/simple").replace("https://", "https://reader:secret@");
    let fetched = |variables: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        downloaded(folder.path(), &index, &[&[certificates], variables].concat())
    };

    let proxy = TunnelProxy::start(None);
    assert_eq!(fetched(&[("HTTPS_PROXY", &proxy.url(""))]).unwrap(), ["app-1-py3-none-any.whl"]);
    let asked = proxy.take_asked();
    let target = format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", server.port());
    assert!(!asked.is_empty() && asked.iter().all(|head| head.starts_with(&target)), "{asked:?}");
    let tells = |head: &String| head.contains("/simple") || head.to_ascii_lowercase().contains("\r\nauthorization");
    assert!(!asked.iter().any(tells), "{asked:?}");

    // An address without encryption has no tunnel, and hosts may be left out.
    assert!(fetched(&[("HTTP_PROXY", &proxy.url(""))]).is_ok());
    assert!(fetched(&[("HTTPS_PROXY", &proxy.url("")), ("NO_PROXY", "127.0.0.0/8")]).is_ok());
    assert!(proxy.take_asked().is_empty());

    let strict = TunnelProxy::start(Some("Basic cHJveHk6YSBiJQ=="));
    assert!(fetched(&[("HTTPS_PROXY", &strict.url("proxy:a%20b%25@"))]).is_ok());
    let text = fetched(&[("HTTPS_PROXY", &strict.url("proxy:wrong@"))]).unwrap_err().to_string();
    assert!(text.contains("the proxy asks for a name and a password") && !text.contains("wrong"), "{text}");
    let nowhere = "http://127.0.0.1:9";
    let text = fetched(&[("HTTPS_PROXY", nowhere)]).unwrap_err().to_string();
    assert!(text.contains("127.0.0.1"), "{text}");
}
