# native: yes
"""xml.etree, minidom and sax."""

import io
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax

root = ET.fromstring('<lib n="1"><book id="b1"><title>É &amp; co</title></book><book id="b2"/><!-- c --></lib>')
print(root.tag, root.attrib, [b.get("id") for b in root.iter("book")], root.find("book/title").text, root.findall(".//book[@id='b2']")[0].attrib)
new = ET.SubElement(root, "book", id="b3")
new.text = "<x>"
ET.indent(root)
print(ET.tostring(root, encoding="unicode"))
for event, element in ET.iterparse(io.BytesIO(b"<a><b>1</b><b>2</b></a>"), events=("start", "end")):
    print(event, element.tag, end=" ")
print()
print(ET.fromstring('<x:a xmlns:x="urn:n"><x:b/></x:a>')[0].tag, ET.canonicalize("<a  y='1' x='2'></a>"))
try:
    ET.fromstring("<a><b></a>")
except ET.ParseError as error:
    print(error, error.position)
print(xml.dom.minidom.parseString("<a><b c='1'/></a>").toprettyxml(indent=" "))


class Handler(xml.sax.ContentHandler):
    def startElement(self, name, attrs):
        print("sax", name, dict(attrs))


xml.sax.parseString(b"<a k='v'><b/></a>", Handler())
