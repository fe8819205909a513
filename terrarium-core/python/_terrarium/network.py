"""Replacements for the network: errors that name the closed network, and no browser.

Libraries take the platform for a browser and request data through JavaScript. Those parts are replaced, so that a
request takes the same path as on other machines: down to a socket, which the host refuses. If the host permits sockets
in the future, these requests work too, except the transports of httpx, which refuse by themselves until real ones are
written.
"""

from __future__ import annotations

from array import array
from errno import EACCES

from _terrarium.disguise import disguise
from _terrarium.pristine import BUILTINS, load
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__builtins__ = BUILTINS

_AF_UNIX, _DOMAIN = 1, 39
# Constants without which the module is compiled. Pairs of local sockets exist, and options have no effect.
_ABSENT = {"AF_UNIX": _AF_UNIX, "SO_REUSEADDR": 2, "SO_REUSEPORT": 15}
# The request to the host that makes a pair of connected sockets.
_PAIR = 0x7480
_CLOSED = "the network is disabled by policy"
_NAME_LOOKUPS = ("getaddrinfo", "gethostbyaddr", "gethostbyname", "gethostbyname_ex", "getnameinfo")
# Functions whose answers are tables of the system.
_TABLES = ("getservbyname", "getservbyport", "getprotobyname", "if_nameindex")
# The errors of a look-up that the host refuses: EAI_FAIL, or NO_RECOVERY for `gethostbyaddr`.
_LOOKUP_REFUSED = (-4, 3)


def change_lookups(module: Any) -> None:
    """Answer look-ups of local names, and add the reason to the error of a refused one."""
    for name, value in _ABSENT.items():
        if not hasattr(module, name):
            setattr(module, name, value)
    names = load("_terrarium.lookups").Names(module)
    for name in _NAME_LOOKUPS:
        setattr(module, name, _explained(module, _original(module, name), getattr(names, name)))
    for name in _TABLES:
        setattr(module, name, _answered(_original(module, name), getattr(names, name)))
    for name, convert in (("inet_pton", _pack), ("inet_ntop", _unpack)):
        setattr(module, name, _converted(module.AF_INET6, _original(module, name), convert))


def _original(module: Any, name: str) -> Any:
    """Return a function as it was before an earlier change."""
    present = getattr(module, name)
    return getattr(present, "__wrapped__", present)


def _answered(real: Any, local: Callable[..., Any]) -> Any:
    def lookup(*args: Any) -> Any:
        return local(*args)

    return disguise(lookup, real)


def _converted(version_6: int, real: Any, convert: Callable[[Any], Any]) -> Any:
    """Return a conversion of addresses that has version 6 too, without which the module is compiled."""

    def conversion(*args: Any) -> Any:
        if len(args) == 2 and args[0] == version_6:
            return convert(args[1])
        return real(*args)

    return disguise(conversion, real)


def _pack(text: Any) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"inet_pton() argument 2 must be str, not {type(text).__name__}")
    addresses = load("ipaddress")
    try:
        if "%" in text:
            raise addresses.AddressValueError
        packed: bytes = addresses.IPv6Address(text).packed
    except addresses.AddressValueError:
        packed = b""
    if not packed:
        raise OSError("illegal IP address string passed to inet_pton")
    return packed


def _unpack(packed: Any) -> str:
    content = bytes(memoryview(packed))
    if len(content) != 16:
        raise ValueError("invalid length of packed IP address string")
    return str(load("ipaddress").IPv6Address(content))


def _explained(module: Any, real: Callable[..., Any], local: Callable[..., Any]) -> Any:
    def lookup(*args: Any, **keywords: Any) -> Any:
        try:
            found = local(*args, **keywords)
        except TypeError:
            # The real function reports wrong arguments.
            found = None
        if found is not None:
            return found
        try:
            return real(*args, **keywords)
        except (module.gaierror, module.herror) as error:
            if error.errno not in _LOOKUP_REFUSED:
                raise
            refused = type(error)(error.errno, _CLOSED)
        raise refused

    return disguise(lookup, real)


