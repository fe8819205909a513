# /// script
# dependencies = ["defusedxml"]
# ///
"""XML is parsed, and entities that explode are refused."""

import defusedxml
from defusedxml import ElementTree

assert ElementTree.fromstring("<a><b/></a>").find("b") is not None
try:
    ElementTree.fromstring('<!DOCTYPE a [<!ENTITY x "boom">]><a>&x;</a>')
    raise AssertionError("an entity")
except defusedxml.EntitiesForbidden:
    pass
