"""Compression, digests, files, databases and waits."""

import asyncio
import bz2
import contextlib
import glob
import hashlib
import lzma
import mmap
import os
import queue
import select
import shutil
import signal
import socket
import sqlite3
import tarfile
import tempfile
import threading
import time
import zipfile
import zlib

from compression import zstd


def compress_zlib():
    data = os.urandom(1_000_000) * 100
    yield
    zlib.compress(data, 9)


def compress_bz2():
    data = bytes(range(256)) * 400_000
    yield
    bz2.compress(data)


def compress_lzma():
    data = os.urandom(1_000_000) * 50
    yield
    while True:
        lzma.compress(data, preset=6)


def compress_zstd():
    data = os.urandom(1_000_000) * 50
    yield
    while True:
        zstd.compress(data, level=12)


def decompress_zlib():
    data = zlib.compress(bytes(50_000_000), 1)
    yield
    while True:
        zlib.decompress(data)


def decompress_bz2():
    data = bz2.compress(bytes(5_000_000)) * 20
    yield
    while True:
        bz2.decompress(data)


def digest():
    data = bytes(200_000_000)
    yield
    while True:
        hashlib.sha3_512(data)


def digest_sha256():
    data = bytes(200_000_000)
    yield
    while True:
        hashlib.sha256(data)


def derive_key():
    yield
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10**9)


def derive_key_scrypt():
    yield
    while True:
        hashlib.scrypt(b"a", salt=b"b", n=1 << 14, r=8, p=64, maxmem=1 << 30)


def database_query():
    connection = sqlite3.connect(":memory:")
    yield
    connection.execute(
        "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n"
    ).fetchone()


def database_pattern():
    connection = sqlite3.connect(":memory:")
    yield
    while True:
        connection.execute("select ? like ?", ("a" * 3000, "%a" * 1000 + "b")).fetchone()


def database_function():
    connection = sqlite3.connect(":memory:")
    yield
    while True:
        connection.execute("select length(hex(zeroblob(30000000)))").fetchone()


def database_sort():
    connection = sqlite3.connect("data.db")
    connection.execute("create table t as select value as x from (select 1 as value)")
    yield
    connection.execute(
        "insert into t with recursive n(x) as (select 1 union all select x + 1 from n) select random() from n"
    )


def write_file():
    data = bytes(50_000_000)
    yield
    while True:
        with open("data", "wb", buffering=0) as file:
            file.write(data)


def write_pieces():
    yield
    while True:
        with open("data", "wb", buffering=0) as file:
            for _ in range(100_000):
                file.write(b"a")


def read_file():
    with open("data", "wb") as file:
        file.write(bytes(50_000_000))
    yield
    while True:
        with open("data", "rb", buffering=0) as file:
            file.read()


def read_lines():
    with open("data", "w") as file:
        file.write("a\n" * 5_000_000)
    yield
    while True:
        with open("data") as file:
            sum(1 for _ in file)


def copy_file():
    with open("data", "wb") as file:
        file.write(bytes(40_000_000))
    yield
    while True:
        shutil.copyfile("data", "copy")


def mapped_file():
    with open("data", "wb") as file:
        file.write(bytes(40_000_000))
    with open("data", "r+b") as file:
        mapped = mmap.mmap(file.fileno(), 0)
    yield
    while True:
        mapped[:8] = b"abcdefgh"
        mapped.flush()


def truncated_file():
    with open("data", "wb", buffering=0) as file:
        yield
        while True:
            file.truncate(90_000_000)
            file.truncate(0)


def many_files():
    yield
    while True:
        for n in range(5_000):
            with open(f"{n}", "w"):
                pass
        for n in range(5_000):
            os.remove(f"{n}")


def deep_folders():
    path = "a"
    yield
    while True:
        for _ in range(500):
            with contextlib.suppress(FileExistsError):
                os.mkdir(path)
            path += "/a"
        path = "a"


def walk():
    for n in range(2_000):
        os.makedirs(f"walked/{n}")
    yield
    while True:
        list(os.walk("walked"))


def find_files():
    for n in range(2_000):
        os.makedirs(f"found/{n}")
    yield
    while True:
        glob.glob("/**/*", recursive=True)


def archive():
    with open("data", "wb") as file:
        file.write(os.urandom(30_000_000))
    yield
    while True:
        with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as made:
            made.write("data")
        with tarfile.open("a.tar.gz", "w:gz") as made:
            made.add("data")


def temporary_files():
    yield
    while True:
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"a")


def output_flood():
    text = "a" * 1_000_000
    yield
    while True:
        print(text)


def output_characters():
    yield
    while True:
        print("a", end="")


def sleep():
    yield
    time.sleep(100)


def sleep_again():
    yield
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(100)


def wait_for_lock():
    lock = threading.Lock()
    lock.acquire()
    yield
    lock.acquire(timeout=100)


def wait_for_queue():
    yield
    queue.Queue().get(timeout=100)


def wait_for_thread():
    thread = threading.Thread(target=time.sleep, args=(100,))
    thread.start()
    yield
    thread.join()


def wait_for_descriptor():
    reader, _writer = os.pipe()
    yield
    select.select([reader], [], [], 100)


def wait_for_poll():
    one, _two = socket.socketpair()
    poll = select.poll()
    poll.register(one, select.POLLIN)
    yield
    while True:
        poll.poll(100_000)


def wait_for_signal():
    yield
    signal.setitimer(signal.ITIMER_REAL, 100)
    while True:
        time.sleep(1000)


def wait_in_loop():
    yield
    asyncio.run(asyncio.sleep(100))


def wait_for_ticks():
    async def tick():
        while True:
            await asyncio.sleep(0.001)

    yield
    asyncio.run(tick())


def busy_tasks():
    async def spin():
        while True:
            await asyncio.sleep(0)

    async def main():
        await asyncio.gather(*[spin() for _ in range(1000)])

    yield
    asyncio.run(main())


def busy_thread():
    def spin():
        while True:
            pass

    thread = threading.Thread(target=spin)
    thread.start()
    yield
    thread.join()
