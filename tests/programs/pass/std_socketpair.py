# native: 3.12
"""Sockets without a network: pairs work, and others exist until they connect."""

import select
import socket

one, other = socket.socketpair()
print(one.family.name, one.type.name, one.getsockname(), one.getpeername(), one.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM)
print(one.send(b"hello"), other.recv(3, socket.MSG_PEEK), other.recv(100))
print(one.sendmsg([b"ab", b"", b"cd"]), other.recvmsg(10)[0])
with one.makefile("rw") as writer, other.makefile("r") as reader:
    writer.write("a line\nmore\n")
    writer.flush()
    print(repr(reader.readline()), repr(reader.readline()))
one.setblocking(False)
try:
    one.recv(1)
except BlockingIOError as error:
    print(type(error).__name__)
other.settimeout(0.01)
try:
    other.recv(1)
except TimeoutError as error:
    print(error)
print([len(ready) for ready in select.select([one, other], [one], [], 0)])
other.sendall(b"y" * 100_000)
print(sum(len(one.recv(65536)) for _ in range(2)) > 65536)
one.shutdown(socket.SHUT_WR)
other.setblocking(True)
print(other.recv(10), other.send(b"still"), one.recv(10))
try:
    one.send(b"x")
except BrokenPipeError as error:
    print(type(error).__name__)
other.close()
print(one.recv(10), one.fileno() > 2)
one.close()
one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
print(one.send(b"first"), one.send(b""), one.send(b"second"), other.recv(3), other.recv(10), other.recv(10))
one.close(), other.close()

plain = socket.socket()
print(plain.getsockname(), plain.family.name, plain.fileno() > 2)
try:
    plain.getpeername()
except OSError as error:
    print(type(error).__name__)
plain.close()
print(plain.fileno(), socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM))
print(socket.gethostbyname("127.0.0.1"), socket.getaddrinfo(None, 0, socket.AF_INET, socket.SOCK_DGRAM)[0][4])
print(bool(socket.getaddrinfo(socket.gethostname(), None)))
