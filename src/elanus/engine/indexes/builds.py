"""The builds of one collection's indexes: which are under way, what ended how, what is tried again.

Which builds are needed follows from definitions and segments (:mod:`elanus.engine.indexes.wanted`), never from a list
of intentions: a crash forgets nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.engine.building.build import Build
from elanus.engine.building.files import files_of, order_of, record_of
from elanus.engine.indexes.wanted import BuildKey, Wanted, is_paused, is_wanted, wanted_builds
from elanus.engine.leftovers import remove_leftovers
from elanus.engine.requests import BuildState
from elanus.errors import IndexNotFound
from elanus.segment.view import OpenIndex
from elanus.storage.catalog import BuildRecord, IndexRecord, SegmentRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

RETRY_SECONDS = 2.0
_UNSUCCESSFUL = ("failed", "cancelled", "refused")


class IndexBuilds:
    """Changed under the collection's lock.

    records  the last attempt of every build
    running  those queued or running
    ended    called after a build ended and all that follows from it was noted
    """

    def __init__(self, collection: Collection, ended: Callable[[], None]) -> None:
        self._collection = collection
        self._tell_ended = ended
        self.records: dict[BuildKey, BuildRecord] = {}
        self.running: dict[BuildKey, Build] = {}
        self._retry_at_s: dict[BuildKey, float] = {}

    def recovered(self, records: Iterable[BuildRecord]) -> None:
        """Take what the catalog holds. What was refused is asked for again: the budget may be another now."""
        self.records = {(build.index_id, build.segment_id): build for build in records}
        for build in [build for build in self.records.values() if build.state == "refused"]:
            self.ask_again(build)

    def want(self) -> None:
        """Queue every build that is missing. Called whenever segments or definitions changed."""
        collection = self._collection
        with collection.lock:
            if collection.dropped or collection.resources.builds.closed:
                return
            now = time.monotonic()
            keys = [
                key
                for key in wanted_builds(self._wanted())
                if key not in self.running and self._retry_at_s.get(key, 0) <= now
            ]
            records = [self._next_record(key) for key in keys]
            if records:
                with collection.changing() as change:
                    for record in records:
                        change.put(record)
            for key, record in zip(keys, records, strict=True):
                self.records[key] = record
                order = order_of(collection, self._definitions[key[0]], collection.sealed[key[1]], record)
                self.running[key] = collection.resources.builds.submit(order, self._ended)

    def build_for(self, segment: SegmentRecord, sources: Sequence[int], done: Iterable[int]) -> list[Build]:
        """Queue builds over a merged segment that no one can read yet; unrecorded.

        One for every definition, but those in ``done`` (index ids) and those given up on one of the sources.
        """
        collection = self._collection
        with collection.lock:
            definitions = [replace(d, properties={}) for d in self._wanted().definitions]  # also those that are paused
            state = replace(self._wanted(), definitions=definitions, segments={segment.id: segment.row_count})
            wanted = {index_id for index_id, _ in wanted_builds(state)} - set(done)
            given_up = {i for i in wanted if any(self.is_given_up((i, source)) for source in sources)}
            new = [
                BuildRecord(collection.resources.new_id(), index_id, segment.id, attempts=1)
                for index_id in sorted(wanted - given_up)
            ]
            orders = [order_of(collection, self._definitions[build.index_id], segment, build) for build in new]
            return [collection.resources.builds.submit(order, lambda _: None) for order in orders]

    def is_given_up(self, key: BuildKey) -> bool:
        """A build that is not tried again unless someone asks."""
        build = self.records.get(key)
        if build is None or build.state not in _UNSUCCESSFUL:
            return False
        return not is_wanted(build, self._collection.resources.settings.build_attempts)

    def cancel(self, build_id: int) -> None:
        """End a build; its rows stay pending and are searched exactly. Raises IndexNotFound for an unknown id."""
        with self._collection.lock:
            build = next((b for b in self.running.values() if b.order.build_id == build_id), None)
        if build is None:
            raise IndexNotFound(f"no build {build_id} is queued or running in {self._collection.name}")
        self._collection.resources.builds.cancel(build)
        build.over.wait()

    def resume(self, name: str) -> None:
        """Ask again for the builds of an index that failed, were refused or cancelled. Raises IndexNotFound."""
        collection = self._collection
        with collection.lock:
            named = {d.id for d in self._definitions.values() if d.name == name}
            for build in list(self.records.values()):
                if build.index_id in named and build.state in _UNSUCCESSFUL:
                    self.ask_again(build)
        collection.indexes.want_builds()

    def stop(self, index_ids: Set[int]) -> None:
        """End the builds under way of paused definitions; their checkpoints stay. They have ended when it returns."""
        with self._collection.lock:
            stopped = [build for key, build in self.running.items() if key[0] in index_ids]
        for build in stopped:
            self._collection.resources.builds.cancel(build)
        for build in stopped:
            build.over.wait()

    def hurry(self, index_ids: Set[int]) -> None:
        """Somebody waits for these definitions. Under the lock."""
        for key, build in self.running.items():
            if key[0] in index_ids:
                build.hurry()

    def adopt(self, records: Iterable[BuildRecord], opened: Iterable[OpenIndex]) -> None:
        """Take finished builds of a merged segment, already in the catalog. Under the lock."""
        self.records.update({(record.index_id, record.segment_id): record for record in records})
        self._collection.indexes.serving.keep(opened)

    def ask_again(self, build: BuildRecord, reason: str = "") -> None:
        """The build is wanted again, with all its attempts. Under the lock."""
        key = (build.index_id, build.segment_id)
        self.records[key] = replace(build, state="queued", file=None, attempts=1, reason=reason)
        self._retry_at_s.pop(key, None)

    def forget_segments(self, segment_ids: Iterable[int]) -> None:
        """Segments went: cancel their builds, close their indexes."""
        gone = set(segment_ids)
        with self._collection.lock:
            self._forget([key for key in {*self.records, *self.running} if key[1] in gone])

    def forget_definitions(self, index_ids: Set[int]) -> None:
        """Definitions went: cancel their builds, close and delete their files. Under the lock."""
        records = {key: build for key, build in self.records.items() if key[0] in index_ids}
        under_way = self._forget([key for key in {*self.records, *self.running} if key[0] in index_ids])
        self._collection.refresh_view()
        for key, record in records.items():
            if key not in under_way:  # the others delete theirs when their worker has ended
                remove_leftovers(files_of(self._collection, record))

    # ---- inside -----------------------------------------------------------------------------------------------

    @property
    def _definitions(self) -> Mapping[int, IndexRecord]:
        return self._collection.indexes.definitions.by_id

    def _wanted(self) -> Wanted:
        settings = self._collection.resources.settings
        return Wanted(
            sorted(self._definitions.values(), key=lambda d: d.id),
            {s.id: s.row_count for s in self._collection.sealed.values()},
            self.records,
            settings.small_segment_rows,
            settings.build_attempts,
        )

    def _next_record(self, key: BuildKey) -> BuildRecord:
        """A new attempt; one that was interrupted keeps its id, and with it its checkpoint."""
        resources = self._collection.resources
        before = self.records.get(key)
        if before is None:
            return BuildRecord(resources.new_id(), *key, state="running", attempts=1, started_ts=resources.clock.now())
        attempts = before.attempts + (before.state == "failed")
        return replace(before, state="running", attempts=attempts, started_ts=resources.clock.now())

    def _ended(self, build: Build) -> None:
        """A recorded build finished, failed or was cancelled."""
        collection = self._collection
        finished = build.status.state is BuildState.FINISHED
        if collection.resources.builds.closed and not finished:
            build.order.remove_files(keep=build.order.checkpoint)  # the next open goes on from there
            return
        ended = record_of(build, collection.resources.clock.now())
        opened = collection.indexes.serving.open_new(self._definitions.get(ended.index_id), ended)
        with collection.lock:
            key = (build.order.index_id, build.order.segment_id)
            if self.running.get(key) is not build or collection.dropped:  # dropped meanwhile
                build.order.remove_files()
                return
            del self.running[key]
            before = self.records[key]
            record = replace(ended, started_ts=before.started_ts)
            if record.state == "cancelled" and is_paused(self._definitions[key[0]]):
                record = replace(record, state="queued", reason=before.reason)
            with collection.changing() as change:
                change.put(record)
            self.records[key] = record
            if opened is not None:
                collection.indexes.serving.keep([opened])
            if record.state == "failed":
                self._retry_at_s[key] = time.monotonic() + RETRY_SECONDS * 2 ** (record.attempts - 1)
            collection.refresh_view()
            build.order.remove_files(keep=self._kept_file(key, build))
        self._tell_ended()

    def _kept_file(self, key: BuildKey, build: Build) -> Path | None:
        """The one file that an ended build still needs."""
        if self.records[key].state == "finished":
            return build.order.output
        return None if self.is_given_up(key) else build.order.checkpoint

    def _forget(self, keys: Iterable[BuildKey]) -> set[BuildKey]:
        """Drop what is known of these builds; gives those that were under way, which are cancelled."""
        under_way = set()
        for key in keys:
            record = self.records.pop(key, None)
            if record is not None:
                self._collection.indexes.serving.close(record.id)
            self._retry_at_s.pop(key, None)
            build = self.running.pop(key, None)
            if build is not None:
                under_way.add(key)
                self._collection.resources.builds.cancel(build)
        return under_way
