# /// script
# dependencies = ["grpcio"]
# ///
"""A channel and a status."""

import grpc

assert grpc.StatusCode.NOT_FOUND.value[1] == "not found"
with grpc.insecure_channel("127.0.0.1:9") as channel:
    assert channel.unary_unary("/a.B/C") is not None
