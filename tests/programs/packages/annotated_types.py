# packages: annotated-types
# works: yes
"""Constraints as metadata of annotations."""

from typing import Annotated, get_type_hints

import annotated_types as at


class Order:
    units: Annotated[int, at.Gt(0), at.MultipleOf(5)]
    code: Annotated[str, at.Len(3, 8)]
    share: Annotated[float, at.Interval(ge=0, lt=1)]


for name, hint in get_type_hints(Order, include_extras=True).items():
    print(name, hint.__metadata__)
print(list(at.Interval(gt=1, le=9)), list(at.Len(2)))
