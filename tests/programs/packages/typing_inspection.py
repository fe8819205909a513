# packages: typing-inspection typing-extensions
# works: yes
"""Annotations are inspected."""

from typing import Annotated, ClassVar, Final, Literal, Union

from typing_inspection.introspection import AnnotationSource, get_literal_values, inspect_annotation, is_union_origin
from typing_inspection.typing_objects import is_annotated, is_literal

seen = inspect_annotation(ClassVar[Annotated[int, "meta"]], annotation_source=AnnotationSource.CLASS)
print(seen.type, seen.qualifiers, seen.metadata)
print(list(get_literal_values(Literal["a", Literal["b"]])), is_union_origin(Union), is_literal(Literal), is_annotated(Annotated))
print(inspect_annotation(Final, annotation_source=AnnotationSource.ANY).qualifiers)
