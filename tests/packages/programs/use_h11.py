# /// script
# dependencies = ["h11"]
# ///
"""A request and its answer, as bytes between two machines of states."""

import h11

client, server = h11.Connection(h11.CLIENT), h11.Connection(h11.SERVER)
request = h11.Request(method="POST", target="/a", headers=[("Host", "x"), ("Content-Length", "4")])
server.receive_data(client.send(request) + client.send(h11.Data(data=b"text")) + client.send(h11.EndOfMessage()))
events = [server.next_event() for _ in range(3)]
assert events[0].method == b"POST" and events[1].data == b"text" and type(events[2]) is h11.EndOfMessage
client.receive_data(server.send(h11.Response(status_code=204, headers=[])))
assert client.next_event().status_code == 204
