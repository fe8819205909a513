"""TIFF files of every compression: files made by hand are read, and what Pillow writes is read again or refused."""

import io
import lzma
import random
import struct
import warnings
import zlib
from compression import zstd

from PIL import Image, TiffImagePlugin

random.seed(0)
SIZE = WIDTH, HEIGHT = 53, 37


def tiff(order, compression, strips, rows, bits, photometric, tags=()):
    """A file with these strips, in the byte order "<" or ">"."""
    entries = {256: WIDTH, 257: HEIGHT, 258: bits, 259: compression, 262: photometric, 277: len(bits), 278: rows}
    entries |= {273: [0] * len(strips), 279: [len(strip) for strip in strips]} | dict(tags)

    def directory(at):
        head, rest = struct.pack(order + "H", len(entries)), b""
        behind = at + 2 + 12 * len(entries) + 4
        for tag, value in sorted(entries.items()):
            raw = isinstance(value, bytes)
            values = value if raw else list(value) if isinstance(value, (list, tuple)) else [value]
            data = value if raw else struct.pack(f"{order}{len(values)}I", *values)
            kind = 7 if raw else 4
            where = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(order + "I", behind + len(rest))
            head += struct.pack(order + "HHI", tag, kind, len(values)) + where
            if len(data) > 4:
                rest += data + b"\0" * (len(data) % 2)
        return head + bytes(4) + rest

    start = 8 + len(directory(8))
    entries[273] = [start + sum(map(len, strips[:n])) for n in range(len(strips))]
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(order + "I", 8) + directory(8) + b"".join(strips)


def split(data, row, rows):
    return [data[at : at + row * rows] for at in range(0, len(data), row * rows)]


def differences(data, row, samples):
    """The differences of bytes to those of the pixel before, row by row."""
    out = bytearray()
    for at in range(0, len(data), row):
        line = data[at : at + row]
        out += bytes((b - (line[n - samples] if n >= samples else 0)) & 255 for n, b in enumerate(line))
    return bytes(out)


def read(data):
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image.copy()


PACKERS = {8: zlib.compress, 32946: zlib.compress, 34925: lzma.compress, 50000: zstd.compress}
grey, colour = random.randbytes(WIDTH * HEIGHT), random.randbytes(WIDTH * HEIGHT * 3)
for compression, packed in PACKERS.items():
    for order in "<>":
        for rows in (HEIGHT, 8, 1):
            strips = [packed(strip) for strip in split(grey, WIDTH, rows)]
            assert read(tiff(order, compression, strips, rows, [8], 1)).tobytes() == grey, (compression, order, rows)
            strips = [packed(strip) for strip in split(differences(colour, WIDTH * 3, 3), WIDTH * 3, rows)]
            image = read(tiff(order, compression, strips, rows, [8, 8, 8], 2, {317: 2}.items()))
            assert image.mode == "RGB" and image.tobytes() == colour, (compression, order, rows)
        # Numbers of 16 bits, with differences.
        numbers = [random.randrange(65536) for _ in range(WIDTH * HEIGHT)]
        lines = [numbers[at : at + WIDTH] for at in range(0, len(numbers), WIDTH)]
        steps = [(b - a) & 65535 for line in lines for a, b in zip([0, *line], line)]
        strip = packed(struct.pack(f"{order}{len(steps)}H", *steps))
        image = read(tiff(order, compression, [strip], HEIGHT, [16], 1, {317: 2}.items()))
        assert list(image.getdata()) == numbers, (compression, order)
        # Floats, whose bytes stand apart.
        floats = struct.pack(f"{WIDTH * HEIGHT}f", *(random.uniform(-1, 1) for _ in range(WIDTH * HEIGHT)))
        lines = [floats[at : at + WIDTH * 4] for at in range(0, len(floats), WIDTH * 4)]
        apart = b"".join(line[3 - n :: 4] for line in lines for n in range(4))
        strip = packed(differences(apart, WIDTH * 4, 1))
        image = read(tiff(order, compression, [strip], HEIGHT, [32], 1, {317: 3, 339: 3}.items()))
        assert image.mode == "F" and image.tobytes() == floats, (compression, order)

smooth = Image.linear_gradient("L").resize(SIZE)
smooth_colour = Image.merge("RGB", [smooth, smooth.rotate(180), smooth])


