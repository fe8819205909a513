"""Makes thumbnails of a picture: turned, in grey, with a frame, and a sheet with all of them."""

from PIL import Image, ImageDraw, ImageFilter, ImageOps

picture = Image.open("picture.png").convert("RGB")
print(f"picture: {picture.width}x{picture.height}")

small = ImageOps.contain(picture, (120, 120), Image.Resampling.LANCZOS)
versions = {
    "small": small,
    "turned": small.rotate(90, expand=True),
    "grey": ImageOps.grayscale(small).convert("RGB"),
    "framed": ImageOps.expand(small, border=6, fill="goldenrod"),
    "soft": small.filter(ImageFilter.GaussianBlur(3)),
}
sheet = Image.new("RGB", (3 * 150, 2 * 160), "white")
draw = ImageDraw.Draw(sheet)
for number, (name, version) in enumerate(versions.items()):
    left, top = number % 3 * 150, number // 3 * 160
    sheet.paste(version, (left + (150 - version.width) // 2, top + 8))
    draw.text((left + 75, top + 144), name, fill="black", anchor="mm")
    print(f"{name}: {version.width}x{version.height}, mean {[round(sum(b.histogram()[i] * i for i in range(256)) / (b.width * b.height)) for b in version.split()]}")

small.save("small.png", optimize=True)
sheet.save("sheet.png")
