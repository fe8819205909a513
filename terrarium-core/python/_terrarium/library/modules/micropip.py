"""Installing packages from inside, where the package micropip is not there."""

from importlib import metadata as _metadata

__all__ = ["PackageMetadata", "install", "list"]


class PackageMetadata:
    """An installed package."""

    def __init__(self, name, version, source):
        self.name, self.version, self.source = name, version, source

    def __repr__(self):
        return f"PackageMetadata(name={self.name!r}, version={self.version!r}, source={self.source!r})"


async def install(  # noqa: PLR0917, the arguments of the original
    requirements, keep_going=False, deps=True, credentials=None, pre=False, index_urls=None, **others
):
    """Install packages, and what they require, as far as the option `install` of the sandbox permits it."""
    from _terrarium.library.installs import Refused, install

    given = {"credentials": credentials, "index_urls": index_urls, **others}
    if not deps:
        raise NotImplementedError("micropip.install(deps=False) does not work here")
    for name, value in given.items():
        if name not in ("constraints", "credentials", "index_urls", "reinstall", "verbose"):
            raise TypeError(f"install() got an unexpected keyword argument {name!r}")
        if value and name != "verbose":
            raise NotImplementedError(f"micropip.install({name}=...) does not work here")
    names = [requirements] if isinstance(requirements, str) else [str(text) for text in requirements]
    try:
        install(names, bool(pre))
    except Refused as error:
        refusal = ValueError(str(error))
    else:
        return
    raise refusal


def list():  # noqa: A001, the name of the original
    """Return the installed packages by name."""
    found: dict[str, PackageMetadata] = {}
    for distribution in _metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(name, PackageMetadata(name, distribution.version, "host"))
    return found


def _refused(name):
    def refuse(*args, **keywords):
        raise NotImplementedError(f"micropip.{name} does not work here")

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


def __getattr__(name):
    if name in (
        *("add_mock_package", "freeze", "list_mock_packages", "remove_mock_package", "set_constraints"),
        *("set_index_urls", "uninstall"),
    ):
        return _refused(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
