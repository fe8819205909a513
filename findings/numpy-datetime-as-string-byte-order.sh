#!/usr/bin/env bash
# numpy 2.4.6 (the wheel for CPython 3.11 on x86-64 Linux): `numpy.datetime_as_string` ignores the byte order of
# its argument.
#
# An array of dates in the byte order of another machine (FITS, HDF5 and Java's files have them) prints, compares and
# casts to text correctly. `datetime_as_string` alone takes its bytes as they are: the dates are wrong, no error comes,
# and NaT becomes a date. Guess before the run: the same text as `astype(str)`.
#
# For terrarium's users: dates cross the border through this function, so arrays are brought into the machine's order
# before (terrarium-core/python/_terrarium/values/arrays.py; terrarium-py/tests/test_values.py sends such an array).
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
cat >"$dir/requirements.txt" <<'PINS'
numpy==2.4.6 --hash=sha256:89cd468399cfd2504718f0ba50e410dca55a170b61a02ad92bb18c8a65186e93
PINS
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$dir/requirements.txt"
"$dir/venv/bin/python" - >"$dir/seen" <<'PROGRAM'
import numpy as np
native = np.array(["2026-03-01T12:00:00", "NaT"], "M8[s]")
other = native.astype(">M8[s]")
print(np.__version__, bool(other[0] == native[0]), other.astype(str).tolist())
print(np.datetime_as_string(native).tolist())
print(np.datetime_as_string(other).tolist())
PROGRAM
cat "$dir/seen"
cat >"$dir/expected" <<'OUTPUT'
2.4.6 True ['2026-03-01T12:00:00', 'NaT']
['2026-03-01T12:00:00', 'NaT']
['146518865335-10-04T13:20:00', '1970-01-01T00:02:08']
OUTPUT
diff "$dir/expected" "$dir/seen" && echo "as stated"
