# /// script
# dependencies = ["pypdf"]
# ///
"""Pages are made, joined, turned, encrypted and read again."""

from pypdf import PdfReader, PdfWriter

writer = PdfWriter()
for size in [100, 200]:
    writer.add_blank_page(size, size)
writer.pages[1].rotate(90)
writer.add_metadata({"/Title": "Two"})
writer.encrypt("secret", algorithm="RC4-128")
writer.write("a.pdf")
reader = PdfReader("a.pdf", password="secret")
assert len(reader.pages) == 2 and reader.metadata.title == "Two"
assert reader.pages[1].rotation == 90 and reader.pages[0].mediabox.width == 100 and reader.pages[0].extract_text() == ""
