# /// script
# dependencies = ["python-docx"]
# ///
"""A document with headings, a table and styles is written and read again."""

import docx
from docx.shared import Pt

document = docx.Document()
document.add_heading("Title", 1)
run = document.add_paragraph("Text, ").add_run("bold")
run.bold, run.font.size = True, Pt(14)
table = document.add_table(2, 2, style="Table Grid")
table.cell(0, 1).text = "cell"
document.save("a.docx")
again = docx.Document("a.docx")
assert [p.text for p in again.paragraphs] == ["Title", "Text, bold"] and again.tables[0].cell(0, 1).text == "cell"
assert again.paragraphs[1].runs[1].bold and again.paragraphs[0].style.name == "Heading 1"
