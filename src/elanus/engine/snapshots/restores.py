"""Jobs that make a collection of a snapshot: one after the other, in the background, through restarts.

The files get names in the new collection and are read whole; then one transaction makes the collection exist. Until
then nobody sees it, and after a crash the job begins again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from elanus.engine.durable import until_written
from elanus.engine.leftovers import remove_leftovers
from elanus.engine.resources import Resources
from elanus.engine.snapshots.infos import RestoreStatus
from elanus.engine.snapshots.replica import Replica, SharedFile, replica_of
from elanus.engine.snapshots.snapshots import Snapshots
from elanus.errors import DataCorrupted, NotReady, RestoreNotFound
from elanus.storage.catalog import Record, RestoreRecord, SnapshotRecord
from elanus.storage.files import fsync_directory, make_directory, share, verify_file

logger = logging.getLogger(__name__)

KEPT_SECONDS = 3 * 86_400
"""How long a job that is over is told of."""

Add = Callable[[str, Replica, Record], None]
"""Makes a replica a collection of the database of this name, and a record durable in the same step."""


class _Job:
    """done_bytes  of total_bytes: what was read"""

    def __init__(self, record: RestoreRecord) -> None:
        self.record = record
        self.done_bytes = self.total_bytes = 0

    def status(self) -> RestoreStatus:
        record = self.record
        return RestoreStatus(
            job_id=record.id,
            snapshot=record.snapshot,
            database=record.database,
            collection=record.collection,
            state=record.state,
            progress=self._progress(),
            reason=record.reason,
            started_ms=record.started_ms,
            took_ms=max(record.finished_ms - record.started_ms, 0) if record.finished_ms else 0,
        )

    def _progress(self) -> int:
        """99 until the collection is there."""
        if self.record.state == "completed":
            return 100
        return min(99, 100 * self.done_bytes // self.total_bytes) if self.total_bytes else 0


class Restores:
    """Safe to use from many threads."""

    def __init__(self, resources: Resources, snapshots: Snapshots, add: Add) -> None:
        self._resources = resources
        self._snapshots = snapshots
        self._add = add
        self._jobs: dict[int, _Job] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._worker = ThreadPoolExecutor(1, "elanus-restore")

    def recovered(self) -> None:
        """Take what the catalog holds, and go on with what is not over."""
        for record in self._resources.catalog.restores():
            self._jobs[record.id] = _Job(record)
            if record.finished_ms:
                self._snapshots.unpin(record.pin_id)
            else:
                self._worker.submit(self._run, self._jobs[record.id])

    def start(self, snapshot: SnapshotRecord, database: str, collection: str) -> int:
        """The number of a job that restores the snapshot under this name. Raises SnapshotNotFound, NotReady."""
        self._check_open()
        self._forget_old()
        pin = self._snapshots.new_pin(snapshot)
        record = RestoreRecord(self._resources.new_id(), snapshot.id, snapshot.name, pin.id, database, collection)
        self._snapshots.add_pin(pin, record)
        job = _Job(record)
        with self._lock:
            self._jobs[record.id] = job
        self._worker.submit(self._run, job)
        return record.id

    def status(self, job_id: int) -> RestoreStatus:
        """Raises RestoreNotFound."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise RestoreNotFound(f"restore job not found: jobID={job_id}")
        return job.status()

    def statuses(self) -> list[RestoreStatus]:
        """Of those that run, wait, or were over lately; the oldest first."""
        with self._lock:
            return [job.status() for job in self._jobs.values()]

    def close(self) -> None:
        """What is not over goes on at the next open."""
        self._closing.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    # ---- inside -----------------------------------------------------------------------------------------------

    def _run(self, job: _Job) -> None:
        try:
            self._put(job, replace(job.record, state="executing", started_ms=job.record.started_ms or _now_ms()))
            self._restore(job)
        except Exception as error:
            if self._closing.is_set():
                return
            logger.warning("restoring snapshot %s as %s failed: %s", job.record.snapshot, job.record.collection, error)
            if not self._fail(job, str(error)):
                return
        self._snapshots.unpin(job.record.pin_id)

    def _fail(self, job: _Job, reason: str) -> bool:
        """The job has failed once that is written down: until then it would begin anew at the next open."""
        failed = replace(job.record, state="failed", reason=reason, finished_ms=_now_ms())
        return until_written(lambda: self._put(job, failed), self._closing, f"the failure of restore {failed.id}")

    def _restore(self, job: _Job) -> None:
        resources = self._resources
        snapshot = self._snapshots.by_id(job.record.snapshot_id)
        now, ids = resources.clock.now(), resources.counters.allocate_ids
        replica = replica_of(snapshot, job.record.collection, now, ids, resources.layout)
        try:
            damaged = self._with_files(job, replica.files)
            completed = replace(job.record, state="completed", finished_ms=_now_ms())
            self._add(job.record.database, replica.without_builds(damaged), completed)
        except BaseException:
            remove_leftovers([resources.layout.collection_segments(replica.collection.id)])
            raise
        job.record = completed

    def _with_files(self, job: _Job, files: Sequence[SharedFile]) -> list[int]:
        """Every file there and whole; gives the builds whose index is damaged and left out. Raises DataCorrupted."""
        directories = dict.fromkeys(file.directory for file in files)
        for directory in directories:
            make_directory(directory)
        job.done_bytes, job.total_bytes = 0, sum(file.entry.size_bytes for file in files)
        damaged = []
        for file in files:
            self._check_open()
            if not _is_whole(file):
                damaged.append(file.build_id)
            job.done_bytes += file.entry.size_bytes
        for directory in directories:
            fsync_directory(directory)
        return damaged

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise NotReady("the data directory is being closed; the restore goes on when it is opened again")

    def _put(self, job: _Job, record: RestoreRecord) -> None:
        with self._resources.catalog.change() as change:
            change.put(record)
        job.record = record

    def _forget_old(self) -> None:
        """Jobs that were over long ago."""
        since_ms = _now_ms() - KEPT_SECONDS * 1000
        with self._lock:
            old = [job.record for job in self._jobs.values() if 0 < job.record.finished_ms < since_ms]
            if old:
                with self._resources.catalog.change() as change:
                    for record in old:
                        change.delete(record)
            for record in old:
                del self._jobs[record.id]


def _is_whole(file: SharedFile) -> bool:
    """Give a file its name; whether it is as it was written. A damaged index is deleted, and built again some day.

    Keys are read by whoever opens the segment, and made again when they are damaged. Raises DataCorrupted for rows.
    """
    share(file.source, file.directory / file.entry.name)
    try:
        if file.kind != "keys":
            verify_file(file.directory, file.entry)
    except DataCorrupted as damage:
        if file.kind != "index":
            raise
        logger.warning("an index is left out of a restore: %s", damage)
        (file.directory / file.entry.name).unlink()
        return False
    return True


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
