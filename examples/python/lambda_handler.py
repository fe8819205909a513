"""A function for AWS Lambda: runs the code of an event in a fresh interpreter and answers with its result."""

import os
import shutil
from pathlib import Path
from typing import Any

import terrarium

# Shipped with the function if the code needs packages.
SHIPPED = Path(__file__).parent / "science.timg"


def image() -> str | None:
    """The image to start from: a copy that belongs to this user, as an image file must."""
    if not SHIPPED.exists():
        return None
    copy = Path("/tmp/science.timg")
    if not copy.exists():
        shutil.copyfile(SHIPPED, copy)
        copy.chmod(0o600)
    return str(copy)


# Only `/tmp` can be written to.
os.environ.setdefault("TERRARIUM_CACHE_DIR", "/tmp/terrarium")
# Made when an instance of the function starts; every event gets a fresh interpreter.
sandbox = terrarium.Sandbox(timeout=10, memory=256 << 20, image=image())


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one event, such as `{"code": "x * 7", "inputs": {"x": 6}}`."""
    result = sandbox.execute(event["code"], inputs=event.get("inputs", {}))
    return {
        "status": result.status,
        "stdout": result.stdout,
        "value": result.final_repr,
        "error": result.error and result.error.message,
    }


if __name__ == "__main__":
    assert handler({"code": "x * 7", "inputs": {"x": 6}}, None)["value"] == "42"
    assert handler({"code": "1 / 0"}, None)["error"] == "division by zero"
