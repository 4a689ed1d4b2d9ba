"""The indexes of one collection: definitions, and the builds they ask for.

A definition is durable; which builds it needs follows from the sealed segments (``wanted_builds``), never from a list
of intentions. The state a client sees is derived from the builds. A switch is a second definition of the same name
that replaces the first: segment after segment serves with the new index as it finishes, then the old one goes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.engine import index_status
from elanus.engine.builds import Build, BuildOrder
from elanus.engine.leftovers import remove_leftovers
from elanus.engine.requests import BuildState, IndexRequest, IndexStatus
from elanus.engine.serving import Serving
from elanus.engine.specs import AUTOMATIC, resolved, spec_from_json, spec_to_json
from elanus.errors import IndexNotFound, ParameterInvalid, Rejected, TimedOut
from elanus.index.base import IndexSpec
from elanus.index.registry import index_type
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.segment.view import ServingIndex
from elanus.storage.catalog import BuildRecord, IndexRecord, SegmentRecord
from elanus.storage.files import file_entry
from elanus.storage.layout import index_checkpoint_name, index_file_name

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

logger = logging.getLogger(__name__)

BuildKey = tuple[int, int]
"""(index id, segment id)"""

NOT_COMPARED = frozenset({"mmap.enabled", "warmup", "indexoffsetcache.enabled"})
RETRY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What decides whether a build is missing: pure input of :func:`wanted_builds`."""

    definitions: Sequence[IndexRecord]
    segments: Mapping[int, int]
    builds: Mapping[BuildKey, BuildRecord]
    small_segment_rows: int
    attempts: int


def wanted_builds(state: Wanted) -> list[BuildKey]:
    """Builds that are neither done nor given up nor under way, the oldest definition and segment first.

    ``state.segments`` is the number of rows of each sealed segment.
    """
    return [
        (definition.id, segment_id)
        for definition in state.definitions
        if index_type(definition.spec["type"]).builder is not None
        for segment_id, rows in sorted(state.segments.items())
        if rows >= state.small_segment_rows
        and _is_wanted(state.builds.get((definition.id, segment_id)), state.attempts)
    ]


def _is_wanted(build: BuildRecord | None, attempts: int) -> bool:
    if build is None or build.state in ("queued", "running"):
        return True
    return build.state == "failed" and build.attempts < attempts


