# native: yes
"""pathlib, os and os.path: making, listing, moving, inspecting and removing files."""

import os
import pathlib
import shutil
import stat
import tempfile

os.chdir(tempfile.mkdtemp())
root = pathlib.Path("data")
(root / "a" / "b").mkdir(parents=True)
(root / "a" / "one.txt").write_text("one\ntwo é\n", encoding="utf-8")
(root / "a" / "b" / "two.bin").write_bytes(bytes(range(256)))
(root / "link").symlink_to("a/one.txt")
shutil.copy(root / "a" / "one.txt", root / "copy")
print(sorted(str(p) for p in root.rglob("*")), sorted(p.name for p in root.iterdir()))
p = root / "a" / "one.txt"
print(p.name, p.stem, p.suffix, p.parent, p.parts, p.with_suffix(".md"), p.exists(), p.is_file(), p.stat().st_size, p.stat().st_nlink == 1)
print((root / "link").read_text(encoding="utf-8"), os.readlink(root / "link"), (root / "link").is_symlink(), (root / "link").resolve().name)
print(pathlib.PurePosixPath("/a/../b/./c").relative_to("/a"), os.path.normpath("/a/../b/./c"), os.path.splitext("x.tar.gz"), os.path.commonpath(["/a/b", "/a/c"]))
os.chmod(p, 0o640)
print(oct(stat.S_IMODE(p.stat().st_mode)), stat.filemode(p.stat().st_mode), os.access(p, os.R_OK))
os.utime(p, (1_000_000_000, 1_000_000_000.5))
print(p.stat().st_mtime, p.stat().st_mtime_ns, os.path.getsize(p))
for folder, names, files in sorted(os.walk(root)):
    print(folder, sorted(names), sorted(files))
with os.scandir(root) as entries:
    print(sorted((e.name, e.is_dir(), e.is_symlink()) for e in entries))
p.rename(root / "moved.txt")
os.replace(root / "moved.txt", root / "copy")
(root / "a" / "b" / "two.bin").unlink()
(root / "a" / "b").rmdir()
for bad in (lambda: (root / "none").read_text(), lambda: root.rmdir(), lambda: os.mkdir(root), lambda: open(root),
            lambda: os.listdir(root / "copy"), lambda: os.rename("x", "y"), lambda: os.unlink(root)):
    try:
        bad()
    except OSError as error:
        print(type(error).__name__, error.strerror)
print(os.path.exists("none"), os.getcwd() == os.path.realpath(os.getcwd()), os.path.expandvars("$NOPE/x"), os.sep, os.linesep == "\n")
fd = os.open("raw", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
print(os.write(fd, b"hello world"), os.lseek(fd, 6, os.SEEK_SET), os.read(fd, 99), os.fstat(fd).st_size, os.pread(fd, 5, 0))
os.ftruncate(fd, 3)
os.pwrite(fd, b"Z", 1)
copy = os.dup(fd)
os.close(fd)
print(os.lseek(copy, 0, 0), os.read(copy, 9))
os.close(copy)
os.truncate("raw", 5)
print(pathlib.Path("raw").read_bytes(), sorted(os.listdir()), list(pathlib.Path(".").glob("r?w")))
