"""TIFF files whose compression the guest's libtiff does not have: Python does that part for Pillow.

The libtiff of the guest's Pillow was built without zlib, JPEG, LZMA and Zstandard. Such a file is read by unpacking its
strips or tiles into a file without compression, which Pillow reads itself, and written the other way round. What is
packed in another way that libtiff lacks is refused by name, before the C code.
"""

from __future__ import annotations

import io
from array import array
from itertools import accumulate

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

__builtins__ = BUILTINS

# The numbers of tags.
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS, STRIP_COUNTS, PLANAR = 273, 274, 277, 278, 279, 284
PREDICTOR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS, JPEG_TABLES = 317, 322, 323, 324, 325, 347
SUBSAMPLING, LONG = 530, 4

# Pillow's names for compressions that libtiff lacks here and Python has.
_SERVED = {"tiff_adobe_deflate", "tiff_deflate", "jpeg", "lzma", "zstd"}
_BILEVEL = {"tiff_ccitt", "group3", "group4"}
_REFUSED = {"tiff_jpeg": "the old form of JPEG", "webp": "WebP"}
# The differences of neighbouring numbers, or of the bytes of neighbouring floats.
_DIFFERENCES, _BYTES = 2, 3
_MOST_CHUNKS = 1 << 20
_INVERTED = bytes(range(255, -1, -1))


def change_pillow(plugin: Any) -> None:
    """Let Pillow read and write the compressions that Python has."""
    image, real_load, real_save = plugin.TiffImageFile, plugin.TiffImageFile._load_libtiff, plugin._save

    def _load_libtiff(self: Any) -> Any:
        _refuse(self._compression)
        if self._compression not in _SERVED:
            return real_load(self)
        return _load(plugin, self)

    def _save(im: Any, fp: Any, filename: str | bytes) -> None:
        compression = im.encoderinfo.get("compression") or im.info.get("compression")
        if compression in ("tiff_jpeg", "tiff_deflate"):
            # What Pillow writes instead of these.
            compression = "jpeg" if compression == "tiff_jpeg" else "tiff_adobe_deflate"
        # Pillow writes no compression for a name that it does not have, such as "none" or "lzw".
        if compression == "raw" or compression not in plugin.COMPRESSION_INFO_REV:
            real_save(im, fp, filename)
        elif compression in _SERVED:
            _write(plugin, lambda im, fp: real_save(im, fp, filename), im, fp, compression)
        else:
            _check(im, compression)
            # A save that fails in libtiff may leave the interpreter broken: a file that cannot be written would be one.
            buffer = io.BytesIO()
            real_save(im, buffer, filename)
            fp.write(buffer.getvalue())

    image._load_libtiff = _load_libtiff
    plugin._save = _save
    plugin.Image.register_save("TIFF", _save)


def _refuse(compression: str) -> None:
    if compression in _REFUSED:
        raise OSError(
            f"TIFF files with {_REFUSED[compression]} are not supported: the guest's libtiff is built without it"
        )


def _check(im: Any, compression: str) -> None:
    """Refuse what libtiff would refuse while it writes."""
    _refuse(compression)
    if compression in _BILEVEL:
        if im.mode != "1":
            raise OSError(f"cannot write mode {im.mode} as TIFF with the compression {compression}")
    elif compression not in ("tiff_lzw", "packbits"):
        raise OSError(f"the TIFF compression {compression} can be read only")
    info = im.encoderinfo.get("tiffinfo") or {}
    predictor = info.get(PREDICTOR, 1)
    if compression == "tiff_lzw" and predictor != 1:
        fits = im.mode == "F" if predictor == _BYTES else predictor == _DIFFERENCES and im.mode != "1"
        if not fits:
            raise OSError(f"cannot write mode {im.mode} as TIFF with the predictor {predictor}")


def _load(plugin: Any, image: Any) -> Any:
    """Read the image through a file without compression."""
    plugin.Image.Image.load(image)
    plain = plugin.TiffImageFile(io.BytesIO(_unpacked(plugin, image)))
    plain.load()
    if image._compression != "jpeg" and image.tag_v2.get(PHOTOMETRIC) == 6:
        plain = plugin.Image.frombytes("YCbCr", plain.size, plain.tobytes()).convert("RGB")
    image.im = plain.im
    image._mode = plain.mode
    image.tile = []
    image.readonly = 0
    image.load_end()
    if image._exclusive_fp and not image.is_animated:
        image.fp.close()
        image.fp = None
    return plugin.Image.Image.load(image)


