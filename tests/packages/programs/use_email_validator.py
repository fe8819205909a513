# /// script
# dependencies = ["email-validator"]
# ///
"""Addresses are checked and normalised."""

from email_validator import EmailNotValidError, validate_email

assert validate_email("Ada@EXAMPLE.org", check_deliverability=False).normalized == "Ada@example.org"
try:
    validate_email("ada@@x", check_deliverability=False)
    raise AssertionError("not valid")
except EmailNotValidError:
    pass
