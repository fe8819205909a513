# native: no, native Python has a network
"""No socket can be connected, no name resolved, no address fetched."""

import asyncio
import socket
import urllib.request

ways = {
    "tcp": lambda: socket.socket().connect(("127.0.0.1", 80)),
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53)),
    "unix": lambda: socket.socket(socket.AF_UNIX).connect("/run/docker.sock"),
    "listen": lambda: socket.create_server(("127.0.0.1", 0)),
    "connect": lambda: socket.create_connection(("127.0.0.1", 22), timeout=1),
    "resolve": lambda: socket.gethostbyname("localhost.example"),
    "addrinfo": lambda: socket.getaddrinfo("example.org", 80),
    "url": lambda: urllib.request.urlopen("http://127.0.0.1:1/", timeout=1),
    "streams": lambda: asyncio.run(asyncio.wait_for(asyncio.open_connection("127.0.0.1", 1), 2)),
    "raw": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
}
for name, way in ways.items():
    try:
        print(name, "WORKED", way())
    except OSError as error:
        print(name, "refused")
    except BaseException as error:
        print(name, type(error).__name__)
