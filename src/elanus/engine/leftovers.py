"""Deleting what no record names any more."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from elanus.storage.files import remove_tree

logger = logging.getLogger(__name__)

TRIES = 5
PAUSE_SECONDS = 0.02


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Delete files and directories. Readers that still map them are not disturbed.

    Something may still be written there (a worker that is being killed), so it is tried again; what stays all the
    same is found as garbage by the next open. Never raises for the disk: nothing depends on it any more.
    """
    for path in paths:
        if not _removed(path):
            logger.warning("%s could not be deleted; the next open will", path)


def _removed(path: Path) -> bool:
    for _ in range(TRIES):
        try:
            remove_tree(path)
        except OSError as error:
            logger.debug("deleting %s: %s", path, error)
        if not path.exists():
            return True
        time.sleep(PAUSE_SECONDS)
    return False
