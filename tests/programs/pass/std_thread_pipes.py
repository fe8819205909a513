# native: yes
"""Threads and descriptors: a wait for a pipe or a socket lets the thread run that writes into the other end."""

import os
import select
import selectors
import socket
import threading
import time


def start(work, *args):
    thread = threading.Thread(target=work, args=args)
    thread.start()
    return thread


reading, writing = os.pipe()
start(os.write, writing, b"one")
print(os.read(reading, 10))


def write_lines(descriptor):
    with os.fdopen(descriptor, "w") as file:
        for number in range(3):
            print("line", number, file=file)


start(write_lines, writing)
with os.fdopen(reading) as file:
    print(file.name == reading, file.mode, [line for line in file])

one, other = socket.socketpair()
start(one.sendall, b"two")
print(other.recv(10))
other.settimeout(5)
start(one.send, b"three")
print(other.recv_into(bytearray(10)))
start(one.sendall, b"four\nfive\n")
with other.makefile("r") as file:
    print(repr(file.readline()), repr(file.readline()))
other.settimeout(0.05)
before = time.monotonic()
thread = start(time.sleep, 0)
try:
    other.recv(1)
except TimeoutError as error:
    print(error, time.monotonic() - before < 3)
thread.join()
other.settimeout(None)
start(one.sendmsg, [b"six"])
print(select.select([other], [], [], 5)[0] == [other], other.recvmsg(10)[0])
poll = select.poll()
poll.register(other, select.POLLIN)
start(one.send, b"seven")
print([event for _, event in poll.poll(5000)] == [select.POLLIN], other.recvfrom(10)[0], poll.poll(0))
with selectors.DefaultSelector() as selector:
    selector.register(other, selectors.EVENT_READ, "data")
    start(one.send, b"eight")
    print([key.data for key, _ in selector.select(5)], other.recv(10))


def close_after(connection):
    connection.sendall(b"the end")
    connection.close()


start(close_after, one)
parts = []
while part := other.recv(4):
    parts.append(part)
print(parts, os.get_inheritable(other.fileno()))
