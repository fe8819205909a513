# /// script
# dependencies = ["pydantic"]
# ///
"""Models check, convert, compute, describe and serialise themselves."""

from datetime import date

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, computed_field, field_validator


class Item(BaseModel):
    name: str = Field(min_length=2)
    price: float
    day: date = date(2026, 1, 1)

    @field_validator("price")
    @classmethod
    def positive(cls, value):
        if value <= 0:
            raise ValueError("not positive")
        return value

    @computed_field
    def cents(self) -> int:
        return round(self.price * 100)


item = Item.model_validate_json('{"name": "pen", "price": "1.25", "day": "2026-02-03"}')
assert item.model_dump() == {"name": "pen", "price": 1.25, "day": date(2026, 2, 3), "cents": 125}
try:
    Item(name="p", price=-1)
    raise AssertionError("not valid")
except ValidationError as error:
    assert [e["loc"] for e in error.errors()] == [("name",), ("price",)]
assert TypeAdapter(list[int]).validate_python(["1", 2]) == [1, 2]
assert Item.model_json_schema()["required"] == ["name", "price"]
