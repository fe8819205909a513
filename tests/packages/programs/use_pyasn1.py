# /// script
# dependencies = ["pyasn1"]
# ///
"""A structure is encoded and decoded."""

from pyasn1.codec.der.decoder import decode
from pyasn1.codec.der.encoder import encode
from pyasn1.type import namedtype, univ


class Pair(univ.Sequence):
    componentType = namedtype.NamedTypes(namedtype.NamedType("n", univ.Integer()), namedtype.NamedType("s", univ.OctetString()))


pair = Pair()
pair["n"], pair["s"] = 5, b"x"
assert encode(pair).hex() == "3006020105040178"
again, rest = decode(encode(pair), asn1Spec=Pair())
assert int(again["n"]) == 5 and rest == b""
