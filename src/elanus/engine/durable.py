"""What is told of a job that failed is true after a restart, too."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from elanus.errors import Error

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
"""Between two tries, when the disk has no room even for that."""


def until_written(write: Callable[[], None], stopping: threading.Event, what: str) -> bool:
    """Write until it is durable; False when the engine stops before: then the next open begins anew.

    what  is written, for the log, which hears of the first try that fails
    """
    waited = False
    while True:
        try:
            write()
            return True
        except Error as error:
            if not waited:
                logger.warning("%s cannot be written down yet: %s", what, error)
        if stopping.wait(RETRY_SECONDS):
            return False
        waited = True
