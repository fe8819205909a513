# packages: et-xmlfile
# works: yes
"""XML is written piece by piece."""

from io import BytesIO
from xml.etree.ElementTree import Element, fromstring

from et_xmlfile import xmlfile

out = BytesIO()
with xmlfile(out) as file, file.element("rows", {"n": "3"}):
    for number in range(3):
        row = Element("row", id=str(number))
        row.text = "<&>"
        file.write(row)
print(out.getvalue().decode())
print([row.get("id") + row.text for row in fromstring(out.getvalue())])
