"""Native wheels that their authors publish for the guest's platform, each with something only its native part does."""
import importlib.metadata

import apsw
import bitarray
import cbor2
import charset_normalizer
import css_inline
import jiter
import msgpack
import msgspec
import pydantic
import python_calamine
import simplejson
import xxhash


class Model(pydantic.BaseModel):
    x: int
    tags: list[str] = []


print(Model(x="3", tags=["a"]).model_dump_json())
try:
    Model(x="no", tags=1)
except pydantic.ValidationError as error:
    print([(e["loc"], e["type"]) for e in error.errors()])
database = apsw.Connection(":memory:")
database.create_scalar_function("twice", lambda n: n * 2)
print(list(database.execute("select twice(21), 'text'")))
print(bitarray.bitarray("1011").count(), bitarray.bitarray("1011") ^ bitarray.bitarray("0110"))
print(cbor2.loads(cbor2.dumps({"a": [1, 2.5, None, 2**70]})))
print(charset_normalizer.from_bytes("日本語のテキストです。これは長い文章です。".encode("shift_jis")).best().encoding)
print(css_inline.inline("<style>p{color:red}</style><p>x</p>").count('style="color: red'))
print(jiter.from_json(b'{"a":[1,2.5,"\\u00e9"]}'))
print(msgpack.unpackb(msgpack.packb([1, "a", {"b": b"2"}])), msgpack.Packer.__module__)


class Point(msgspec.Struct):
    x: int
    y: float = 0.5


print(msgspec.json.decode(b'{"x":5}', type=Point))
try:
    msgspec.json.decode(b'{"x":"5"}', type=Point)
except msgspec.ValidationError as error:
    print(error)
try:
    python_calamine.load_workbook("site-folder-has-no-such-file.xlsx")
except Exception as error:
    print(type(error).__name__)
print(simplejson.dumps({"a": 1.5}), simplejson.encoder.c_make_encoder is not None)
print(xxhash.xxh64(b"abc").hexdigest())
print(importlib.metadata.version("pydantic") == pydantic.VERSION)
