"""`Image`: an interpreter that has booted, with its packages imported, as a file."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from terrarium import _native
from terrarium._gate import on_main_thread
from terrarium._json import loads
from terrarium._options import to_json
from terrarium._records import parsed, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typing_extensions import Unpack

    from terrarium._options import ImageOptions, Seconds


# Inside the class `Image` that name is a method's.
list_ = list


class ImageInfo(NamedTuple):
    """What is in an image."""

    path: str
    """Where it lies."""
    name: str
    """Its name: `base`, or its packages."""
    python: str
    """The version of Python."""
    version: str
    """The version of this library that made it."""
    target: str
    """The kind of machine that it runs on."""
    packages: list[str]
    """The packages in it, with those that they need."""
    modules: list[str]
    """The modules that were imported for it."""
    inline: bool
    """Whether it was compiled with inlining."""
    portable: bool
    """Whether it runs on every usual processor of this architecture."""
    size: int
    """The size of the file in bytes."""
    memory: int
    """The memory that an interpreter has at its start, in bytes; what it does not change is shared."""
    is_complete: bool
    """Whether the files of its packages are in the file, so that it can be moved."""


class Image:
    """An interpreter that has booted and imported its packages: what sandboxes start from.

    An image is one file of machine code, memory and files. A `Sandbox` makes the one that it needs by itself, once, and
    keeps it in the cache folder; building one by hand is for choosing what is in it, for moving it to other machines,
    or for paying the seconds that it takes at another time. All processes of a machine share the memory of one image
    file. An image pickles as the path of its file.

    >>> image = terrarium.Image.build(prepare="import fractions")
    >>> sandbox = terrarium.Sandbox.on_image(image)
    >>> sandbox.execute("import sys; 'fractions' in sys.modules").final_expression
    True
    """

    _inner: _native.Image

    def __init__(self) -> None:
        """Refuse: images come from `build` and `open`."""
        raise TypeError("an Image is made by Image.build or Image.open")

    @classmethod
    def _of(cls, native: _native.Image) -> Image:
        image = cls.__new__(cls)
        image._inner = native
        return image

    @classmethod
    def build(cls, *, progress: Callable[[str], object] | None = None, **options: Unpack[ImageOptions]) -> Image:
        """Build an image, or find the one that was built before from the same things. Nothing is downloaded.

        It takes seconds: about five for the bare interpreter, thirty with numpy, pandas and matplotlib on two cores.

        Args:
            progress: is called with what is being done, in words.
            options: `packages` (names, default none), `packages_from` (folders and wheels, as for a sandbox),
                `prepare` (code that runs before the image is taken; what it imports stays), `warm` (whether packages do
                what people do first with them, default True), `inline` (programs run up to a tenth faster, the image
                takes three times as long to make, and 11 to 27 GB of free memory; default False), `portable`
                (for any processor of this architecture; default False), `timeout` (seconds for imports and
                `prepare`, default 300), `cache_dir`.

        Raises `PackageError` for packages that are not there or broken, `ImageError` when the preparation code or an
        import fails, `CacheError` for a cache folder that cannot be used.

        >>> steps = []
        >>> terrarium.Image.build(progress=steps.append).info.name
        'base'

        """
        return cls._of(_native.Image.build(on_main_thread(), to_json(options), progress))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Image:
        """Open an image file, such as one that `save` wrote on another machine of the same kind.

        The file is native code that runs in this process: open only what you or somebody you trust has built.

        Raises `ImageError` for a file that is no image, is damaged, was made by another version or for another kind of
        machine, or that others can write to.
        """
        return cls._of(_native.Image.open(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the image to a file that holds all that it needs and can be moved to machines of the same kind.

        Raises `ImageError` with the system's reason.
        """
        self._inner.save(path)

    @property
    def info(self) -> ImageInfo:
        """What is in it."""
        return parsed(ImageInfo, self._inner.info())

    @staticmethod
    def inspect(path: str | os.PathLike[str]) -> ImageInfo:
        """Return what is in an image file, without opening it for use. Raises `ImageError`."""
        return parsed(ImageInfo, _native.inspect_image(path))

    @staticmethod
    def list(cache_dir: str | os.PathLike[str] | None = None) -> list_[ImageInfo]:
        """Return the images of this version in a cache folder (None: the default one). Raises `CacheError`."""
        found = loads(_native.list_images(cache_dir))
        return [record(ImageInfo, members) for members in found]

    @staticmethod
    def prune(cache_dir: str | os.PathLike[str] | None = None, *, unused_for: Seconds | None = None) -> list_[Path]:
        """Remove images from a cache folder and return their paths.

        Removed are those that this version cannot use and, if `unused_for` is given (in seconds, or a timedelta), those
        that nobody has used for so long. Images in use go on working. Raises `CacheError`.
        """
        seconds = unused_for.total_seconds() if isinstance(unused_for, timedelta) else unused_for
        return _native.prune_images(cache_dir, seconds)

    def __repr__(self) -> str:
        """Say what is in it and where it lies."""
        info = self.info
        return f"<Image {info.name!r} of Python {info.python}, {info.path}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the path of the file."""
        return Image.open, (self.info.path,)


_BASE = os.path.join(os.path.dirname(__file__), "base.timg")
if os.path.exists(_BASE):
    # An installed package brings the bare interpreter's image: nothing is compiled on the machine.
    _native.set_base(_BASE)
