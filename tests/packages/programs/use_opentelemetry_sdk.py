# /// script
# dependencies = ["opentelemetry-sdk"]
# ///
"""Spans are recorded, nested and exported in memory."""

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
tracer = provider.get_tracer("test")
with tracer.start_as_current_span("outer") as outer:
    outer.set_attribute("n", 1)
    with tracer.start_as_current_span("inner"):
        assert trace.get_current_span().name == "inner"
inner, outer = exporter.get_finished_spans()
assert inner.parent.span_id == outer.context.span_id and outer.attributes["n"] == 1
