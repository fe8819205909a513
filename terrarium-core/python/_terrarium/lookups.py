"""Look-ups of the names that need no network: this machine, and addresses in figures."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # Family, type, protocol, canonical name, address.
    Found = tuple[int, int, int, str, tuple[Any, ...]]

__builtins__ = BUILTINS

_PORTS = {"ftp": 21, "ssh": 22, "smtp": 25, "domain": 53, "http": 80, "pop3": 110, "imap": 143, "https": 443}
_SERVICES = {
    **_PORTS,
    "echo": 7,
    "discard": 9,
    "daytime": 13,
    "telnet": 23,
    "time": 37,
    "whois": 43,
    "tftp": 69,
    "gopher": 70,
    "finger": 79,
    "nntp": 119,
    "ntp": 123,
    "snmp": 161,
    "irc": 194,
    "ldap": 389,
    "submissions": 465,
    "syslog": 514,
    "submission": 587,
    "ldaps": 636,
    "rsync": 873,
    "ftps": 990,
    "imaps": 993,
    "pop3s": 995,
    "socks": 1080,
    "mysql": 3306,
    "postgresql": 5432,
    "mqtt": 1883,
}
_OF_TCP_ALONE = frozenset(("ftp", "ssh", "telnet", "smtp", "whois", "gopher", "finger", "http", "pop3", "nntp", "imap"))
_OF_UDP_ALONE = frozenset(("tftp", "ntp", "snmp", "syslog"))
_PROTOCOLS = {"ip": 0, "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51}
_PROTOCOLS |= {"ipv6-icmp": 58, "ospf": 89, "sctp": 132}
_LOCAL = ("localhost", "localhost.localdomain", "ip6-localhost")
# Types with their protocols, in the order of the C library: stream, datagram, raw.
_KINDS = ((1, 6), (2, 17), (3, 0))
_PASSIVE, _CANONICAL = 1, 2
_NUMERIC_HOST, _NUMERIC_SERVICE = 1, 2


def _serves(name: str, protocol: str | None) -> bool:
    alone = {"tcp": _OF_UDP_ALONE, "udp": _OF_TCP_ALONE}
    return protocol is None or (protocol in alone and name not in alone[protocol])


class Names:
    """The local names of `_socket`."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def addresses(self, host: Any, passive: bool = False) -> list[tuple[int, str]] | None:
        """Return family and address of a local name or an address in figures; None for all other names."""
        module = self._module
        if isinstance(host, (bytes, bytearray)):
            host = bytes(host).decode("ascii", "replace")
        if host is None or host == "":
            return [(module.AF_INET, "0.0.0.0"), (module.AF_INET6, "::")] if passive else self._own()
        if type(host) is not str:
            return None
        if host.lower() in _LOCAL or host == module.gethostname():
            return self._own()
        for family in (module.AF_INET, module.AF_INET6):
            try:
                packed = module.inet_pton(family, host)
            except (OSError, ValueError):
                continue
            return [(family, module.inet_ntop(family, packed))]
        return None

    def _own(self) -> list[tuple[int, str]]:
        return [(self._module.AF_INET, "127.0.0.1"), (self._module.AF_INET6, "::1")]

    def getaddrinfo(  # noqa: PLR0917, the names and places of the function that it answers for
        self,
        host: Any,
        port: Any,
        family: int = 0,
        type: int = 0,  # noqa: A002
        proto: int = 0,
        flags: int = 0,
    ) -> list[Found] | None:
        """Return the answer of `getaddrinfo` for a local name, else None."""
        module = self._module
        addresses = self.addresses(host, bool(flags & _PASSIVE))
        number = self._port(port)
        if addresses is None or number is None:
            return None
        name = str(host) if flags & _CANONICAL and host else ""
        found: list[Found] = []
        for place, address in addresses:
            if family in (0, place):
                full = (address, number) if place == module.AF_INET else (address, number, 0, 0)
                for kind, protocol in _KINDS:
                    if type in (0, kind) and proto in (0, protocol):
                        found.append((place, kind, protocol, name if not found else "", full))
        return found or None

    @staticmethod
    def _port(port: Any) -> int | None:
        if port is None or port in ("", b""):
            return 0
        if isinstance(port, int):
            return port & 0xFFFF
        if isinstance(port, bytes):
            port = port.decode("ascii", "replace")
        if isinstance(port, str):
            return int(port) & 0xFFFF if port.isdecimal() else _PORTS.get(port)
        return None

    def getservbyname(self, servicename: str, protocolname: str | None = None, /) -> int:
        """Return a port number from a service name and protocol name."""
        port = _SERVICES.get(servicename) if _serves(servicename, protocolname) else None
        if port is None:
            raise OSError("service/proto not found")
        return port

    def getservbyport(self, port: int, protocolname: str | None = None, /) -> str:
        """Return the service name from a port number and protocol name."""
        if not 0 <= port <= 0xFFFF:
            raise OverflowError("getservbyport: port must be 0-65535.")
        for name, number in _SERVICES.items():
            if number == port and _serves(name, protocolname):
                return name
        raise OSError("port/proto not found")

    def getprotobyname(self, name: str, /) -> int:
        """Return the protocol number for the named protocol."""
        if name.lower() not in _PROTOCOLS:
            raise OSError("protocol not found")
        return _PROTOCOLS[name.lower()]

    def if_nameindex(self) -> list[tuple[int, str]]:
        """Return a list of network interface information (index, name) tuples."""
        return [(1, "lo")]

    def gethostbyname(self, host: Any) -> str | None:
        """Return the answer of `gethostbyname` for a local name, else None."""
        for family, address in self.addresses(host, True) or ():
            if family == self._module.AF_INET:
                return address
        return None

    def gethostbyname_ex(self, host: Any) -> tuple[str, list[str], list[str]] | None:
        """Return the answer of `gethostbyname_ex` for a local name, else None."""
        address = self.gethostbyname(host)
        return None if address is None else (str(host), [], [address])

    def gethostbyaddr(self, host: Any) -> tuple[str, list[str], list[str]] | None:
        """Return the answer of `gethostbyaddr` for an address of this machine, else None."""
        for _, address in self.addresses(host) or ():
            if address in ("127.0.0.1", "::1"):
                return ("localhost", [], [address])
        return None

    def getnameinfo(self, sockaddr: Any, flags: int) -> tuple[str, str] | None:
        """Return the answer of `getnameinfo` for an address of this machine, or in figures, else None."""
        if type(sockaddr) is not tuple or len(sockaddr) < 2 or type(sockaddr[1]) is not int:
            return None
        host, port = sockaddr[:2]
        found = self.addresses(host) if type(host) is str and host else None
        if found is None:
            return None
        address = found[0][1]
        local = address in ("127.0.0.1", "::1")
        if not local and not flags & _NUMERIC_HOST:
            return None
        names = {number: name for name, number in _PORTS.items()}
        service = str(port) if flags & _NUMERIC_SERVICE else names.get(port, str(port))
        return (address if flags & _NUMERIC_HOST else "localhost", service)
