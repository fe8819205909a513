# /// script
# dependencies = ["loguru"]
# ///
"""Messages with levels, fields, exceptions and files."""

import io

from loguru import logger

out = io.StringIO()
logger.remove()
logger.add(out, format="{level} {extra} {message}", backtrace=True)
logger.add("a.log", rotation="1 MB", serialize=True)
logger.bind(user=5).info("hello {}", "there")
with logger.catch():
    1 / 0
assert out.getvalue().startswith("INFO {'user': 5} hello there\n") and "ZeroDivisionError" in out.getvalue()
assert open("a.log").read().count("\n") == 2
