"""`Image`: an interpreter that has booted, with its packages imported, as a file."""

from __future__ import annotations

import os
import warnings
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from terrarium import _native
from terrarium._errors import TerrariumError
from terrarium._gate import in_thread, on_main_thread
from terrarium._json import loads
from terrarium._options import to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typing_extensions import Unpack

    from terrarium._option_types import ImageOptions, Seconds
    from terrarium._records import ImageInfo

# Inside the class `Image` that name is a method's.
list_ = list


class Image:
    """An interpreter that has booted and imported its packages: the starting point of sandboxes.

    An image is one file of machine code, memory and files. A `Sandbox` makes the image that it needs once, and keeps it
    in the cache folder. Build one by hand to choose its content (see `ImageOptions`), to move it to other machines, or
    to spend the seconds that it takes at another time. All processes of a machine share the memory of one image file.
    An image pickles as the path of its file.

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
        """Build an image, or find the image that was built before from the same options. Nothing is downloaded.

        It takes seconds: about five for the bare interpreter, thirty with numpy, pandas and matplotlib on two cores.

        Args:
            progress: is called with each step, in words. An exception that it raises ends the build, as Ctrl+C does,
                and is raised here.
            options: see `ImageOptions`: `packages`, `packages_from`, `prepare`, `warm`, `inline`, `portable`,
                `timeout`, `cache_dir` and `cache_bytes`.

        Raises `PackageError` for packages that are not there or broken, `ImageError` when the preparation code or an
        import fails, `CacheError` for a cache folder that cannot be used.

        >>> steps = []
        >>> terrarium.Image.build(progress=steps.append).info.name
        'base'

        """
        return cls._of(_native.Image.build(on_main_thread(), to_json(options), progress))

    @classmethod
    async def build_async(
        cls, *, progress: Callable[[str], object] | None = None, **options: Unpack[ImageOptions]
    ) -> Image:
        """Do what `build` does, on another thread. `progress` is called in the event loop.

        Cancelling the task ends the build.
        """
        from terrarium._tasks import with_progress

        return await with_progress(lambda heard: cls.build(progress=heard, **options), progress)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Image:
        """Open an image file, such as one that `save` wrote on another machine of the same kind.

        The file is native code that runs in this process: open only files from a source that you trust.

        Raises `ImageError` for a file that is no image, is damaged, was made by another version or for another kind of
        machine, or that others can write to.
        """
        return cls._of(_native.Image.open(path))

    @classmethod
    async def open_async(cls, path: str | os.PathLike[str]) -> Image:
        """Do what `open` does, on another thread."""
        return await in_thread(lambda: cls.open(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the image to a file that holds all that it needs and can be moved to machines of the same kind.

        Raises `ImageError` with the system's reason.
        """
        self._inner.save(path)

    async def save_async(self, path: str | os.PathLike[str]) -> None:
        """Do what `save` does, on another thread."""
        await in_thread(lambda: self.save(path))

    @property
    def info(self) -> ImageInfo:
        """The content of the image."""
        return _info(self._inner.info())

    @staticmethod
    def inspect(path: str | os.PathLike[str]) -> ImageInfo:
        """Return the content of an image file, without opening it for use. Raises `ImageError`."""
        return _info(_native.inspect_image(path))

    @staticmethod
    def list(cache_dir: str | os.PathLike[str] | None = None) -> list_[ImageInfo]:
        """Return the images of this version in a cache folder (None: the default one). Raises `CacheError`."""
        from terrarium._records import ImageInfo, record

        return [record(ImageInfo, members) for members in loads(_native.list_images(cache_dir))]

    @staticmethod
    def prune(cache_dir: str | os.PathLike[str] | None = None, *, unused_for: Seconds | None = None) -> list_[Path]:
        """Remove images from a cache folder and return their paths.

        It removes those that this version cannot use and, if `unused_for` is given (in seconds, or a timedelta), those
        that were not used for that time. Images in use keep working. Raises `CacheError`.
        """
        seconds = unused_for.total_seconds() if isinstance(unused_for, timedelta) else unused_for
        return _native.prune_images(cache_dir, seconds)

    def __repr__(self) -> str:
        """Name its content and its file."""
        info = self.info
        return f"<Image {info.name!r} of Python {info.python}, {info.path}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the path of the file."""
        return Image.open, (self.info.path,)


def _info(text: str) -> ImageInfo:
    from terrarium._records import ImageInfo, parsed

    return parsed(ImageInfo, text)


def _add_ready_images() -> None:
    """Use the ready images of an installed package `terrarium-science`, which `pip install terrarium[science]` adds."""
    spec = find_spec("terrarium_science")
    for place in (spec.submodule_search_locations if spec else None) or ():
        folder = os.path.join(place, "ready")
        if os.path.exists(folder):
            try:
                _native.add_ready_images(folder)
            except TerrariumError as error:
                # Of another version: images are built as usual.
                warnings.warn(f"the ready images of terrarium-science are not used: {error}", stacklevel=2)


_add_ready_images()

_BARE = os.path.join(os.path.dirname(__file__), "base.timg")
if os.path.exists(_BARE):
    # An installed package contains the bare image: nothing is compiled on the machine.
    _native.set_bare_image(_BARE)
