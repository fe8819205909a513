"""A clean interpreter that runs each job of the tests in a child of its own, as a sandbox starts each run from one state.

Reads jobs from descriptor 3 and writes results to descriptor 4, both as marshalled data with a length before them. It
imports as little as an interpreter at the start has, so that what the harness loads by itself shows.
"""

import marshal
import os
import posix
import sys
import time

CHANNEL = 1_000_000


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


def send(descriptor, value):
    body = marshal.dumps(value)
    data = memoryview(len(body).to_bytes(8, "little") + body)
    while data:
        data = data[os.write(descriptor, data[: 1 << 20]) :]


def content(descriptor):
    os.lseek(descriptor, 0, 0)
    data = b""
    while part := os.read(descriptor, 1 << 20):
        data += part
    return data


def child(job):
    """Run the calls of a job: a list of (function, request, standard input)."""
    directory = job["directory"]
    os.chdir(directory)
    saved = os.open("/dev/null", os.O_RDWR)
    streams = [os.memfd_create(name) for name in ("stdin", "stdout", "stderr")]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.close(saved)
    frames = []
    real = posix.writev

    def record(descriptor, buffers):
        if descriptor != CHANNEL:
            return real(descriptor, buffers)
        data = b"".join(buffers)
        frames.append(data)
        return len(data)

    posix.writev = record
    sys.path.insert(0, job["path"])
    before = time.perf_counter()
    modules = set(sys.modules)
    import _terrarium.main as harness

    imported = time.perf_counter()
    harness.boot(job["boot"])
    booted = time.perf_counter()
    if job["prepare"]:
        exec(job["prepare"], {"harness": harness})
    results = []
    for function, request, stdin in job["calls"]:
        del frames[:]
        for stream in streams:
            os.ftruncate(stream, 0)
            os.lseek(stream, 0, 0)
        os.write(streams[0], stdin)
        os.lseek(streams[0], 0, 0)
        # User code may have closed a standard descriptor; the next call of a session gets it back.
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        start = time.perf_counter()
        answer = getattr(harness, function)(request)
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
        "modules": sorted(set(sys.modules) - modules),
    }


def serve():
    while (job := receive(3)) is not None:
        process = os.fork()
        if process == 0:
            code = 1
            try:
                send(4, child(job))
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(process, 0)
        if status:
            send(4, {"died": status})


if __name__ == "__main__":
    serve()
