# /// script
# dependencies = ["pillow"]
# ///
"""Pictures are drawn, resized, filtered and written in several formats."""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageStat

picture = Image.new("RGB", (40, 20), "white")
ImageDraw.Draw(picture).rectangle((5, 5, 14, 14), fill="red")
ImageDraw.Draw(picture).text((20, 2), "Hi", fill="black")
assert picture.getpixel((10, 10)) == (255, 0, 0) and picture.resize((20, 10)).size == (20, 10)
assert ImageStat.Stat(picture.convert("L").filter(ImageFilter.GaussianBlur(2))).mean[0] < 255
for kind in ["PNG", "GIF", "BMP", "TIFF", "JPEG", "WEBP"]:
    file = io.BytesIO()
    picture.save(file, kind)
    assert Image.open(file).size == (40, 20), kind
