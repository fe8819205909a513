#!/usr/bin/env bash
# httpx2 2.16.2 and httpx2-jsfetch 1.0 (the newest releases; Python 3.12 or newer): where `sys.platform` is
# "emscripten", importing httpx2 imports the modules `js` and `pyodide` of a JavaScript engine.
#
# The markers of httpx2 drop httpcore2, anyio and truststore on emscripten, and require httpx2-jsfetch in their place.
# That package imports `js` at its top, so a Python for emscripten that runs without JavaScript cannot import httpx2,
# although no request is made. The clients openai 3.57 and anthropic 2.14 require httpx2, so they cannot be imported
# either. Guess before the run: the transport is selected at the first request, so that the import works anywhere.
#
# For terrarium's users: the harness replaces the module httpx2_jsfetch, so that httpx2 and both clients can be
# imported; a request ends in a connection error, and custom transports work (COMPATIBILITY.md, openai and anthropic).
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
# The newest Python that is installed, also by pyenv.
shopt -s nullglob
for python in python3 python3.12 python3.13 python3.14 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
done
"$python" -c 'import sys; assert sys.version_info >= (3, 12), "needs Python 3.12 or newer"'
"$python" -m venv "$dir/venv"
cat >"$dir/requirements.txt" <<'PINS'
httpx2==2.16.2 --hash=sha256:f05c13aade4c45dbf1c9060647a1058f0acad62398fad96e741269edb33d46f5
httpx2-jsfetch==1.0 --hash=sha256:cb916b707601e69a07721aabc8f3f6659be3a6893bc1ff5c6f9e02241df2da32
PINS
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r "$dir/requirements.txt"
cat >"$dir/rest.txt" <<'PINS'
anyio==4.16.0
h11==0.16.0
httpcore2==2.16.2
idna==3.20
truststore==0.10.5
typing-extensions==4.16.0
PINS
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: -r "$dir/rest.txt"
"$dir/venv/bin/python" - >"$dir/seen" <<'PROGRAM'
import importlib.metadata
import subprocess
import sys

for requirement in importlib.metadata.requires("httpx2"):
    if "emscripten" in requirement:
        print(requirement)
for platform in (sys.platform, "emscripten"):
    program = f"import sys; sys.platform = {platform!r}\nimport httpx2\nprint('imported')"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    name = "emscripten" if platform == "emscripten" else "this platform"
    print(f"{name}: {(ran.stdout or ran.stderr.splitlines()[-1]).strip()}")
PROGRAM
cat "$dir/seen"
diff - "$dir/seen" <<'SEEN'
anyio>=4.10; sys_platform != 'emscripten'
httpcore2==2.16.2; sys_platform != 'emscripten'
httpx2-jsfetch; sys_platform == 'emscripten' and python_version >= '3.12'
truststore>=0.10; sys_platform != 'emscripten'
this platform: imported
emscripten: ModuleNotFoundError: No module named 'js'
SEEN
