# /// script
# dependencies = ["python-dotenv"]
# ///
"""Settings are read from a file, with references, and set."""

import os

import dotenv

with open(".env", "w") as file:
    file.write("# note\nNAME=value\nexport QUOTED='a b'\nBOTH=${NAME}-${QUOTED}\n")
assert dotenv.dotenv_values(".env") == {"NAME": "value", "QUOTED": "a b", "BOTH": "value-a b"}
assert dotenv.load_dotenv(".env") and os.environ["BOTH"] == "value-a b"
assert dotenv.set_key(".env", "NEW", "5")[0] and dotenv.get_key(".env", "NEW") == "5"
