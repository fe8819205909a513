# native: yes
"""socket: addresses in figures of both versions, and the well-known services and protocols."""

import socket

for text in ("::1", "::", "fe80::1:2", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4"):
    packed = socket.inet_pton(socket.AF_INET6, text)
    print(packed, socket.inet_ntop(socket.AF_INET6, packed) == text)
for wrong in (
    lambda: socket.inet_pton(socket.AF_INET6, "1::2::3"),
    lambda: socket.inet_pton(socket.AF_INET6, "fe80::1%eth0"),
    lambda: socket.inet_pton(socket.AF_INET, "::1"),
    lambda: socket.inet_ntop(socket.AF_INET6, b"1234"),
    lambda: socket.inet_pton(socket.AF_INET6, 5),
    lambda: socket.getservbyname("nothing"),
    lambda: socket.getservbyport(70000),
    lambda: socket.getprotobyname("nothing"),
):
    try:
        wrong()
    except (OSError, ValueError, TypeError, OverflowError) as error:
        print(type(error).__name__)
print(socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, "1.2.3.4")), socket.inet_aton("127.1"))
print([socket.getservbyname(name) for name in ("http", "https", "ssh", "domain", "ntp", "ldap")])
print(socket.getservbyname("https", "tcp"), socket.getservbyport(25), socket.getservbyport(53, "udp"))
print([socket.getprotobyname(name) for name in ("tcp", "udp", "icmp")], (1, "lo") in socket.if_nameindex())
