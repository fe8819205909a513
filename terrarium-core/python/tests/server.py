"""A clean interpreter that runs each job of the tests in a separate child, as a sandbox starts each run from one state.

Reads jobs from the descriptor IN and writes results to OUT, both as marshalled data with a length before them. It
imports as little as an interpreter at the start has, so that what the harness loads by itself shows.
"""

import _signal
import builtins
import fcntl
import marshal
import os
import posix
import stat
import sys
import time

# Programs of the tests spoil the builtins; the functions below keep their own.
__builtins__ = dict(vars(builtins))

CHANNEL = 1_000_000
WRITABLE = 0x7408
# Seconds that one job may take.
PATIENCE = 60
# Where the descriptors are moved to: programs of the tests close all below.
IN, OUT = 1000, 1001


def receive(descriptor):
    head = b""
    while len(head) < 8:
        part = os.read(descriptor, 8 - len(head))
        if not part:
            return None
        head += part
    size = int.from_bytes(head, "little")
    body = bytearray()
    while len(body) < size:
        body += os.read(descriptor, min(size - len(body), 1 << 20))
    return marshal.loads(bytes(body))


def send(write, descriptor, value):
    body = marshal.dumps(value, 4)
    data = memoryview(len(body).to_bytes(8, "little") + body)
    while data:
        data = data[write(descriptor, data[: 1 << 20]) :]


def content(descriptor, lseek=os.lseek, read=os.read):
    lseek(descriptor, 0, 0)
    data = b""
    while part := read(descriptor, 1 << 20):
        data += part
    return data


def writable_files(open_ones=fcntl.fcntl, read_only=os.O_RDONLY, fstat=os.fstat, is_file=stat.S_ISREG):
    """Count as the host does: descriptors of files that can be written. The tests' own are far above."""
    count = 0
    for descriptor in range(3, 100):
        try:
            access = open_ones(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
            count += access != read_only and is_file(fstat(descriptor).st_mode)
        except OSError:
            pass
    return count


def child(job):
    """Run the calls of a job: a list of (function, request, standard input)."""
    _signal.alarm(PATIENCE)
    directory = job["directory"]
    os.chdir(directory)
    # High up, where programs that close descriptors do not come.
    streams = [
        os.dup2(os.memfd_create(name), 1010 + number) for number, name in enumerate(("stdin", "stdout", "stderr"))
    ]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    frames = []
    real = posix.writev

    def record(descriptor, buffers):
        if descriptor != CHANNEL:
            return real(descriptor, buffers)
        data = b"".join(buffers)
        frames.append(data)
        return len(data)

    posix.writev = record
    # The one request that every run makes.
    inherited = writable_files()

    def answer(descriptor, request, *argument):
        if argument:
            # The host has nothing to add.
            raise OSError(25, "Inappropriate ioctl for device")
        return writable_files() - inherited if request == WRITABLE else -1

    fcntl.ioctl = answer
    sys.path.insert(0, job["path"])
    before = time.perf_counter()
    modules = set(sys.modules)
    import _terrarium.main as harness

    ftruncate, lseek, pwrite, dup2 = os.ftruncate, os.lseek, os.write, os.dup2

    imported = time.perf_counter()
    harness.configure(job["boot"])
    booted = time.perf_counter()
    if job["prepare"]:
        exec(job["prepare"], {"harness": harness})
    results = []
    for function, request, stdin in job["calls"]:
        del frames[:]
        for stream in streams:
            ftruncate(stream, 0)
            lseek(stream, 0, 0)
        pwrite(streams[0], stdin)
        lseek(streams[0], 0, 0)
        # User code may have closed a standard descriptor; the next call of a session gets it back.
        for number, stream in enumerate(streams):
            dup2(stream, number)
        start = time.perf_counter()
        answer = getattr(harness, function)(request)
        if "resource" in (sys.modules or ()):
            resource = sys.modules["resource"]
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
        results.append(
            {
                "answer": answer,
                "seconds": time.perf_counter() - start,
                "frames": list(frames),
                "stdout": content(streams[1]),
                "stderr": content(streams[2]),
            }
        )
    return {
        "results": results,
        "import": imported - before,
        "boot": booted - imported,
        "modules": sorted(set(sys.modules or ()) - modules),
    }


def serve():
    write = os.write
    os.dup2(int(sys.argv[1]), IN)
    os.dup2(int(sys.argv[2]), OUT)
    while (job := receive(IN)) is not None:
        process = os.fork()
        if process == 0:
            code = 1
            try:
                send(write, OUT, child(job))
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(process, 0)
        if status:
            send(write, OUT, {"died": status})


if __name__ == "__main__":
    serve()
