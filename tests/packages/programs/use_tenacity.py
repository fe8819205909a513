# /// script
# dependencies = ["tenacity"]
# ///
"""Calls are repeated until they succeed, sync and async."""

import asyncio

from tenacity import RetryError, retry, retry_if_exception_type, stop_after_attempt, wait_fixed

calls = []


@retry(stop=stop_after_attempt(3), wait=wait_fixed(0.001), retry=retry_if_exception_type(KeyError))
def often(limit):
    calls.append(1)
    if len(calls) < limit:
        raise KeyError
    return len(calls)


assert often(3) == 3 and often.statistics["attempt_number"] == 3
calls.clear()
try:
    often(9)
    raise AssertionError("it fails always")
except RetryError as error:
    assert error.last_attempt.attempt_number == 3


@retry(stop=stop_after_attempt(2), reraise=True)
async def fails():
    raise ValueError("last")


try:
    asyncio.run(fails())
except ValueError as error:
    assert str(error) == "last"
