"""Replacements for the network: errors that name the closed network, and no browser.

Libraries take the platform for a browser and request data through JavaScript. Those parts are replaced, so that a
request takes the same path as on other machines: down to a socket, which the host refuses. If the host permits sockets
in the future, these requests work too, except the transports of httpx, which refuse by themselves until real ones are
written.
"""

from __future__ import annotations

from errno import EACCES

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

_CLOSED = "the network is disabled by policy"
_NAME_LOOKUPS = ("getaddrinfo", "gethostbyaddr", "gethostbyname", "gethostbyname_ex", "getnameinfo")
# The errors of a look-up that the host refuses: EAI_FAIL, or NO_RECOVERY for `gethostbyaddr`.
_LOOKUP_REFUSED = (-4, 3)


def change_lookups(module: ModuleType) -> None:
    """Add the reason to the error of a refused name look-up."""
    for name in _NAME_LOOKUPS:
        setattr(module, name, _explained(module, getattr(module, name)))


def _explained(module: Any, real: Callable[..., Any]) -> Callable[..., Any]:
    def lookup(*args: Any, **keywords: Any) -> Any:
        try:
            return real(*args, **keywords)
        except (module.gaierror, module.herror) as error:
            if error.errno not in _LOOKUP_REFUSED:
                raise
            refused = type(error)(error.errno, _CLOSED)
        raise refused

    _disguise(lookup, real)
    return lookup


def _disguise(ours: Callable[..., Any], real: Any) -> None:
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(ours, name, getattr(real, name))
    # The source of the signature for `inspect`.
    ours.__wrapped__ = real  # type: ignore[attr-defined]


def change_sockets(module: Any) -> None:
    """Add the reason to the error of a refused socket."""
    real = module.socket.__init__

    def make(self: Any, *args: Any, **keywords: Any) -> None:
        try:
            real(self, *args, **keywords)
            return
        except PermissionError:
            pass
        raise PermissionError(EACCES, _CLOSED)

    _disguise(make, real)
    module.socket.__init__ = make


def fill_urllib3(module: Any) -> None:
    """Make urllib3 keep its ordinary connections."""

    def inject_into_urllib3() -> None:
        """Do nothing: there is no browser whose connections could be used."""

    module.inject_into_urllib3 = inject_into_urllib3


def fill_httpx(module: Any) -> None:
    """Give httpx transports that refuse: its ordinary ones need a package that it does not require here."""
    from httpx import _exceptions  # type: ignore[import-not-found]
    from httpx._transports.base import AsyncBaseTransport, BaseTransport  # type: ignore[import-not-found]

    def refuse(request: Any) -> None:
        if request.url.scheme not in ("http", "https"):
            message = f"the URL {str(request.url)!r} starts with neither http:// nor https://"
            raise _exceptions.UnsupportedProtocol(message, request=request)
        raise _exceptions.ConnectError(_CLOSED, request=request)

    class HTTPTransport(BaseTransport):  # type: ignore[misc]
        """Refuses every request, like a machine without a network. The settings are for connections."""

        def __init__(self, *_settings: Any, **_named: Any) -> None:
            pass

        def handle_request(self, request: Any) -> Any:
            refuse(request)

    class AsyncHTTPTransport(AsyncBaseTransport):  # type: ignore[misc]
        """Refuses every request, like a machine without a network. The settings are for connections."""

        def __init__(self, *_settings: Any, **_named: Any) -> None:
            pass

        async def handle_async_request(self, request: Any) -> Any:
            refuse(request)

    for transport in (HTTPTransport, AsyncHTTPTransport):
        transport.__module__, transport.__qualname__ = "httpx", transport.__name__
    module.JavascriptFetchTransport = HTTPTransport
    module.AsyncJavascriptFetchTransport = AsyncHTTPTransport
    module.__all__ = ["AsyncJavascriptFetchTransport", "JavascriptFetchTransport"]


def change_micropip(module: Any) -> None:
    """Make micropip explain how to add a package, when it cannot reach an index."""
    real = module.query_package

    async def query_package(name: str, *args: Any, **keywords: Any) -> Any:
        try:
            return await real(name, *args, **keywords)
        except ValueError:
            pass
        raise ValueError(
            f"{name!r} cannot be fetched: {_CLOSED}. "
            f"Packages are added from outside: add {name!r} to the option `packages`"
        )

    _disguise(query_package, real)
    module.query_package = query_package
