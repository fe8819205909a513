#!/usr/bin/env bash
# rustls 0.23.46 with rustls-webpki 0.103.16, certificates by rcgen 0.14.10: a certificate whose authority is not trusted
# is refused as `BadSignature`, if a trusted authority has the same name and another key. With any other name of the
# trusted authority the same certificate is refused as `UnknownIssuer`.
#
# Two authorities have one name where an authority was made again: proxies of companies that intercept TLS, test set-ups
# that are created anew, renewed roots. A client that tells its users to install the authority when it sees
# `UnknownIssuer` then says that the certificate is forged or damaged. Guess before the run: `UnknownIssuer` both times,
# since the chain ends at no trusted key; the signature is right.
#
# For terrarium's users: downloads name `SSL_CERT_FILE` and pip's `cert` in both cases
# (terrarium-index/src/http/transport.rs; terrarium-index/tests/secure.rs has an authority with the same name).
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/crate/src"
cat >"$dir/crate/Cargo.toml" <<'MANIFEST'
[package]
name = "seen"
version = "0.1.0"
edition = "2024"
[dependencies]
rcgen = { version = "=0.14.10", default-features = false, features = ["ring"] }
rustls = { version = "=0.23.46", default-features = false, features = ["ring", "std"] }
rustls-webpki = "=0.103.16"
MANIFEST
cat >"$dir/crate/src/main.rs" <<'PROGRAM'
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::ring::default_provider,
    pki_types::{ServerName, UnixTime},
};

/// Makes an authority of that name with a new key.
fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn main() {
    let issuer = authority("Example Authority");
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let leaf = params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
    let answer = |trusted: &CertifiedIssuer<'static, KeyPair>| {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.der().clone()).unwrap();
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider())).build().unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        match verifier.verify_server_cert(leaf.der(), &[], &name, &[], UnixTime::now()) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        }
    };
    println!("its authority: {}", answer(&issuer));
    println!("one with another name: {}", answer(&authority("Another Authority")));
    println!("one with the same name: {}", answer(&authority("Example Authority")));
}
PROGRAM
(cd "$dir/crate" && cargo generate-lockfile --quiet)
CARGO_TARGET_DIR="$dir/target" cargo run --quiet --locked --manifest-path "$dir/crate/Cargo.toml" >"$dir/seen"
cat "$dir/seen"
diff - "$dir/seen" <<'SEEN'
its authority: accepted
one with another name: invalid peer certificate: UnknownIssuer
one with the same name: invalid peer certificate: BadSignature
SEEN
