# /// script
# dependencies = ["protobuf"]
# ///
"""Messages are written, read, merged and shown as JSON."""

from google.protobuf import descriptor_pb2, json_format, struct_pb2, text_format, timestamp_pb2

stamp = timestamp_pb2.Timestamp()
stamp.FromJsonString("2026-01-05T12:00:00Z")
assert timestamp_pb2.Timestamp.FromString(stamp.SerializeToString()) == stamp
data = struct_pb2.Struct()
data.update({"a": 1, "b": ["x", None, True]})
assert json_format.MessageToDict(data) == {"a": 1.0, "b": ["x", None, True]}
file = descriptor_pb2.FileDescriptorProto(name="f.proto")
file.message_type.add(name="M").field.add(name="n", number=1)
assert text_format.Parse(text_format.MessageToString(file), descriptor_pb2.FileDescriptorProto()) == file
