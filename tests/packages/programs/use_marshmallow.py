# /// script
# dependencies = ["marshmallow"]
# ///
"""Objects are described, read, checked and written."""

from datetime import date

from marshmallow import Schema, ValidationError, fields, post_load, validate


class ItemSchema(Schema):
    name = fields.Str(required=True, validate=validate.Length(min=2))
    day = fields.Date()

    @post_load
    def make(self, data, **kwargs):
        return (data["name"], data["day"])


assert ItemSchema().load({"name": "pen", "day": "2026-01-05"}) == ("pen", date(2026, 1, 5))
assert ItemSchema().dump({"name": "pen", "day": date(2026, 1, 5)}) == {"name": "pen", "day": "2026-01-05"}
try:
    ItemSchema().load({"name": "p"})
    raise AssertionError("not valid")
except ValidationError as error:
    assert "name" in error.messages
