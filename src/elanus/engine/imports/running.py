"""The imports of a data directory, one after the other on a thread of their own.

A job is in the catalog before it is acknowledged. What ends it is written down in the same transaction that shows its
rows, so after a crash it is done, or begins anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from elanus.engine.collection import Collection
from elanus.engine.durable import until_written
from elanus.engine.imports.job import ImportOrder, ImportStatus, Job, Reader
from elanus.engine.imports.naming import Naming
from elanus.engine.imports.staging import Staging
from elanus.engine.resources import Resources
from elanus.errors import CollectionNotFound, Error, ImportFailed, NotReady, SchemaMismatch
from elanus.storage.catalog import ImportRecord
from elanus.storage.clock import physical_ms

logger = logging.getLogger(__name__)

KEPT_MS = 3 * 24 * 3600 * 1000
"""A job that has ended is remembered for so long."""
MOST_JOBS = 1024
"""Jobs that have not ended, as in Milvus."""


class Imports:
    """Safe to use from many threads.

    find  the collection of an id; None = there is none (any more)
    """

    def __init__(self, resources: Resources, find: Callable[[int], Collection | None]) -> None:
        self._resources = resources
        self._find = find
        self._read: Reader | None = None
        self._lock = threading.Lock()
        self._jobs = {record.id: Job(record) for record in resources.catalog.imports()}
        self._stopping = threading.Event()
        self._thread = ThreadPoolExecutor(1, "elanus-import")

    def read_by(self, reader: Reader) -> None:
        """From now on jobs run, read by the first reader that is given; those that were left unfinished begin anew."""
        if self._read is not None:
            return
        self._read = reader
        for job in list(self._jobs.values()):
            if not job.has_ended:
                self._thread.submit(self._run, job)

    def start(self, collection: Collection, order: ImportOrder) -> int:
        """The id of a new job, which is durable. Raises NotReady, ImportFailed: too many wait already."""
        if self._stopping.is_set():
            raise NotReady("the data directory is being closed; open it again")
        self._forget_old()
        self._check_room()
        record = ImportRecord(
            id=self._resources.new_id(),
            collection_id=collection.id,
            database=collection.database,
            collection=collection.name,
            partition=order.partition,
            files=order.files,
            created_ts=self._resources.clock.now(),
            options=dict(order.options),
        )
        self._put(record)
        job = self._jobs[record.id] = Job(record)
        self._thread.submit(self._run, job)
        return record.id

    def status(self, job_id: int) -> ImportStatus:
        """Raises ImportFailed: no such job."""
        job = self._jobs.get(job_id)
        if job is None:
            raise ImportFailed(f"import job does not exist, jobID={job_id}")
        return job.status()

    def statuses(self) -> list[ImportStatus]:
        """The oldest first."""
        return [job.status() for job in list(self._jobs.values())]

    def close(self) -> None:
        """A job that runs stops at the next batch, and begins anew at the next open."""
        self._stopping.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: Job) -> None:
        if self._stopping.is_set():
            return
        collection = self._find(job.record.collection_id)
        try:
            if collection is None:
                raise CollectionNotFound("")
            self._put(replace(job.record, state="started"))
            job.end(self._imported(job, collection))
        except _Interrupted:
            return
        except Exception as error:
            self._fail(job, self._reason(error, collection, job.record.collection))

    def _imported(self, job: Job, collection: Collection) -> ImportRecord:
        """All rows of the job; read anew while the schema changes between the check of rows and their naming."""
        while True:
            seen = collection.schema
            try:
                return self._bring(job, collection)
            except SchemaMismatch:
                if collection.schema is seen:
                    raise

    def _bring(self, job: Job, collection: Collection) -> ImportRecord:
        staging = Staging(collection)
        job.begin()
        try:
            self._stage(job, collection, staging)
            ended = replace(job.record, state="completed", files=job.files())
            return Naming(collection, staging).run(ended)
        finally:
            staging.discard()

    def _stage(self, job: Job, collection: Collection, staging: Staging) -> None:
        assert self._read is not None
        for read in self._read(collection, job.record):
            self._check_goes_on(collection)
            staging.add(read.rows, job.record.partition)
            job.note_read(read)
        for written in staging.finish():
            self._check_goes_on(collection)
            job.note_written(written)
        job.state = "persisted"

    def _check_goes_on(self, collection: Collection) -> None:
        if self._stopping.is_set():
            raise _Interrupted
        collection.check_open()

    def _reason(self, error: Exception, collection: Collection | None, name: str) -> str:
        if collection is None or collection.dropped:
            return f"collection {name} was dropped: nothing was imported"
        if isinstance(error, Error):
            return error.message
        logger.error("import into %s failed", name, exc_info=error)
        return f"unexpected error: {type(error).__name__}: {error}"

    def _fail(self, job: Job, reason: str) -> None:
        """The job has failed once that is written down: until then it would begin anew at the next open."""
        failed = replace(job.record, state="failed", reason=reason, finished_ts=self._resources.clock.now())
        if until_written(lambda: self._put(failed), self._stopping, f"the failure of import {failed.id}"):
            job.end(failed)

    def _check_room(self) -> None:
        waiting = sum(not job.has_ended for job in list(self._jobs.values()))
        if waiting >= MOST_JOBS:
            raise ImportFailed(
                f"The number of jobs has reached the limit, please try again later: {waiting} have not ended, allowed: "
                f"{MOST_JOBS}; one job may import several files"
            )

    def _put(self, record: ImportRecord) -> None:
        with self._resources.catalog.change() as change:
            change.put(record)

    def _forget_old(self) -> None:
        oldest_ms = physical_ms(self._resources.clock.now()) - KEPT_MS
        with self._lock:
            old = [j.record for j in self._jobs.values() if j.has_ended and _ended_ms(j.record) < oldest_ms]
            if not old:
                return
            with self._resources.catalog.change() as change:
                for record in old:
                    change.delete(record)
            for record in old:
                del self._jobs[record.id]


class _Interrupted(Exception):
    """The data directory is being closed."""


def _ended_ms(record: ImportRecord) -> int:
    return physical_ms(record.finished_ts)
