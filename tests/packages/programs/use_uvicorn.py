# /// script
# dependencies = ["uvicorn"]
#
# [tool.terrarium]
# note = "there is no network: a server cannot listen"
# ///
"""A configuration loads an application; without a network nothing is served."""

import uvicorn


async def application(scope, receive, send):
    pass


configuration = uvicorn.Config(application, port=8000, log_level="error", lifespan="off", http="h11", ws="none", loop="asyncio")
configuration.load()
assert configuration.loaded and configuration.http_protocol_class.__name__ == "H11Protocol"
server = uvicorn.Server(configuration)
try:
    server.run()
    raise AssertionError("the network is closed")
except (OSError, SystemExit):
    pass
