"""What is done and why not, for whoever debugs a host: at DEBUG on the logger `arcade_usage`.

Owns the invariant that it costs no import: where the host has not imported logging, nobody listens. No
credential, token or message of the host's is told.
"""

import sys
from contextlib import suppress

LOGGER = "arcade_usage"


def tell(message: str, *arguments: object) -> None:
    """One line. Never raises."""
    logging = sys.modules.get("logging")
    if logging is not None:
        with suppress(Exception):  # a host's handler or filter may raise
            logging.getLogger(LOGGER).debug(message, *arguments)
