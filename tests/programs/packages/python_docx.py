# packages: python-docx
# works: yes
"""A document with headings, a table and a picture is written and read again."""

import io
import struct
import zlib

from docx import Document
from docx.shared import Pt


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
png += chunk(b"IDAT", zlib.compress(b"\0\0\xff" * 2)) + chunk(b"IEND", b"")
document = Document()
document.add_heading("Report", level=1)
paragraph = document.add_paragraph("Plain and ")
paragraph.add_run("bold ü").bold = True
paragraph.runs[0].font.size = Pt(14)
table = document.add_table(rows=2, cols=2)
for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
    cell.text = f"cell {number}"
document.add_picture(io.BytesIO(png))
document.save("report.docx")

again = Document("report.docx")
print([(part.style.name, part.text) for part in again.paragraphs if part.text], len(again.inline_shapes))
print([[cell.text for cell in row.cells] for row in again.tables[0].rows], again.paragraphs[1].runs[1].bold)