def change_sockets(module: Any) -> None:
    """Add the reason to the errors of refused sockets, and make pairs of connected ones."""
    if hasattr(module.socketpair, "__wrapped__"):
        # An image starts with these changes.
        return
    for name in ("connect", "bind", "listen", "sendto", "sendmsg"):
        setattr(module.socket, name, _refused(module, getattr(module.socket, name)))
    for name in ("getsockname", "getpeername"):
        setattr(module.socket, name, _named(getattr(module.socket, name)))
    real = module.socketpair

    def socketpair(
        family: Any = None,
        type: int = module.SOCK_STREAM,  # noqa: A002, the name of the original
        proto: int = 0,
    ) -> tuple[Any, ...]:
        # The place of the request to the host, and of both descriptors.
        family = module.AF_UNIX if family is None else family
        request = array("i", (int(family), int(type), int(proto), -1, -1))
        load("fcntl").ioctl(channel.descriptor, _PAIR, request)
        for descriptor in request[3:]:
            load("os").set_inheritable(descriptor, False)
        # The compiled part does not have this family: for it, the sockets are of another.
        return tuple([module.socket(module.AF_INET, type, proto, descriptor) for descriptor in request[3:]])

    module.socketpair = disguise(socketpair, real)
    module.socket.family = _true_family(module, module.socket.family)
    load("_terrarium.threads.waits").change_sockets(module)


def change_select(module: Any) -> None:
    """Let threads run while the program waits for descriptors."""
    load("_terrarium.threads.waits").change_select(module)


def _true_family(module: Any, real: Any) -> property:
    def family(self: Any) -> Any:
        known = real.fget(self)
        if known == module.AF_INET and self.fileno() >= 0 and self.getsockopt(module.SOL_SOCKET, _DOMAIN) == _AF_UNIX:
            return module.AF_UNIX
        return known

    return property(disguise(family, real.fget), doc=real.__doc__)


def _refused(module: Any, real: Callable[..., Any]) -> Any:
    def method(self: Any, *args: Any, **keywords: Any) -> Any:
        refusal: OSError = PermissionError(EACCES, _CLOSED)
        try:
            return real(self, *args, **keywords)
        except PermissionError:
            pass
        except module.gaierror as error:
            if error.errno not in _LOOKUP_REFUSED:
                raise
            if real.__name__ != "bind":
                # A name of another machine; the names that can be bound are those of this one.
                refusal = module.gaierror(error.errno, _CLOSED)
        raise refusal

    return disguise(method, real)


def _named(real: Callable[..., Any]) -> Any:
    def method(self: Any) -> Any:
        # The compiled part has the bare address of a local socket, which has no name.
        name = real(self)
        return "" if name is None or name[0] == _AF_UNIX else name

    return disguise(method, real)


def fill_urllib3(module: Any) -> None:
    """Make urllib3 keep its ordinary connections."""

    def inject_into_urllib3() -> None:
        """Do nothing: there is no browser whose connections could be used."""

    module.inject_into_urllib3 = inject_into_urllib3


def fill_httpx(module: Any) -> None:
    """Give httpx transports that refuse: its ordinary ones need a package that it does not require here."""
    from httpx import _exceptions  # type: ignore[import-not-found]
    from httpx._transports import base  # type: ignore[import-not-found]

    _fill_transports(module, "httpx", _exceptions, base)


def fill_httpx2(module: Any) -> None:
    """Give its successor the same transports, in place of the package that has those of a browser."""
    from httpx2 import _exceptions  # type: ignore[import-not-found]
    from httpx2._transports import base  # type: ignore[import-not-found]

    _fill_transports(module, "httpx2", _exceptions, base)


def _fill_transports(module: Any, package: str, exceptions: Any, base: Any) -> None:
    def refuse(request: Any) -> None:
        if request.url.scheme not in ("http", "https"):
            message = f"the URL {str(request.url)!r} starts with neither http:// nor https://"
            raise exceptions.UnsupportedProtocol(message, request=request)
        raise exceptions.ConnectError(_CLOSED, request=request)

    class HTTPTransport(base.BaseTransport):  # type: ignore[misc]
        """Refuses every request, like a machine without a network. The settings are for connections."""

        def __init__(self, *_settings: Any, **_named: Any) -> None:
            pass

        def handle_request(self, request: Any) -> Any:
            refuse(request)

    class AsyncHTTPTransport(base.AsyncBaseTransport):  # type: ignore[misc]
        """Refuses every request, like a machine without a network. The settings are for connections."""

        def __init__(self, *_settings: Any, **_named: Any) -> None:
            pass

        async def handle_async_request(self, request: Any) -> Any:
            refuse(request)

    for transport in (HTTPTransport, AsyncHTTPTransport):
        transport.__module__, transport.__qualname__ = package, transport.__name__
    module.JavascriptFetchTransport = HTTPTransport
    module.AsyncJavascriptFetchTransport = AsyncHTTPTransport
    module.__all__ = ["AsyncJavascriptFetchTransport", "JavascriptFetchTransport"]
