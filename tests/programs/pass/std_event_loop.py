# native: 3.12
"""Event loops with selectors: pipes, pairs of sockets, handlers of signals."""

import asyncio
import os
import selectors
import signal
import socket

loop = asyncio.SelectorEventLoop(selectors.DefaultSelector())
print(loop.run_until_complete(asyncio.sleep(0, "ran")))
loop.close()


async def readers():
    loop = asyncio.get_running_loop()
    reading, writing = os.pipe()
    got = loop.create_future()
    loop.add_reader(reading, lambda: got.set_result(os.read(reading, 100)))
    loop.call_later(0.01, os.write, writing, b"through a pipe")
    print(await got, loop.remove_reader(reading))
    ready = loop.create_future()
    loop.add_writer(writing, lambda: ready.done() or ready.set_result("writable"))
    print(await ready, loop.remove_writer(writing))
    stream = asyncio.StreamReader()
    pipe = open(reading, "rb", 0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
    os.write(writing, b"one\ntwo\n")
    os.close(writing)
    print(await stream.readline(), await stream.read())
    transport.close()


async def pairs():
    loop = asyncio.get_running_loop()
    one, other = socket.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    await loop.sock_sendall(one, b"x" * 10)
    print(await loop.sock_recv(other, 100))
    reader, writer = await asyncio.open_connection(sock=one)
    other.send(b"line\n")
    print(await reader.readline())
    other.close()
    print(await reader.read(), writer.close())
    await writer.wait_closed()


async def signals():
    loop = asyncio.get_running_loop()
    got = loop.create_future()
    loop.add_signal_handler(signal.SIGUSR1, got.set_result, "signal")
    loop.call_soon(signal.raise_signal, signal.SIGUSR1)
    print(await asyncio.wait_for(got, 5), loop.remove_signal_handler(signal.SIGUSR1))


for part in (readers, pairs, signals):
    asyncio.run(part())
