from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from elanus.errors import DirectoryInUse
from elanus.storage.lock import DirectoryLock, read_owner
from unit.storage.child import forked, python

ACQUIRE = """
import os, signal, sys
from pathlib import Path
from elanus.errors import DirectoryInUse
from elanus.storage.lock import DirectoryLock
try:
    lock = DirectoryLock.acquire(Path(sys.argv[1]))
except DirectoryInUse as error:
    print(error.pid, error.address)
else:
    lock.publish("unix:child")
    print("acquired", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_second_process_learns_the_owner(tmp_path: Path) -> None:
    lock = DirectoryLock.acquire(tmp_path)
    lock.publish("unix:/somewhere")
    assert python(ACQUIRE, tmp_path).stdout.split() == [str(os.getpid()), "unix:/somewhere"]
    lock.publish("x")
    owner = read_owner(tmp_path)
    assert owner is not None
    assert owner.address == "x"
    lock.release()
    assert read_owner(tmp_path) is None
    again = DirectoryLock.acquire(tmp_path)
    assert again.left_address == ""
    again.release()
    assert python(ACQUIRE, tmp_path).stdout == "acquired\n"


def test_lock_of_a_dead_process_is_taken_silently(tmp_path: Path) -> None:
    assert python(ACQUIRE, tmp_path).stdout == "acquired\n"
    owner = read_owner(tmp_path)
    assert owner is not None
    assert owner.address == "unix:child"
    lock = DirectoryLock.acquire(tmp_path)
    assert lock.left_address == "unix:child"
    owner = read_owner(tmp_path)
    assert owner is not None
    assert (owner.pid, owner.address) == (os.getpid(), "")
    lock.release()


def test_same_process_cannot_lock_twice(tmp_path: Path) -> None:
    lock = DirectoryLock.acquire(tmp_path / "new")
    with pytest.raises(DirectoryInUse, match=f"in use by process {os.getpid()}"):
        DirectoryLock.acquire(tmp_path / "new")
    lock.release()
    lock.release()
    with pytest.raises(DirectoryInUse, match="does not hold"):
        lock.publish("x")


def test_forked_child_neither_holds_nor_releases(tmp_path: Path) -> None:
    lock = DirectoryLock.acquire(tmp_path)

    def child() -> int:
        believes = lock.held
        lock.release()
        return int(believes)

    assert forked(child) == 0
    assert lock.held
    assert python(ACQUIRE, tmp_path).stdout.split() == [str(os.getpid())]
    lock.release()


def test_forked_child_does_not_keep_the_directory_locked(tmp_path: Path) -> None:
    lock = DirectoryLock.acquire(tmp_path)
    may_end, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(end)
        os.read(may_end, 1)
        os._exit(0)
    lock.release()
    again = DirectoryLock.acquire(tmp_path)
    assert again.held
    again.release()
    os.close(end)
    os.close(may_end)
    assert os.waitpid(pid, 0)[1] == 0


def test_a_dead_owners_lock_held_by_its_child_is_waited_for(tmp_path: Path) -> None:
    """A killed owner may leave a child between fork and exec that holds the lock for a moment."""
    owner = subprocess.run(
        [
            sys.executable,
            "-c",
            "import fcntl, json, os, subprocess, sys\n"
            "fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)\n"
            "fcntl.flock(fd, fcntl.LOCK_EX)\n"
            "os.write(fd, json.dumps({'pid': os.getpid(), 'started_s': 0.0, 'address': ''}).encode())\n"
            "subprocess.Popen(['sleep', '0.5'], pass_fds=[fd], stdout=subprocess.DEVNULL)\n",
            str(tmp_path / "LOCK"),
        ],
        check=True,
    )
    assert owner.returncode == 0
    lock = DirectoryLock.acquire(tmp_path)
    assert lock.held
    lock.release()


def test_new_directory_can_be_entered_by_its_owner_alone(tmp_path: Path) -> None:
    """Who can open it needs no password."""
    fresh, present = tmp_path / "above" / "fresh", tmp_path / "present"
    present.mkdir(mode=0o755)
    for directory, mode in ((fresh, 0o700), (present, 0o755)):
        DirectoryLock.acquire(directory).release()
        assert directory.stat().st_mode & 0o777 == mode
