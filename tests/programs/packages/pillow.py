# packages: pillow
# works: in part: the wheel is built without JPEG 2000, AVIF and colour management
"""Images are drawn, resized, filtered, written and read in many formats, text included."""

import io

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps, features

image = Image.new("RGB", (120, 80), "white")
draw = ImageDraw.Draw(image)
draw.rectangle((10, 10, 60, 40), fill=(200, 30, 30))
draw.ellipse((50, 30, 110, 75), outline="blue", width=3)
draw.text((12, 45), "text", font=ImageFont.load_default(20), fill="black")
print(image.getpixel((20, 20)), image.resize((30, 20), Image.Resampling.BOX).getpixel((5, 5)), image.getbbox())
for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"):
    out = io.BytesIO()
    image.save(out, form)
    again = Image.open(out)
    red, green, blue = again.convert("RGB").getpixel((20, 20))
    print(form, again.format, again.size, abs(red - 200) < 8 and abs(green - 30) < 8 and abs(blue - 30) < 8)
turned = image.rotate(90, expand=True)
print(turned.size, ImageOps.grayscale(image).getextrema(), ImageChops.difference(image, image).getbbox())
print(image.filter(ImageFilter.GaussianBlur(2)).getpixel((10, 10)) != image.getpixel((10, 10)), image.quantize(4).getcolors()[0][0] > 0)
print(Image.merge("RGB", image.split()[::-1]).getpixel((20, 20)), [name for name in features.get_supported() if name != "pil"])
print("left out:", sorted({*features.modules, *features.codecs} - {*features.get_supported(), "tkinter", "pil"}))
