# native: no, native Python has a network
"""Requests for the network fail with the reason why there is none."""

import asyncio
import inspect
import socket
import urllib.request

ways = {
    "tcp": lambda: socket.socket().connect(("127.0.0.1", 80)),
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53)),
    "bind": lambda: socket.socket().bind(("", 0)),
    "host": lambda: socket.socket().connect(("example.org", 80)),
    "listen": lambda: socket.create_server(("", 0)),
    "connect": lambda: socket.create_connection(("127.0.0.1", 22)),
    "address": lambda: socket.getaddrinfo("example.org", 80),
    "name": lambda: socket.gethostbyname("example.org"),
    "all of a name": lambda: socket.gethostbyname_ex("example.org"),
    "name of": lambda: socket.gethostbyaddr("192.0.2.1"),
    "names of": lambda: socket.getnameinfo(("192.0.2.1", 80), 0),
    "url": lambda: urllib.request.urlopen("https://example.org/"),
    "streams": lambda: asyncio.run(asyncio.open_connection("example.org", 80)),
}
for name, way in ways.items():
    try:
        print(name, "WORKED", way())
    except OSError as error:
        print(f"{name}: {type(error).__name__}: {error}")
# Whatever else is wrong is said as ever.
for name, way in {
    "no socket": lambda: socket.socket(fileno=0),
    "no such descriptor": lambda: socket.socket(fileno=99),
    "no address": lambda: socket.getaddrinfo(1.5, 80),
    "no family": lambda: socket.inet_pton(99, "x"),
    "no pair": lambda: socket.socketpair(socket.AF_INET),
}.items():
    try:
        print(name, "WORKED", way())
    except (OSError, TypeError) as error:
        print(f"{name}: {type(error).__name__}", "policy" in str(error))
print(inspect.signature(socket.socket), socket.socket.__init__.__qualname__, socket.getaddrinfo.__module__)
