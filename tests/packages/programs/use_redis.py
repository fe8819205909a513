# /// script
# dependencies = ["redis"]
#
# [tool.terrarium]
# note = "there is no network: a command ends in a `ConnectionError`"
# ///
"""Commands are packed and a connection that cannot be made."""

import redis

client = redis.Redis.from_url("redis://127.0.0.1:9/2", socket_timeout=1)
assert client.connection_pool.connection_kwargs["db"] == 2
try:
    client.ping()
    raise AssertionError("nothing listens there")
except redis.ConnectionError:
    pass
assert b"SET" in b"".join(redis.Connection().pack_command("SET", "k", 1))
