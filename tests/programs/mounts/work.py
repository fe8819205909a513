"""Exercises names, content and attributes below the folder `data`, and prints what a program sees."""

import glob
import mmap
import os
import pathlib
import shutil
import sqlite3
import tempfile
import zipfile


def show(work):
    try:
        print(repr(work()))
    except Exception as error:
        print(type(error).__name__, error)


def put(path, text, mode="w"):
    with open(path, mode) as file:
        file.write(text)
    with open(path) as file:
        return file.read()


def replace_atomically(text):
    handle, name = tempfile.mkstemp(dir=".")
    os.write(handle, text.encode())
    os.fsync(handle)
    os.close(handle)
    os.replace(name, "atomic")
    return open("atomic").read(), [name for name in os.listdir() if name.startswith("tmp")]


def insert():
    base = sqlite3.connect("base.sqlite")
    base.execute("create table if not exists t(a)")
    base.executemany("insert into t values(?)", [(n,) for n in range(1000)])
    base.commit()
    found = base.execute("select count(*), sum(a) from t").fetchall(), base.execute("pragma integrity_check").fetchall()
    base.close()
    return found


def map_file():
    put("array", "0" * 200_000)
    with open("array", "r+b") as file:
        view = mmap.mmap(file.fileno(), 0)
        view[1:6] = b"hello"
        view[150_000:150_005] = b"world"
        seen = os.pread(file.fileno(), 8, 0)
        os.pwrite(file.fileno(), b"file", 100_000)
        back = view[100_000:100_004]
        view.flush()
        view.close()
    text = open("array").read()
    return seen, back, text[:8], text[149_998:150_007], len(text)


def use_removed():
    with open("removed", "w+") as file:
        file.write("still here")
        file.flush()
        os.unlink("removed")
        file.seek(0)
        text = file.read()
        os.ftruncate(file.fileno(), 3)
        return text, os.fstat(file.fileno()).st_size, os.path.exists("removed")


def follow_renamed():
    os.makedirs("one/two")
    with open("one/two/f", "w") as file:
        os.rename("one", "uno")
        file.write("after the rename")
    os.chdir("uno/two")
    os.rename("../../uno", "../../eins")
    here = os.getcwd(), os.listdir()
    os.chdir("../..")
    return here, open("eins/two/f").read()


def append_twice():
    with open("log", "a") as one, open("log", "a") as other:
        for number in range(3):
            print(number, file=one, flush=True)
            print(number, file=other, flush=True)
    return open("log").read()


def pack():
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write("a.csv")
    with zipfile.ZipFile("a.zip") as archive:
        return archive.namelist(), archive.testzip()


os.chdir("data")
show(lambda: put("a.csv", "3,4\n", "a"))
show(lambda: put("new", "n"))
show(lambda: open("new", "x"))
show(lambda: put("sub/k", "n"))
show(lambda: (sorted(os.listdir(".")), sorted(os.listdir("sub"))))
show(lambda: os.unlink("sub/b.txt"))
show(lambda: os.listdir("sub"))
show(lambda: os.unlink("sub"))
show(lambda: os.rmdir("sub"))
show(lambda: os.rmdir("new"))
show(lambda: os.makedirs("d/e/f"))
show(lambda: os.mkdir("d"))
show(lambda: os.rename("new", "d/e/new2"))
show(lambda: os.rename("d", "d/e/g"))
show(lambda: os.rename("d", "dd"))
show(lambda: os.rename("dd/e/new2", "dd/e"))
show(lambda: os.rename("dd/e", "a.csv"))
show(lambda: sorted((at, sorted(dirs), sorted(names)) for at, dirs, names in os.walk("dd")))
show(lambda: replace_atomically("first"))
show(lambda: replace_atomically("second"))
show(insert)
show(insert)
show(map_file)
show(use_removed)
show(follow_renamed)
show(append_twice)
show(pack)
show(lambda: shutil.rmtree("sub"))
show(lambda: (os.utime("a.csv", (5, 6)), os.stat("a.csv").st_atime, os.stat("a.csv").st_mtime))
show(lambda: (os.chmod("a.csv", 0o600), oct(os.stat("a.csv").st_mode)))
show(lambda: (os.truncate("a.csv", 3), open("a.csv").read()))
show(lambda: (os.truncate("a.csv", 6), open("a.csv").read()))
show(lambda: os.path.getsize("a.csv"))
show(lambda: (os.chmod("a.csv", 0o755), os.access("a.csv", os.X_OK)))
show(lambda: shutil.copytree("dd", "cc"))
show(lambda: sorted(glob.glob("**", recursive=True)))
show(lambda: sorted(str(path) for path in pathlib.Path().rglob("*")))
with tempfile.TemporaryFile(dir=".") as file:
    show(lambda: file.write(b"x"))
with tempfile.TemporaryDirectory(dir=".") as folder:
    show(lambda: os.listdir(folder))
show(lambda: sorted(os.listdir()))
show(lambda: os.listdir("a.csv"))
show(lambda: open("a.csv/x"))
show(lambda: open("."))
show(lambda: os.stat("missing"))
show(lambda: os.scandir("missing"))
