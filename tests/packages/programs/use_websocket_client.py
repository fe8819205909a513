# /// script
# dependencies = ["websocket-client"]
#
# [tool.terrarium]
# note = "there is no network: a connection ends in an error"
# ///
"""A frame is built, and a connection that cannot be made."""

import websocket

frame = websocket.ABNF.create_frame("hi", websocket.ABNF.OPCODE_TEXT)
assert frame.format()[0] == 0x81
try:
    websocket.create_connection("ws://127.0.0.1:9/", timeout=1)
    raise AssertionError("nothing listens there")
except OSError:
    pass
