# packages: pydantic
# works: yes
"""Models check, convert, compute, serialise and describe themselves."""

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, computed_field, field_validator


class Line(BaseModel):
    kind: Literal["line"] = "line"
    product: str = Field(min_length=2)
    units: Annotated[int, Field(gt=0)]
    price: Decimal

    @computed_field
    @property
    def total(self) -> Decimal:
        return self.units * self.price


class Order(BaseModel):
    number: int
    day: date
    lines: list[Line]

    @field_validator("lines")
    @classmethod
    def not_empty(cls, lines):
        if not lines:
            raise ValueError("an order has lines")
        return lines


order = Order.model_validate({"number": "7", "day": "2026-02-28", "lines": [{"product": "tea", "units": 3, "price": "2.50"}]})
print(order, order.lines[0].total, order.model_dump_json())
try:
    Order.model_validate_json('{"number": "x", "day": "2026-02-30", "lines": []}')
except ValidationError as error:
    for fault in error.errors():
        print(fault["loc"], fault["type"], fault["msg"])
print(json.dumps(Line.model_json_schema()["properties"]["units"]), Line.model_json_schema()["required"])
print(TypeAdapter(dict[str, tuple[int, ...]]).validate_python({"a": ["1", 2.0]}))
