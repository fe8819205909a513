# /// script
# dependencies = ["tomlkit"]
# ///
"""TOML is changed without loss of its comments."""

import tomlkit

document = tomlkit.parse("# head\n[a]\nb = 1 # one\n")
document["a"]["b"] = 2
document["a"].add("c", ["x"])
assert tomlkit.dumps(document) == '# head\n[a]\nb = 2 # one\nc = ["x"]\n'
