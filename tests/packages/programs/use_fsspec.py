# /// script
# dependencies = ["fsspec"]
# ///
"""Files in memory, in archives and locally, by address."""

import fsspec
import zipfile

with fsspec.open("memory://folder/a.txt", "w") as file:
    file.write("text")
memory = fsspec.filesystem("memory")
assert memory.ls("/folder", detail=False) == ["/folder/a.txt"] and memory.cat("/folder/a.txt") == b"text"
with zipfile.ZipFile("a.zip", "w") as archive:
    archive.writestr("in/b.txt", "packed")
with fsspec.open("zip://in/b.txt::a.zip", "rt") as file:
    assert file.read() == "packed"
with fsspec.open("c.txt.gz", "wt", compression="infer") as file:
    file.write("small")
assert fsspec.filesystem("local").size("c.txt.gz") > 0
