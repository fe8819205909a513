"""Long calls of matplotlib and Pillow."""

# packages: matplotlib, pillow

import io

import matplotlib.pyplot as plt
from PIL import Image, ImageDraw, ImageFilter


def save_figure():
    figure, axes = plt.subplots(6, 6)
    yield
    while True:
        figure.savefig(io.BytesIO(), dpi=100)


def save_points():
    figure, axes = plt.subplots()
    axes.scatter(range(300_000), range(300_000), s=50, alpha=0.5)
    yield
    figure.savefig(io.BytesIO())


def save_vectors():
    figure, axes = plt.subplots()
    axes.plot(range(300_000), [n * 7919 % 1000 for n in range(300_000)])
    yield
    while True:
        figure.savefig(io.BytesIO(), format="svg")


def open_figures():
    for _ in range(20):
        plt.figure()
        plt.plot(range(1000))
    yield
    while True:
        pass


def resize():
    image = Image.new("RGB", (4000, 4000))
    yield
    while True:
        image.resize((3000, 3000), Image.Resampling.LANCZOS)


def blur():
    image = Image.new("RGB", (3000, 3000))
    yield
    while True:
        image.filter(ImageFilter.GaussianBlur(500))


def rank():
    image = Image.effect_noise((3000, 3000), 100)
    yield
    image.filter(ImageFilter.MedianFilter(31))


def save_png():
    image = Image.effect_noise((4000, 4000), 100)
    yield
    image.save(io.BytesIO(), "png", compress_level=9)


def save_jpeg():
    image = Image.effect_noise((4000, 4000), 100)
    yield
    while True:
        image.save(io.BytesIO(), "jpeg", optimize=True, quality=100)


def save_webp():
    image = Image.effect_noise((2000, 2000), 100).convert("RGB")
    yield
    image.save(io.BytesIO(), "webp", lossless=True, quality=100, method=6)


def draw():
    draw = ImageDraw.Draw(Image.new("RGB", (3000, 3000)))
    yield
    while True:
        draw.ellipse((0, 0, 2999, 2999), fill="red", outline="blue", width=100)


def quantize():
    image = Image.effect_noise((3000, 3000), 100).convert("RGB")
    yield
    image.quantize(256, method=Image.Quantize.MAXCOVERAGE)


def rotate():
    image = Image.new("RGB", (4000, 4000))
    yield
    while True:
        image.rotate(30, resample=Image.Resampling.BICUBIC)
