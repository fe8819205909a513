# /// script
# dependencies = ["fonttools"]
# ///
"""A font is built, saved, read and reduced."""

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont

pen = TTGlyphPen(None)
for move, point in [(pen.moveTo, (0, 0)), (pen.lineTo, (500, 0)), (pen.lineTo, (250, 700))]:
    move(point)
pen.closePath()
empty = TTGlyphPen(None).glyph()
builder = FontBuilder(1000)
builder.setupGlyphOrder([".notdef", "A", "B"])
builder.setupCharacterMap({65: "A", 66: "B"})
builder.setupGlyf({".notdef": empty, "A": pen.glyph(), "B": empty})
builder.setupHorizontalMetrics({name: (600, 0) for name in [".notdef", "A", "B"]})
builder.setupHorizontalHeader(ascent=800, descent=-200)
builder.setupNameTable({"familyName": "Small", "styleName": "Regular"})
builder.setupOS2()
builder.setupPost()
builder.save("a.ttf")
font = TTFont("a.ttf")
subsetter = Subsetter()
subsetter.populate(text="A")
subsetter.subset(font)
assert font.getGlyphOrder() == [".notdef", "A"] and font["glyf"]["A"].xMax == 500
