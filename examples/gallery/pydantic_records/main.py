"""Checks records against a model: writes the valid ones in one form, and reports the defects of the others."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class Currency(StrEnum):
    EUR = "EUR"
    USD = "USD"


class Invoice(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    number: Annotated[str, Field(pattern=r"^\d{4}-\d{3}$")]
    customer: Annotated[str, Field(min_length=1)]
    issued: date
    due: date
    amount: Annotated[Decimal, Field(gt=0, decimal_places=2)]
    currency: Currency = Currency.EUR

    @model_validator(mode="after")
    def due_after_issue(self):
        if self.due < self.issued:
            raise ValueError("due before it was issued")
        return self


invoices = []
with open("invoices.jsonl", encoding="utf-8") as file, open("faults.txt", "w", encoding="utf-8") as faults:
    for line, text in enumerate(file, start=1):
        try:
            invoices.append(Invoice.model_validate_json(text))
        except ValidationError as error:
            for fault in error.errors():
                where = ".".join(map(str, fault["loc"])) or "record"
                print(f"line {line}: {where}: {fault['msg']}", file=faults)

with open("invoices.json", "w", encoding="utf-8") as file:
    file.write("[\n" + ",\n".join(f"  {invoice.model_dump_json()}" for invoice in invoices) + "\n]\n")
totals = {currency: sum((i.amount for i in invoices if i.currency is currency), Decimal(0)) for currency in Currency}
print(f"{len(invoices)} good invoices:", ", ".join(f"{total:,} {currency}" for currency, total in totals.items()))
