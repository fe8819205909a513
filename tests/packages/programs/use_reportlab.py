# /// script
# dependencies = ["reportlab"]
# ///
"""A document with text, a table and a drawing is written."""

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

page = canvas.Canvas("a.pdf", pagesize=A4, pageCompression=0)
page.drawString(72, 700, "Hello")
page.circle(100, 100, 20)
page.save()
assert b"(Hello) Tj" in open("a.pdf", "rb").read()
styles = getSampleStyleSheet()
SimpleDocTemplate("b.pdf").build([Paragraph("A <b>bold</b> word", styles["Normal"]), Table([["a", 1], ["b", 2]])])
assert open("b.pdf", "rb").read().startswith(b"%PDF")
