# /// script
# dependencies = ["xmltodict"]
# ///
"""XML becomes dictionaries and XML again."""

import xmltodict

data = xmltodict.parse('<a n="1"><b>x</b><b>y</b></a>')
assert data == {"a": {"@n": "1", "b": ["x", "y"]}}
assert xmltodict.parse(xmltodict.unparse(data)) == data
