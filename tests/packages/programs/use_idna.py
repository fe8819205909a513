# /// script
# dependencies = ["idna"]
# ///
"""International names in both directions, and names that are refused."""

import idna

assert idna.encode("bücher.example") == b"xn--bcher-kva.example"
assert idna.decode("xn--bcher-kva.example") == "bücher.example"
assert idna.encode("Königsgäßchen", uts46=True) == b"xn--knigsgchen-b4a3dun"
try:
    idna.encode("a..b")
    raise AssertionError("an empty label")
except idna.IDNAError:
    pass
