# /// script
# dependencies = ["toml"]
# ///
"""TOML is read and written."""

import toml

data = toml.loads('a = 1\n[b]\nc = ["x"]\n')
assert data == {"a": 1, "b": {"c": ["x"]}} and toml.loads(toml.dumps(data)) == data
