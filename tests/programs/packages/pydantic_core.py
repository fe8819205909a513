# packages: pydantic_core
# works: yes
"""A validator and a serialiser are built from a schema."""

from pydantic_core import SchemaSerializer, SchemaValidator, Url, ValidationError, core_schema, from_json, to_json

schema = core_schema.typed_dict_schema(
    {
        "name": core_schema.typed_dict_field(core_schema.str_schema(max_length=5, strip_whitespace=True)),
        "ages": core_schema.typed_dict_field(core_schema.list_schema(core_schema.int_schema(ge=0))),
        "page": core_schema.typed_dict_field(core_schema.url_schema(), required=False),
    }
)
validator = SchemaValidator(schema)
value = validator.validate_json('{"name": " Ada ", "ages": [1, "2"], "page": "https://ex.org/ü"}')
print(value, SchemaSerializer(schema).to_json(value))
try:
    validator.validate_python({"name": "too long", "ages": [-1, None]})
except ValidationError as error:
    print(error.error_count(), [(fault["type"], fault["loc"]) for fault in error.errors()])
print(Url("https://a.b:444/c?d=e").port, to_json({"x": 1.5, "s": {1}}), from_json(b'[1, {"a": tr', allow_partial=True))
