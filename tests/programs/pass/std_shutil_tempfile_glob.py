# native: yes
"""shutil, tempfile, glob and fnmatch."""

import fnmatch
import glob
import os
import shutil
import tempfile

with tempfile.TemporaryDirectory(prefix="pre") as folder:
    os.chdir(folder)
    os.makedirs("src/deep/er")
    for name in ("src/a.py", "src/b.txt", "src/deep/c.py", "src/deep/er/d.py", "src/.hidden"):
        with open(name, "w") as file:
            file.write(name)
    print(sorted(glob.glob("src/*.py")), sorted(glob.glob("**/*.py", recursive=True)), glob.glob("src/?.txt"), sorted(glob.glob("src/[!a]*")))
    print(sorted(os.listdir(shutil.copytree("src", "copy", ignore=shutil.ignore_patterns("*.txt")))))
    shutil.copy("src/a.py", "copied.py")
    shutil.copy2("src/a.py", "copied2.py")
    print(abs(os.stat("src/a.py").st_mtime - os.stat("copied2.py").st_mtime) < 0.001, open("copied.py").read())
    shutil.move("copied.py", "src/deep")
    shutil.move("copy", "renamed")
    print(sorted(os.listdir("src/deep")), os.path.isdir("renamed/deep/er"))
    archive = shutil.make_archive("out", "zip", "src")
    shutil.unpack_archive(archive, "unpacked")
    print(os.path.basename(archive), sorted(os.listdir("unpacked")), os.path.exists("unpacked/deep/er/d.py"))
    shutil.rmtree("renamed")
    print(os.path.exists("renamed"), shutil.disk_usage(".").total > 0, shutil.which("definitely-not-here"))
    os.chdir("/")
print(os.path.exists(folder), os.path.basename(folder).startswith("pre"))
with tempfile.NamedTemporaryFile("w+", suffix=".x") as file:
    file.write("text")
    file.flush()
    print(open(file.name).read(), file.name.endswith(".x"))
print(os.path.exists(file.name), tempfile.gettempdir())
with tempfile.TemporaryFile() as file, tempfile.SpooledTemporaryFile(max_size=4) as spooled:
    file.write(b"abc")
    file.seek(1)
    spooled.write(b"more than four")
    spooled.seek(5)
    print(file.read(), spooled.read())
fd, path = tempfile.mkstemp()
os.close(fd)
print(os.path.getsize(path), oct(os.stat(path).st_mode & 0o777), fnmatch.filter(["a.py", "b.js"], "*.py"), fnmatch.fnmatch("x1", "x[0-9]"))
os.unlink(path)
