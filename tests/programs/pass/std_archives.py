# native: yes
"""zipfile, tarfile, gzip, bz2, lzma and zlib round trips."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tempfile
import zipfile
import zlib

os.chdir(tempfile.mkdtemp())
data = b"terrarium " * 5000
for module in (zlib, gzip, bz2, lzma):
    packed = module.compress(data)
    print(module.__name__, len(packed) < 500, module.decompress(packed) == data)
print(zlib.crc32(data), zlib.adler32(data), zlib.decompressobj().decompress(zlib.compress(b"abc")))
for mode in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    with zipfile.ZipFile("a.zip", "w", mode) as archive:
        archive.writestr("folder/é.txt", data)
        archive.writestr("b", "text")
    with zipfile.ZipFile("a.zip") as archive:
        print(archive.namelist(), archive.read("folder/é.txt") == data, archive.testzip(), archive.getinfo("b").file_size)
for mode in ("", ":gz", ":bz2", ":xz"):
    with tarfile.open(f"a.tar", "w" + mode) as archive:
        info = tarfile.TarInfo("dir/file")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    with tarfile.open("a.tar") as archive:
        archive.extractall("out" + mode[1:], filter="data")
        print(archive.getnames(), os.path.getsize(f"out{mode[1:]}/dir/file"))
with gzip.open("t.gz", "wt") as file:
    file.write("line\n" * 3)
print(gzip.open("t.gz", "rt").readlines(), lzma.open(io.BytesIO(lzma.compress(b"x"))).read(), bz2.open(io.BytesIO(bz2.compress(b"y"))).read())
for bad in (lambda: zlib.decompress(b"no"), lambda: gzip.decompress(b"no"), lambda: zipfile.ZipFile(io.BytesIO(b"no"))):
    try:
        bad()
    except (zlib.error, OSError, zipfile.BadZipFile) as error:
        print(type(error).__name__)
