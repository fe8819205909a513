# native: yes
"""logging: levels, handlers, formatters, filters, exceptions and configuration; warnings."""

import io
import logging
import logging.config
import logging.handlers
import warnings

buffer = io.StringIO()
logging.basicConfig(stream=buffer, level=logging.INFO, format="%(levelname)s:%(name)s:%(funcName)s:%(message)s")
log = logging.getLogger("app.part")
log.debug("hidden")
log.info("shown %s %d", "arg", 5)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
lines = buffer.getvalue().splitlines()
print(lines[0], lines[1], lines[-1], sep="\n")
memory = logging.handlers.MemoryHandler(10, target=logging.NullHandler())
log.addHandler(memory)
log.addFilter(lambda record: "secret" not in record.getMessage())
log.warning("secret")
log.warning("fine")
print([r.getMessage() for r in memory.buffer])
with open("app.log", "w") as _:
    pass
logging.config.dictConfig({"version": 1, "disable_existing_loggers": False, "formatters": {"f": {"format": "{message}", "style": "{"}},
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "app.log", "formatter": "f"}}, "root": {"handlers": ["file"]}})
logging.getLogger("app").error("to the file")
logging.shutdown()
print(open("app.log").read())
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("old", DeprecationWarning, stacklevel=1)
print(caught[0].category.__name__, caught[0].message)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        warnings.warn("now an error")
    except UserWarning as error:
        print(repr(error))