def _unpacked(plugin: Any, image: Any) -> bytes:
    tags = image.tag_v2
    tiled = TILE_OFFSETS in tags
    offsets, counts = (tags[TILE_OFFSETS], tags[TILE_COUNTS]) if tiled else (tags[STRIP_OFFSETS], tags[STRIP_COUNTS])
    if len(offsets) != len(counts) or len(offsets) > _MOST_CHUNKS:
        raise OSError("broken TIFF file: the strips or tiles do not have a size each")
    shapes = _shapes(tags, tiled, len(offsets))
    unpack = _unpackers(plugin, image)
    chunks = []
    for offset, count, (width, height, samples) in zip(offsets, counts, shapes, strict=True):
        image.fp.seek(offset)
        chunks.append(unpack(image.fp.read(count), width, height, samples))
    ifd = plugin.ImageFileDirectory_v2(prefix=tags.prefix)
    left_out = (
        STRIP_OFFSETS,
        STRIP_COUNTS,
        TILE_OFFSETS,
        TILE_COUNTS,
        PREDICTOR,
        JPEG_TABLES,
        ORIENTATION,
        SUBSAMPLING,
    )
    for tag in tags:
        if tag < 512 and tag not in left_out:
            ifd.tagtype[tag] = tags.tagtype[tag]
            ifd[tag] = tags[tag]
    ifd[COMPRESSION] = 1
    if tags.get(PHOTOMETRIC) == 6:
        if image._compression != "jpeg" and tuple(tags.get(SUBSAMPLING, (2, 2))) != (1, 1):
            raise OSError("TIFF files with subsampled colours are supported with JPEG only")
        # Pillow converts the colours.
        ifd[PHOTOMETRIC] = 2
    where, sizes = (TILE_OFFSETS, TILE_COUNTS) if tiled else (STRIP_OFFSETS, STRIP_COUNTS)
    lengths = [len(chunk) for chunk in chunks]
    starts = [0, *accumulate(lengths)][: len(chunks)]
    ifd.tagtype[where] = ifd.tagtype[sizes] = LONG
    ifd[where], ifd[sizes] = tuple(starts), tuple(lengths)
    head = ifd._get_ifh()
    if tiled:
        # Pillow moves the offsets of strips behind the directory itself.
        after = len(head) + len(ifd.tobytes(len(head)))
        ifd[where] = tuple(after + start for start in starts)
    return b"".join([head, ifd.tobytes(len(head)), *chunks])


