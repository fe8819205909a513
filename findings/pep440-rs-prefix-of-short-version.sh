#!/usr/bin/env bash
# pep440_rs 0.7.3 (the newest release; Rust 1.95) against packaging 26.4: a version with fewer numbers than a `.*`
# specifier matches it, and an exclusive bound at a pre-release excludes earlier pre-releases.
#
# `==1.2.*` contains 1, although 1 is 1.0; `!=1.5.*` does not contain 1; `<1.0rc1` contains neither 1.0a1 nor 1.0b1. So
# a resolver installs a version that the requirement excludes, or leaves out the only one that it names. Versions with
# as many numbers as the specifier are right. Guess before the run: the same answers as packaging, since the crate came
# out of a resolver in wide use.
#
# For terrarium's users: terrarium-index parses specifiers with the crate, but answers by sets of its own
# (terrarium-index/src/resolve/ranges.rs). They agree with 2,492 answers of packaging 26.4, which
# terrarium-index/tests/specifiers.txt holds.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/crate/src"
cat >"$dir/crate/Cargo.toml" <<'MANIFEST'
[package]
name = "seen"
version = "0.1.0"
edition = "2024"
[dependencies]
pep440_rs = "=0.7.3"
MANIFEST
cat >"$dir/crate/src/main.rs" <<'PROGRAM'
use pep440_rs::{Version, VersionSpecifiers};
fn main() {
    for line in std::io::stdin().lines().map(Result::unwrap) {
        let (set, version) = line.split_once(' ').unwrap();
        let set: VersionSpecifiers = set.parse().unwrap();
        println!("{line} {}", set.contains(&version.parse::<Version>().unwrap()));
    }
}
PROGRAM
(cd "$dir/crate" && cargo generate-lockfile --quiet)
# The crate itself is pinned by its content too.
grep -q 'checksum = "31095ca1f396e3de32745f42b20deef7bc09077f918b085307e8eab6ddd8fb9c"' "$dir/crate/Cargo.lock"
python3 -m venv "$dir/venv"
cat >"$dir/requirements.txt" <<'PINS'
packaging==26.4 --hash=sha256:81383611a09c1bc0b08b76e0fd5829d7c6824c65b27a6aee339da133f4233ea2
PINS
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$dir/requirements.txt"
cat >"$dir/asked" <<'ASKED'
==1.2.* 1
==1.2.* 1.3
==2.0.1.* 2.0
!=1.5.* 1
!=1.5.* 1.4
<1.0rc1 1.0a1
<1.0rc1 0.9
ASKED
CARGO_TARGET_DIR="$dir/target" cargo run --quiet --locked --manifest-path "$dir/crate/Cargo.toml" <"$dir/asked" >"$dir/crate.txt"
"$dir/venv/bin/python" -c '
import sys
from packaging.specifiers import SpecifierSet
print("specifier version pep440_rs packaging")
for line in sys.stdin:
    specifier, version, answer = line.split()
    print(specifier, version, answer, str(SpecifierSet(specifier).contains(version, prereleases=True)).lower())
' <"$dir/crate.txt" >"$dir/seen"
cat "$dir/seen"
cat >"$dir/expected" <<'OUTPUT'
specifier version pep440_rs packaging
==1.2.* 1 true false
==1.2.* 1.3 false false
==2.0.1.* 2.0 true false
!=1.5.* 1 false true
!=1.5.* 1.4 true true
<1.0rc1 1.0a1 false true
<1.0rc1 0.9 true true
OUTPUT
diff "$dir/expected" "$dir/seen" && echo "as stated"
