# /// script
# dependencies = ["pydantic-core"]
# ///
"""A validator and a serialiser are built from a schema."""

from pydantic_core import SchemaSerializer, SchemaValidator, ValidationError, core_schema, from_json, to_json

fields = {"n": core_schema.typed_dict_field(core_schema.int_schema(ge=1)), "s": core_schema.typed_dict_field(core_schema.str_schema())}
schema = core_schema.typed_dict_schema(fields)
assert SchemaValidator(schema).validate_json(b'{"n": "5", "s": "x"}') == {"n": 5, "s": "x"}
try:
    SchemaValidator(schema).validate_python({"n": 0, "s": "x"})
    raise AssertionError("not valid")
except ValidationError as error:
    assert error.errors()[0]["type"] == "greater_than_equal"
assert SchemaSerializer(schema).to_json({"n": 1, "s": "x"}) == b'{"n":1,"s":"x"}'
assert from_json(b'[1, "a', allow_partial=True) == [1] and to_json({"a": {1}}) == b'{"a":[1]}'
