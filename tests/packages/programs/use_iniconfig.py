# /// script
# dependencies = ["iniconfig"]
# ///
"""A file of settings is read, with lines and conversions."""

import iniconfig

with open("a.ini", "w") as file:
    file.write("[one]\nname = value ; note\nnumber = 5\n[two]\nlist =\n  a\n  b\n")
settings = iniconfig.IniConfig("a.ini")
assert settings["one"]["name"].startswith("value") and settings.get("one", "number", convert=int) == 5
assert settings["two"]["list"].split() == ["a", "b"] and settings.lineof("two") == 4