def _shapes(tags: Any, tiled: bool, count: int) -> Iterator[tuple[int, int, int]]:
    """Width, height and numbers of a pixel of each strip or tile."""
    width, height = tags[WIDTH], tags[HEIGHT]
    samples = tags.get(SAMPLES, 1)
    planes = samples if tags.get(PLANAR, 1) == 2 else 1
    samples //= planes
    rows = tags[TILE_HEIGHT] if tiled else min(tags.get(ROWS, height), height)
    if rows < 1:
        raise OSError("broken TIFF file: strips without rows")
    for chunk in range(count):
        if tiled:
            yield tags[TILE_WIDTH], rows, samples
        else:
            top = chunk % max(count // planes, 1) * rows
            yield width, max(min(rows, height - top), 0), samples


def _unpackers(plugin: Any, image: Any) -> Callable[[bytes, int, int, int], bytes]:
    """The function that unpacks a strip or tile of the image."""
    tags = image.tag_v2
    if image._compression == "jpeg":
        return lambda data, width, height, samples: _from_jpeg(plugin, tags, data, (width, height, samples))
    bits = tags.get(BITS, (1,))[0]
    predictor = tags.get(PREDICTOR, 1)
    big = tags.prefix == b"MM"

    def unpack(data: bytes, width: int, height: int, samples: int) -> bytes:
        row = (width * samples * bits + 7) // 8
        plain = _decompress(image._compression, data, row * height)
        if len(plain) < row * height:
            raise OSError("broken TIFF file: a strip or tile ends early")
        if predictor == _DIFFERENCES:
            return b"".join(_add(plain[at : at + row], samples, bits, big) for at in range(0, row * height, row))
        if predictor == _BYTES:
            return b"".join(_join(plain[at : at + row], samples, bits, big) for at in range(0, row * height, row))
        return plain

    return unpack


def _decompress(compression: str, data: bytes, most: int) -> bytes:
    """Decompress at most so many bytes."""
    if most < 1:
        return b""
    try:
        if compression == "lzma":
            import lzma

            return lzma.LZMADecompressor().decompress(data, most)
        if compression == "zstd":
            from compression import zstd  # type: ignore[import-not-found]

            plain: bytes = zstd.ZstdDecompressor().decompress(data, most)
            return plain
        import zlib

        return zlib.decompressobj().decompress(data, most)
    except Exception as error:
        raise OSError(f"broken TIFF file: {error}") from error


def _add(row: bytes, samples: int, bits: int, big: bool) -> bytes:
    """Undo the differences between neighbouring pixels of a row."""
    if bits not in (8, 16, 32):
        raise OSError(f"TIFF files with differences of {bits} bits are not supported")
    kind: Any = {8: "B", 16: "H", 32: "I"}[bits]
    numbers = array(kind, row)
    if big:
        numbers.byteswap()
    for sample in range(samples):
        sums = array("Q", accumulate(numbers[sample::samples]))
        # The low part of each sum, as the machine stores numbers with the low part first.
        numbers[sample::samples] = array(kind, memoryview(sums).cast("B").cast(kind)[:: 64 // bits].tobytes())
    if big:
        numbers.byteswap()
    return numbers.tobytes()


def _join(row: bytes, samples: int, bits: int, big: bool) -> bytes:
    """Undo the differences between the bytes of neighbouring floats: all first bytes stand before all second ones."""
    size = bits // 8
    plain = _add(row, samples, 8, big=False)
    count = len(plain) // size
    out = bytearray(len(plain))
    for place in range(size):
        out[(place if big else size - 1 - place) :: size] = plain[place * count : (place + 1) * count]
    return bytes(out)


def _from_jpeg(plugin: Any, tags: Any, data: bytes, shape: tuple[int, int, int]) -> bytes:
    tables = tags.get(JPEG_TABLES, b"")
    # The colours are those that the tags state; APP14 states them to the decoder.
    colours = {6: 1, 2: 0}.get(tags.get(PHOTOMETRIC), 0)
    marker = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([colours])
    if data[:2] != b"\xff\xd8":
        raise OSError("broken TIFF file: a strip or tile is no JPEG")
    stream = b"\xff\xd8" + (marker if shape[2] == 3 else b"") + tables[2:-2] + data[2:]
    part = plugin.Image.open(io.BytesIO(stream), formats=["JPEG"])
    part.load()
    width, height, samples = shape
    if len(part.getbands()) != samples or part.width < width or part.height < height:
        raise OSError("broken TIFF file: a strip or tile has another shape")
    plain: bytes = part.crop((0, 0, width, height)).tobytes()
    # Pillow takes the four colours of a JPEG for inverted ones.
    return plain.translate(_INVERTED) if samples == 4 else plain


def _write(plugin: Any, save: Callable[[Any, Any], None], im: Any, fp: Any, compression: str) -> None:
    given = im.encoderinfo
    quality = given.get("quality", 75)
    if not isinstance(quality, int) or not 0 <= quality <= 100:
        raise ValueError("Invalid quality setting")
    if "quality" in given and compression != "jpeg":
        raise ValueError("quality setting only supported for 'jpeg' compression")
    if compression == "jpeg" and im.mode not in ("L", "RGB", "CMYK"):
        raise OSError(f"cannot write mode {im.mode} as JPEG in a TIFF file")
    plain = io.BytesIO()
    im.encoderinfo = {**given, "compression": "raw"}
    try:
        save(im, plain)
    finally:
        im.encoderinfo = given
    plain.seek(0)
    file = plugin.TiffImageFile(plain)
    tags = file.tag_v2
    bits = tags.get(BITS, (1,))[0]
    height, samples = tags[HEIGHT], tags.get(SAMPLES, 1)
    row = (tags[WIDTH] * samples * bits + 7) // 8
    plain.seek(tags[STRIP_OFFSETS][0])
    data = plain.read(row * height)
    predictor = tags.get(PREDICTOR, 1)
    if compression != "jpeg" and predictor == _DIFFERENCES:
        data = b"".join(
            _subtract(data[at : at + row], samples, bits, tags.prefix == b"MM") for at in range(0, len(data), row)
        )
    elif predictor != 1:
        raise OSError("this TIFF predictor cannot be written with this compression")
    packed = _to_jpeg(im, quality) if compression == "jpeg" else _compress(compression, data)
    ifd = plugin.ImageFileDirectory_v2(prefix=tags.prefix)
    ifd._bigtiff = tags._bigtiff
    for tag in tags:
        ifd.tagtype[tag] = tags.tagtype[tag]
        ifd[tag] = tags[tag]
    ifd[COMPRESSION] = plugin.COMPRESSION_INFO_REV[compression]
    ifd.tagtype[STRIP_OFFSETS] = ifd.tagtype[STRIP_COUNTS] = LONG
    ifd[ROWS], ifd[STRIP_OFFSETS], ifd[STRIP_COUNTS] = height, (0,), (len(packed),)
    ifd.save(fp)
    fp.write(packed)


def _subtract(row: bytes, samples: int, bits: int, big: bool) -> bytes:
    if bits not in (8, 16, 32):
        raise OSError(f"TIFF differences of {bits} bits are not supported")
    kind: Any = {8: "B", 16: "H", 32: "I"}[bits]
    numbers = array(kind, row)
    if big:
        numbers.byteswap()
    most = (1 << bits) - 1
    differences = array(kind, numbers[:samples])
    differences.extend((b - a) & most for a, b in zip(numbers, numbers[samples:], strict=False))
    if big:
        differences.byteswap()
    return differences.tobytes()


def _compress(compression: str, data: bytes) -> bytes:
    if compression == "lzma":
        import lzma

        return lzma.compress(data)
    if compression == "zstd":
        from compression import zstd

        packed: bytes = zstd.compress(data)
        return packed
    import zlib

    return zlib.compress(data)


def _to_jpeg(im: Any, quality: int) -> bytes:
    out = io.BytesIO()
    inverted = im.point(list(_INVERTED) * 4) if im.mode == "CMYK" else im.copy()
    inverted.save(out, "JPEG", quality=quality, keep_rgb=True)
    return out.getvalue()