def near(one, other, most=6):
    return all(abs(a - b) <= most for a, b in zip(one.tobytes(), other.tobytes(), strict=True))


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, subsampling=0, **options)
    return out.getvalue()


parts = [smooth_colour.crop((0, top, WIDTH, min(top + 8, HEIGHT))) for top in range(0, HEIGHT, 8)]
image = read(tiff("<", 7, [jpeg(part) for part in parts], 8, [8, 8, 8], 6))
assert image.mode == "RGB" and near(image, smooth_colour)
image = read(tiff(">", 7, [jpeg(part, keep_rgb=True) for part in parts], 8, [8, 8, 8], 2))
assert image.mode == "RGB" and near(image, smooth_colour)
assert near(read(tiff("<", 7, [jpeg(smooth)], HEIGHT, [8], 1)), smooth)
# The tables of the JPEG are in a tag, not in the strip.
whole = jpeg(smooth)
end = whole.index(b"\xff\xc0")
tables, strip = whole[:end] + b"\xff\xd9", b"\xff\xd8" + whole[end:]
assert near(read(tiff("<", 7, [strip], HEIGHT, [8], 1, {347: tables}.items())), smooth)


def written(image, **options):
    out = io.BytesIO()
    image.save(out, "TIFF", **options)
    return out.getvalue()


def example(mode):
    if mode == "F":
        return Image.frombytes("F", SIZE, floats)
    if mode == "1":
        return smooth.convert("1")
    return Image.frombytes(mode, SIZE, random.randbytes(len(Image.new(mode, SIZE).tobytes())))


for mode in ("1", "L", "LA", "RGB", "RGBA", "CMYK", "I", "I;16", "F"):
    for compression in ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "tiff_deflate", "lzma", "zstd"):
        image = example(mode)
        again = read(written(image, compression=compression))
        assert (again.mode, again.size, again.tobytes()) == (mode, SIZE, image.tobytes()), (mode, compression)
for image in (smooth, smooth_colour):
    data = written(image, compression="jpeg", quality=95)
    assert TiffImagePlugin.TiffImageFile(io.BytesIO(data)).info["compression"] == "jpeg"
    assert near(read(data), image)
assert read(written(example("1"), compression="group4")).mode == "1"
assert near(read(written(smooth, compression="tiff_adobe_deflate", tiffinfo={317: 2})), smooth, 0)
pages = io.BytesIO()
smooth.save(pages, "TIFF", compression="tiff_adobe_deflate", save_all=True, append_images=[smooth_colour, smooth])
with Image.open(pages) as image:
    modes = []
    for page in range(image.n_frames):
        image.seek(page)
        image.load()
        modes.append(image.mode)
assert modes == ["L", "RGB", "L"]
smooth_colour.save("a.tif", compression="tiff_deflate", dpi=(72, 72))
with Image.open("a.tif") as image:
    assert near(image, smooth_colour, 0) and image.info["dpi"] == (72, 72)

# Pillow writes no compression for a name that it does not have.
for name in ("lzw", "none", "deflate"):
    image = read(written(smooth_colour, compression=name))
    assert near(image, smooth_colour, 0) and image.info["compression"] == "raw"

# What libtiff would refuse while it writes is refused before, many times, and the interpreter is as before.
for _ in range(100):
    for image, options in (
        (smooth_colour, {"compression": "group4"}),
        (smooth_colour, {"compression": "webp"}),
        (smooth_colour, {"compression": "tiff_thunderscan"}),
        (example("1"), {"compression": "tiff_lzw", "tiffinfo": {317: 2}}),
        (example("1"), {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 2}}),
        (example("RGBA"), {"compression": "jpeg"}),
    ):
        try:
            written(image, **options)
        except OSError:
            continue
        raise AssertionError(options)
    assert near(read(written(smooth_colour, compression="tiff_lzw")), smooth_colour, 0)

# Damaged files are errors of Python, or warnings.
warnings.simplefilter("ignore")
for compression in ("tiff_lzw", "packbits", "tiff_adobe_deflate", "lzma", "zstd", "jpeg"):
    good = written(smooth, compression=compression)
    for _ in range(60):
        bad = bytearray(good)
        for _ in range(3):
            bad[random.randrange(8, len(bad))] = random.randrange(256)
        try:
            read(bytes(bad))
        except Exception as error:
            assert not isinstance(error, (MemoryError, SystemError)), error
assert near(read(written(smooth, compression="tiff_lzw")), smooth, 0)
