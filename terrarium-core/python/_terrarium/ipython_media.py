"""The classes of `IPython.display` for pictures, sound, films, pages, files and progress."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from mimetypes import guess_type
from pathlib import Path
from posix import urandom
from struct import pack, unpack_from

from _terrarium.display import display
from _terrarium.ipython_objects import DisplayObject
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

_PNG = b"\x89PNG\r\n\x1a\n"


class Image(DisplayObject):
    """A picture: the bytes of a file, the name of a file, or an address."""

    _binary = True

    def __init__(  # noqa: PLR0917, as in IPython
        self,
        data: Any = None,
        url: Any = None,
        filename: Any = None,
        format: Any = None,  # noqa: A002
        embed: bool | None = None,
        width: Any = None,
        height: Any = None,
        retina: bool = False,
        unconfined: bool = False,
        metadata: dict[str, Any] | None = None,
        alt: str | None = None,
    ) -> None:
        if isinstance(data, str) and data.startswith(("http://", "https://")):
            data, url = None, data
        self.width, self.height, self.alt, self.embed = width, height, alt, embed
        self.retina, self.unconfined = retina, unconfined
        super().__init__(data, url, filename, {**(metadata or {})})
        if isinstance(self.data, str):
            # A name that is no file, as in IPython.
            raise FileNotFoundError(f"No such file or directory: {self.data!r}")
        self.format = format or _format(self.data or b"")
        self._mime = "image/" + {"jpg": "jpeg", "svg": "svg+xml"}.get(self.format, self.format)
        if retina and self.data and self.data[:8] == _PNG and width is None and height is None:
            # The pixels of such a screen are half as large.
            wide, high = unpack_from(">II", self.data, 16)
            self.width, self.height = wide // 2, high // 2
        given = {"width": self.width, "height": self.height, "alt": alt, "unconfined": unconfined or None}
        self.metadata.update({name: value for name, value in given.items() if value is not None})

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        if self.data is None and self.url is not None:
            size = {"width": self.width, "height": self.height, "alt": self.alt}
            words = "".join(f' {name}="{escape(str(value))}"' for name, value in size.items() if value)
            return {"text/html": f'<img src="{escape(str(self.url))}"{words}/>'}, {}
        return super()._repr_mimebundle_()


def _format(data: bytes) -> str:
    for start, name in ((b"\xff\xd8", "jpeg"), (b"GIF8", "gif"), (b"RIFF", "webp"), (b"BM", "bmp")):
        if data.startswith(start):
            return name
    return "png"


class IFrame:
    """A page inside the page."""

    def __init__(self, src: str, width: Any, height: Any, extras: Any = None, **params: Any) -> None:
        self.src, self.width, self.height, self.extras, self.params = src, width, height, extras or [], params

    def _repr_html_(self) -> str:
        from urllib.parse import urlencode

        address = str(self.src) + ("?" + urlencode(self.params) if self.params else "")
        words = "".join(f" {word}" for word in self.extras)
        return f'<iframe width="{self.width}" height="{self.height}" src="{escape(address)}"{words}></iframe>'


class YouTubeVideo(IFrame):
    """A film of a page of films."""

    def __init__(self, id: str, width: Any = 400, height: Any = 300, **options: Any) -> None:  # noqa: A002
        self.id = id
        super().__init__(f"https://www.youtube.com/embed/{id}", width, height, **options)


class VimeoVideo(IFrame):
    """A film of another page of films."""

    def __init__(self, id: str, width: Any = 400, height: Any = 300, **options: Any) -> None:  # noqa: A002
        self.id = id
        super().__init__(f"https://player.vimeo.com/video/{id}", width, height, **options)


class ScribdDocument(IFrame):
    """A document of a page of documents."""

    def __init__(self, id: str, width: Any = 400, height: Any = 300, **options: Any) -> None:  # noqa: A002
        self.id = id
        super().__init__(f"https://www.scribd.com/embeds/{id}/content", width, height, **options)


class FileLink:
    """The name of a file that the run returns."""

    def __init__(self, path: Any, *_: Any, **__: Any) -> None:
        self.path = str(path)

    def _repr_html_(self) -> str:
        return f'<a href="{escape(self.path)}">{escape(self.path)}</a>'

    def __repr__(self) -> str:
        return self.path


class FileLinks(FileLink):
    """The names of the files of a folder that the run returns."""

    def _repr_html_(self) -> str:
        paths = sorted(path for path in Path(self.path).rglob("*") if path.is_file())
        return "<br>".join(f'<a href="{escape(str(path))}">{escape(str(path))}</a>' for path in paths)


class Audio(DisplayObject):
    """Sound: the bytes or the name of a file, an address, or samples with their rate."""

    _binary = True

    def __init__(  # noqa: PLR0917, as in IPython
        self,
        data: Any = None,
        filename: Any = None,
        url: Any = None,
        embed: bool | None = None,
        rate: float | None = None,
        autoplay: bool = False,
        normalize: bool = True,
        *,
        element_id: str | None = None,
    ) -> None:
        if data is None and filename is None and url is None:
            raise ValueError("No audio data found. Expecting filename, url, or data.")
        if isinstance(data, str) and data.startswith(("http://", "https://")):
            data, url = None, data
        self.autoplay, self.element_id, self.embed = autoplay, element_id, embed
        if data is not None and not isinstance(data, (str, bytes, bytearray, Path)):
            if rate is None:
                raise ValueError("rate must be specified when data is a numpy array or list of audio samples.")
            data = _wave(data, int(rate), normalize)
        super().__init__(data, url, filename)
        self.mimetype = guess_type(str(self.filename or self.url or ""))[0] or "audio/wav"

    def _repr_html_(self) -> str:
        source = escape(str(self.url)) if self.data is None else _address(self.data, self.mimetype)
        name = f' id="{escape(self.element_id)}"' if self.element_id else ""
        play = ' autoplay="autoplay"' if self.autoplay else ""
        return (
            f'<audio{name} controls="controls"{play}>\n<source src="{source}" type="{self.mimetype}" />\n'
            "Your browser does not support the audio element.\n</audio>"
        )

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/html": self._repr_html_()}, {}


def _address(data: Any, mime: str) -> str:
    """Return an address that contains the data."""
    text = data if isinstance(data, str) else b64encode(data).decode("ascii")
    return f"data:{mime};base64,{text}"


def _wave(samples: Any, rate: int, normalize: bool) -> bytes:
    """Return the file of samples: a list for one channel, or one for each channel."""
    rows = [list(row) for row in samples] if len(samples) and hasattr(samples[0], "__len__") else [list(samples)]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("Array audio input must be a 1D or 2D array")
    largest = max((abs(float(value)) for row in rows for value in row), default=0.0)
    if not normalize and largest > 1:
        raise ValueError("Audio data must be between -1 and 1 when normalize=False.")
    factor = 32767 / (largest if normalize and largest else 1.0)
    values = [int(float(value) * factor) for frame in zip(*rows, strict=True) for value in frame]
    body = pack(f"<{len(values)}h", *values)
    count = len(rows)
    form = pack("<HHIIHH", 1, count, rate, rate * count * 2, count * 2, 16)
    chunks = b"fmt " + pack("<I", len(form)) + form + b"data" + pack("<I", len(body)) + body
    return b"RIFF" + pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


class Video(DisplayObject):
    """A film: the bytes or the name of a file, or an address."""

    _binary = True

    def __init__(  # noqa: PLR0917, as in IPython
        self,
        data: Any = None,
        url: Any = None,
        filename: Any = None,
        embed: bool = False,
        mimetype: str | None = None,
        width: Any = None,
        height: Any = None,
        html_attributes: str = "controls",
    ) -> None:
        if isinstance(data, str) and data.startswith(("http://", "https://")):
            data, url = None, data
        self.width, self.height, self.embed, self.html_attributes = width, height, embed, html_attributes
        super().__init__(data, url, filename)
        self.mimetype = mimetype or guess_type(str(self.filename or self.url or ""))[0] or "video/mp4"

    def _repr_html_(self) -> str:
        size = "".join(
            f' {name}="{value}"' for name, value in (("width", self.width), ("height", self.height)) if value
        )
        # The front end cannot read the files of the run, so the film is always inside.
        source = escape(str(self.url)) if self.data is None else _address(self.data, self.mimetype)
        return (
            f'<video {self.html_attributes}{size}>\n<source src="{source}" type="{self.mimetype}">\n'
            "Your browser does not support the video element.\n</video>"
        )

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/html": self._repr_html_()}, {}


class ProgressBar(DisplayObject):
    """A bar that shows the progress of a loop over it, or that a program moves."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._progress = 0
        self.html_width = "60ex"
        self.text_width = 60
        self._display_id = urandom(8).hex()
        super().__init__()

    def __repr__(self) -> str:
        done = int(self._progress / self.total * self.text_width) if self.total else self.text_width
        return f"[{'=' * done:<{self.text_width}}] {self._progress}/{self.total}"

    def _repr_html_(self) -> str:
        return f"<progress style='width:{self.html_width}' max='{self.total}' value='{self._progress}'></progress>"

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/html": self._repr_html_()}, {}

    def display(self) -> None:
        """Display the bar."""
        display(self, display_id=self._display_id)

    def update(self) -> None:
        """Display the present state in place of the earlier one."""
        display(self, display_id=self._display_id, update=True)

    @property
    def progress(self) -> int:
        """The number of steps that are done."""
        return self._progress

    @progress.setter
    def progress(self, value: int) -> None:
        self._progress = value
        self.update()

    def __iter__(self) -> ProgressBar:
        self.display()
        self._progress = -1
        return self

    def __next__(self) -> int:
        self.progress += 1
        if self.progress < self.total:
            return self.progress
        raise StopIteration
