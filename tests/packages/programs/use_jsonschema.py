# /// script
# dependencies = ["jsonschema"]
# ///
"""Values are checked against schemas, with references and formats."""

import jsonschema
from jsonschema import Draft7Validator, FormatChecker

schema = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 1}, "next": {"$ref": "#"}, "day": {"format": "date"}},
    "required": ["n"],
}
jsonschema.validate({"n": 1, "next": {"n": 2}}, schema)
errors = sorted(Draft7Validator(schema, format_checker=FormatChecker()).iter_errors({"n": 0, "next": {}, "day": "x"}), key=str)
assert {"/".join(map(str, error.path)) for error in errors} == {"n", "next", "day"}
assert not Draft7Validator({"type": "string"}).is_valid(5)
