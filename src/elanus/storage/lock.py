"""One process owns a data directory; the others learn who it is and where to reach it.

The lock is ``flock`` on ``<data>/LOCK``, so the kernel frees it when its owner dies. The file is never deleted (a
second process could otherwise lock a file that no longer has a name); its text says who holds it.
"""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from elanus.errors import DirectoryInUse, ParameterTooLarge
from elanus.storage.files import make_private_directory
from elanus.storage.layout import Layout

_TEXT_BYTES = 1024
"""The text is padded to one length and written by one call: a reader never sees half of it."""

DEAD_OWNER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a data directory: process id, start (seconds since 1970), socket address ("" = none yet)."""

    pid: int
    started_s: float
    address: str = ""


class DirectoryLock:
    """The lock while it is held. A forked child does not hold it and cannot release it.

    left_address  where an owner that died without a release could be reached; "" = there was none
    """

    def __init__(self, descriptor: int, owner: Owner, left_address: str = "") -> None:
        self._descriptor = descriptor
        self._owner = owner
        self.left_address = left_address
        _HELD.add(self)

    @staticmethod
    def acquire(data_dir: Path) -> DirectoryLock:
        """Lock the directory, making it if needed. Raises DirectoryInUse with the owner's pid and address."""
        make_private_directory(data_dir)
        descriptor = os.open(Layout(data_dir).lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if not _locked(descriptor, data_dir):
            os.close(descriptor)
            raise _in_use(data_dir)
        left = read_owner(data_dir)
        lock = DirectoryLock(descriptor, Owner(os.getpid(), time.time()), left.address if left else "")
        lock.publish("")
        return lock

    @property
    def held(self) -> bool:
        """Whether this process holds the directory through this object."""
        return self._descriptor >= 0

    def publish(self, address: str) -> None:
        """Say where the owner can be reached; seen by every later :func:`read_owner`."""
        if not self.held:
            raise DirectoryInUse("this process does not hold the data directory (any more)")
        self._owner = replace(self._owner, address=address)
        text = orjson.dumps(asdict(self._owner))
        if len(text) > _TEXT_BYTES:
            raise ParameterTooLarge(f"address is too long: {len(address)} characters, at most {_TEXT_BYTES - 100}")
        os.pwrite(self._descriptor, text.ljust(_TEXT_BYTES), 0)

    def release(self) -> None:
        """Give the directory free. Twice, or in a forked child, does nothing."""
        if self.held:
            os.ftruncate(self._descriptor, 0)
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            self._drop()

    def _drop(self) -> None:
        """Close without unlocking: the lock is shared with the parent of a fork, and stays the parent's."""
        descriptor, self._descriptor = self._descriptor, -1
        os.close(descriptor)


def read_owner(data_dir: Path) -> Owner | None:
    """Who holds the directory according to its LOCK file; None when nobody says so.

    After a crash it names the dead owner: only :meth:`DirectoryLock.acquire` knows whether the lock is held.
    """
    try:
        text = Layout(data_dir).lock.read_bytes()
    except FileNotFoundError:
        return None
    return Owner(**orjson.loads(text)) if text else None


def _locked(descriptor: int, data_dir: Path) -> bool:
    """Take the lock. That of a dead owner may be held a moment longer by a child it was just starting."""
    patience = time.monotonic() + DEAD_OWNER_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            owner = read_owner(data_dir)
            if owner is None or _alive(owner.pid) or time.monotonic() > patience:
                return False
            time.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _in_use(data_dir: Path) -> DirectoryInUse:
    owner = read_owner(data_dir) or Owner(pid=0, started_s=0.0)
    message = f"{data_dir} is in use by process {owner.pid or 'unknown'}; close it there or connect to that process"
    return DirectoryInUse(message, pid=owner.pid, address=owner.address)


_HELD: weakref.WeakSet[DirectoryLock] = weakref.WeakSet()


def _drop_in_child() -> None:
    """A child would keep the directory locked after its parent's death."""
    for lock in list(_HELD):
        if lock.held:
            lock._drop()


os.register_at_fork(after_in_child=_drop_in_child)