class Indexes:
    """Definitions and builds are read and changed under the collection's lock."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.definitions: dict[int, IndexRecord] = {}
        self.builds: dict[BuildKey, BuildRecord] = {}
        self.running: dict[BuildKey, Build] = {}
        self.serving = Serving(collection)
        self._retry_at_s: dict[BuildKey, float] = {}
        self._changed = threading.Condition(collection.lock.lock)

    # ---- definitions ------------------------------------------------------------------------------------------

    def create(self, request: IndexRequest) -> None:
        """Declare an index; the same again is nothing new. Raises as Milvus does for a second one on a field."""
        collection = self._collection
        field = _field(collection, request.field)
        spec = resolved(request.params, field)
        with collection.lock:
            if self._is_there(request, field):
                return
            record = self._record(request.name, field, spec, request.params)
            with collection.changing() as change:
                change.put(record)
            self.definitions[record.id] = record
            collection.refresh_view()
        self._build_what_is_there()

    def drop(self, name: str) -> None:
        with self._collection.lock:
            named = [d for d in self.definitions.values() if d.name == name]
            with self._collection.changing() as change:
                for definition in named:
                    change.delete(definition)
            self._forget(named)

    def alter(self, name: str, set: Mapping[str, str], delete: Sequence[str]) -> None:
        with self._collection.lock:
            properties = {k: v for k, v in {**self.named(name).properties, **set}.items() if k not in delete}
            altered = [replace(d, properties=properties) for d in self.definitions.values() if d.name == name]
            with self._collection.changing() as change:
                for definition in altered:
                    change.put(definition)
            self.definitions.update({definition.id: definition for definition in altered})

    def switch(self, name: str, params: Mapping[str, str]) -> None:
        """Replace type or parameters without a gap. The metric stays; another switch under way is given up."""
        collection = self._collection
        with collection.lock:
            current = self.named(name)
            field = collection.schema.by_id[current.field_id]
            spec = resolved({"metric_type": current.spec["metric"], **params}, field)
            if spec.metric.value != current.spec["metric"]:
                raise ParameterInvalid(
                    f"a switch keeps the metric: given {spec.metric}, index {name} has {current.spec['metric']}; "
                    "drop the index and create it with the other metric"
                )
            given_up = [d for d in self.definitions.values() if d.replaces == current.id]
            record = replace(
                self._record(name, field, spec, {"metric_type": spec.metric.value, **params}),
                replaces=current.id,
                state="switching",
                properties=current.properties,
            )
            with collection.changing() as change:
                for definition in given_up:
                    change.delete(definition)
                change.put(record)
            self._forget(given_up)
            self.definitions[record.id] = record
        self._build_what_is_there()
        self._conclude_switches()

    def named(self, name: str) -> IndexRecord:
        """The serving definition of this name. Raises IndexNotFound."""
        for definition in self.definitions.values():
            if definition.name == name and definition.replaces is None:
                return definition
        raise IndexNotFound(f"index not found[indexName={name}]")

    def metrics(self) -> dict[int, Metric]:
        """Metric of the declared index of each field."""
        return {d.field_id: Metric(d.spec["metric"]) for d in self.definitions.values()}

    # ---- builds -----------------------------------------------------------------------------------------------

    def want_builds(self) -> None:
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
                self.builds[key] = record
                self.running[key] = collection.resources.builds.submit(self._order(key, record.id), self._ended)
        self._conclude_switches()

    def build_for(self, segment: SegmentRecord, sources: Sequence[int], done: Iterable[int]) -> list[Build]:
        """Queue builds over a merged segment that no one can read yet; unrecorded.

        One for every definition, but those in ``done`` (index ids) and those given up on one of the sources.
        """
        collection = self._collection
        with collection.lock:
            state = replace(self._wanted(), segments={segment.id: segment.row_count})
            wanted = {index_id for index_id, _ in wanted_builds(state)} - set(done)
            given_up = {i for i in wanted if any(self.is_given_up((i, source)) for source in sources)}
            return [
                collection.resources.builds.submit(
                    self._order_over(self.definitions[index_id], segment, collection.resources.new_id()), lambda _: None
                )
                for index_id in sorted(wanted - given_up)
            ]

    def is_given_up(self, key: BuildKey) -> bool:
        """A build that is not tried again unless someone asks."""
        build = self.builds.get(key)
        if build is None or build.state not in ("failed", "cancelled"):
            return False
        return not _is_wanted(build, self._collection.resources.settings.build_attempts)

    def cancel(self, build_id: int) -> None:
        """End a build; its rows stay pending and are searched exactly. Raises IndexNotFound for an unknown id."""
        with self._collection.lock:
            build = next((b for b in self.running.values() if b.order.build_id == build_id), None)
        if build is None:
            raise IndexNotFound(f"no build {build_id} is queued or running in {self._collection.name}")
        self._collection.resources.builds.cancel(build)
        build.over.wait()

    def resume(self, name: str) -> None:
        """Ask again for the builds of an index that failed or were cancelled. Raises IndexNotFound."""
        with self._collection.lock:
            self.named(name)
            named = {d.id for d in self.definitions.values() if d.name == name}
            for build in list(self.builds.values()):
                if build.index_id in named and build.state in ("failed", "cancelled"):
                    self.ask_again(build)
        self.want_builds()

    def adopt(self, records: Iterable[BuildRecord], opened: Iterable[ServingIndex]) -> None:
        """Take finished builds of a merged segment, already in the catalog. Under the lock."""
        self.builds.update({(record.index_id, record.segment_id): record for record in records})
        self.serving.keep(opened)

    def finished(self, segment_id: int) -> list[tuple[IndexRecord, BuildRecord]]:
        """Finished builds over a segment, the oldest definition's first."""
        definitions = sorted(self.definitions.values(), key=lambda d: d.id)
        found = [(d, self.builds.get((d.id, segment_id))) for d in definitions]
        return [(d, build) for d, build in found if build is not None and build.state == "finished"]

    def ask_again(self, build: BuildRecord, reason: str = "") -> None:
        """The build is wanted again, with all its attempts. Under the lock."""
        key = (build.index_id, build.segment_id)
        self.builds[key] = replace(build, state="queued", file=None, attempts=1, reason=reason)
        self._retry_at_s.pop(key, None)

    def forget_segments(self, segment_ids: Iterable[int]) -> None:
        """Segments went: cancel their builds, close their indexes."""
        gone = set(segment_ids)
        with self._collection.lock:
            self._forget_builds([key for key in {*self.builds, *self.running} if key[1] in gone])

    # ---- what can be said -------------------------------------------------------------------------------------

    def statuses(self, name: str, before_ts: int) -> list[IndexStatus]:
        """Of the index of this name, or of all; empty when there is none."""
        with self._collection.lock:
            named = [d for d in self.definitions.values() if d.replaces is None and name in ("", d.name)]
            return [index_status.status(self._collection, definition, before_ts) for definition in named]

    def wait(self, name: str, timeout_s: float) -> IndexStatus:
        """The status when no build is under way or to come. Raises IndexNotFound, TimedOut."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                definition = self.named(name)
                status = index_status.status(self._collection, definition, 0)
                if index_status.is_settled(self._collection, definition):
                    return status
                self._collection.check_open()
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimedOut(f"index {name} has {status.pending_rows} pending rows after {timeout_s} s")
                self._changed.wait(min(left, 0.5))

    # ---- inside -----------------------------------------------------------------------------------------------

    def _is_there(self, request: IndexRequest, field: Field) -> bool:
        for definition in self.definitions.values():
            same_field = definition.field_id == field.id
            if definition.name == request.name:
                if same_field and _compared(definition.user_params) == _compared(request.params):
                    return True
                raise Rejected("CreateIndex failed: at most one distinct index is allowed per field")
            if same_field:
                raise Rejected("CreateIndex failed: creating multiple indexes on same field is not supported")
        return False

    def _record(self, name: str, field: Field, spec: IndexSpec, user_params: Mapping[str, str]) -> IndexRecord:
        resources = self._collection.resources
        return IndexRecord(
            id=resources.new_id(),
            collection_id=self._collection.id,
            field_id=field.id,
            name=name,
            type=user_params.get("index_type") or AUTOMATIC,
            user_params=dict(user_params),
            spec=spec_to_json(spec),
            created_ts=resources.clock.now(),
            properties={k: v for k, v in user_params.items() if k in NOT_COMPARED},
        )

    def _build_what_is_there(self) -> None:
        """Rows that were inserted before the index are sealed, so that they are indexed without waiting for more."""
        collection = self._collection
        with collection.lock:
            grown = collection.seals.growth().rows
            if grown >= collection.resources.settings.small_segment_rows:
                collection.seals.rotate()
                collection.seals.start()
        self.want_builds()

    def _wanted(self) -> Wanted:
        settings = self._collection.resources.settings
        return Wanted(
            sorted(self.definitions.values(), key=lambda d: d.id),
            {s.id: s.row_count for s in self._collection.sealed.values()},
            self.builds,
            settings.small_segment_rows,
            settings.build_attempts,
        )

    def _next_record(self, key: BuildKey) -> BuildRecord:
        """A new attempt; one that was interrupted keeps its id, and with it its checkpoint."""
        resources = self._collection.resources
        before = self.builds.get(key)
        if before is None:
            return BuildRecord(resources.new_id(), *key, state="running", attempts=1, started_ts=resources.clock.now())
        attempts = before.attempts + (before.state == "failed")
        return replace(before, state="running", attempts=attempts, reason="", started_ts=resources.clock.now())

    def _order(self, key: BuildKey, build_id: int) -> BuildOrder:
        return self._order_over(self.definitions[key[0]], self._collection.sealed[key[1]], build_id)

    def _order_over(self, definition: IndexRecord, segment: SegmentRecord, build_id: int) -> BuildOrder:
        collection = self._collection
        settings = collection.resources.settings
        directory = self._directory(segment.id)
        return BuildOrder(
            build_id,
            definition.id,
            segment.id,
            segment.row_count,
            spec_from_json(definition.spec),
            directory / segment.data.name,
            collection.schema.by_id[definition.field_id].name,
            directory / index_file_name(build_id),
            directory / index_checkpoint_name(build_id),
            settings.checkpoint_seconds,
            settings.build_threads,
        )

    def _ended(self, build: Build) -> None:
        """A recorded build finished, failed or was cancelled."""
        collection = self._collection
        finished = build.status.state is BuildState.FINISHED
        if collection.resources.builds.closed and not finished:
            build.order.remove_files(keep=build.order.checkpoint)  # the next open goes on from there
            return
        ended = record_of(build, collection.resources.clock.now())
        opened = self.serving.open_new(self.definitions.get(ended.index_id), ended)
        with collection.lock:
            key = (build.order.index_id, build.order.segment_id)
            if self.running.get(key) is not build or collection.dropped:  # dropped meanwhile
                build.order.remove_files()
                return
            del self.running[key]
            before = self.builds[key]
            record = replace(ended, attempts=before.attempts, started_ts=before.started_ts)
            with collection.changing() as change:
                change.put(record)
            self.builds[key] = record
            if opened is not None:
                self.serving.keep([opened])
            if record.state == "failed":
                self._retry_at_s[key] = time.monotonic() + RETRY_SECONDS * 2 ** (record.attempts - 1)
            collection.refresh_view()
            self._changed.notify_all()
            build.order.remove_files(keep=self._kept_file(key, build))
        self._conclude_switches()

    def _kept_file(self, key: BuildKey, build: Build) -> Path | None:
        """The one file that an ended build still needs."""
        if self.builds[key].state == "finished":
            return build.order.output
        return None if self.is_given_up(key) else build.order.checkpoint

    def _conclude_switches(self) -> None:
        """A new definition whose builds are all there takes the place of the old one."""
        collection = self._collection
        with collection.lock:
            if collection.dropped:
                return
            for new in [d for d in self.definitions.values() if d.replaces is not None]:
                if index_status.pending_segments(collection, new):
                    continue
                old = self.definitions.get(new.replaces or 0)
                serving = replace(new, replaces=None, state="serving")
                with collection.changing() as change:
                    if old is not None:
                        change.delete(old)
                    change.put(serving)
                self.definitions[new.id] = serving
                self._forget([old] if old else [])
                self._changed.notify_all()

    def _forget(self, definitions: Sequence[IndexRecord]) -> None:
        """Definitions went (with their records): cancel builds, close and delete files, publish the view without."""
        ids = {definition.id for definition in definitions}
        for definition in definitions:
            self.definitions.pop(definition.id, None)
        orders = {key: self._files_of(key, build) for key, build in self.builds.items() if key[0] in ids}
        under_way = self._forget_builds([key for key in {*self.builds, *self.running} if key[0] in ids])
        self._collection.refresh_view()
        for key, (output, checkpoint) in orders.items():
            if key not in under_way:  # the others delete theirs when their worker has ended
                remove_leftovers([output, checkpoint])

    def _files_of(self, key: BuildKey, build: BuildRecord) -> tuple[Path, Path]:
        directory = self._directory(key[1])
        return directory / index_file_name(build.id), directory / index_checkpoint_name(build.id)

    def _directory(self, segment_id: int) -> Path:
        return self._collection.resources.layout.segment(self._collection.id, segment_id)

    def _forget_builds(self, keys: Iterable[BuildKey]) -> set[BuildKey]:
        """Drop what is known of these builds; gives those that were under way, which are cancelled."""
        under_way = set()
        for key in keys:
            record = self.builds.pop(key, None)
            if record is not None:
                self.serving.close(record.id)
            self._retry_at_s.pop(key, None)
            build = self.running.pop(key, None)
            if build is not None:
                under_way.add(key)
                self._collection.resources.builds.cancel(build)
        return under_way


def record_of(build: Build, now: int) -> BuildRecord:
    """The record of a build that ended; reads a finished one's file for the checksum."""
    order, state, reason = build.order, build.status.state, build.status.reason
    file = None
    if state is BuildState.FINISHED:
        try:
            file = file_entry(order.output)
        except OSError as error:
            state, reason = BuildState.FAILED, f"the finished index cannot be read: {error}"
    return BuildRecord(
        order.build_id,
        order.index_id,
        order.segment_id,
        state=state.value,
        file=file,
        attempts=1,
        reason=reason,
        report=dict(build.report),
        finished_ts=now,
    )


def _field(collection: Collection, name: str) -> Field:
    field = collection.schema.by_name.get(name)
    if field is None:
        raise Rejected(f"cannot create index on non-exist field: {name}")
    return field


def _compared(params: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in params.items() if key not in NOT_COMPARED}
