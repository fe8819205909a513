# packages: fonttools
# works: yes
"""A font is drawn, saved, read again and reduced to some of its glyphs."""

from io import BytesIO

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont


def square(size):
    pen = TTGlyphPen(None)
    for act, point in zip((pen.moveTo, pen.lineTo, pen.lineTo, pen.lineTo), ((0, 0), (0, size), (size, size), (size, 0))):
        act(point)
    pen.closePath()
    return pen.glyph()


builder = FontBuilder(1000, isTTF=True)
builder.setupGlyphOrder([".notdef", "A", "B"])
builder.setupCharacterMap({65: "A", 66: "B"})
builder.setupGlyf({".notdef": square(100), "A": square(500), "B": square(700)})
builder.setupHorizontalMetrics({name: (800, 0) for name in (".notdef", "A", "B")})
builder.setupHorizontalHeader(ascent=800, descent=-200)
builder.setupNameTable({"familyName": "Squares", "styleName": "Regular"})
builder.setupOS2()
builder.setupPost()
out = BytesIO()
builder.save(out)

font = TTFont(BytesIO(out.getvalue()))
print(font["name"].getBestFamilyName(), font.getGlyphOrder(), font["glyf"]["B"].xMax, font.getBestCmap())
cutter = subset.Subsetter()
cutter.populate(text="B")
cutter.subset(font)
print(font.getGlyphOrder(), sorted(font.keys())[:4])
