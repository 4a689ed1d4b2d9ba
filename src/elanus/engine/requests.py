"""What service asks of the engine and what it is told, besides rows: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from elanus.index.generation import NEWEST, Generation

if TYPE_CHECKING:
    import pyarrow as pa


class LoadState(IntEnum):
    """Numbers are those of Milvus's ``LoadState``."""

    NOT_EXIST = 0
    NOT_LOAD = 1
    LOADING = 2
    LOADED = 3


class IndexState(IntEnum):
    """Numbers are those of Milvus's ``IndexState``."""

    NONE = 0
    UNISSUED = 1
    IN_PROGRESS = 2
    FINISHED = 3
    FAILED = 4
    RETRY = 5


class BuildState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class NewCollection:
    """A validated request for a collection. ``schema`` has field ids (from 100) and, if dynamic, its ``$meta``.

    indexes, loaded  what it has and is from its first moment on
    """

    schema: pa.Schema | Any
    shards: int = 1
    consistency_level: int = 2
    properties: Mapping[str, str] = field(default_factory=dict)
    num_partitions: int = 0
    indexes: tuple[IndexRequest, ...] = ()
    loaded: bool = False


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """CreateIndex as the user sent it.

    name        chosen by service where the client gave none
    params      ``index_type``, ``metric_type`` and build parameters, flat or inside ``params`` (JSON); values as text
    generation  whose rules they are held to
    """

    field: str
    name: str
    params: Mapping[str, str]
    generation: Generation = NEWEST


@dataclass(frozen=True, slots=True)
class BuildStatus:
    """One build as it is now.

    phase           queued, sampling, training, adding, writing, verifying, or the state once it ended
    seconds_left    None while it cannot be known
    memory_bytes    of its worker now; estimated_bytes: what it was expected to need at most
    reason          why it, or its attempt before this one, ended without an index
    resumed_rows    of rows_done those that a checkpoint held
    passes          times that the rows are gone through; after the first of two, rows_done is half of rows_total
    """

    build_id: int
    segment_id: int
    state: BuildState
    phase: str
    rows_done: int
    rows_total: int
    rows_per_second: float = 0.0
    seconds_left: float | None = None
    memory_bytes: int = 0
    worker: str = ""
    reason: str = ""
    attempt: int = 1
    estimated_bytes: int = 0
    resumed_rows: int = 0
    passes: int = 1


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """An index definition and the state that follows from its builds.

    field         of the schema, or a key of the dynamic field
    over          the field, and the path below it: ``info/price``
    user_params   what the user sent (echoed by DescribeIndex)
    spec          resolved type and parameters actually built
    total_rows    rows of sealed segments; indexed_rows + pending_rows = total_rows
    recall        measured after build, weighted by rows:
                  {"recall_at_10", "low", "high", "queries", "p50_us", "p99_us"} or {}
    switching_to  type being built beside this one, or ""
    uses          since it was opened: searches it answered, segment by segment, or filters that took rows from it
    exact_instead of a vector index: how often a segment it covers was searched exactly all the same
    build_seconds of its finished builds together
    pending_seconds  since the oldest pending segment was sealed; 0 = none is pending
    chosen        what was chosen for a wanted recall, and why, in words; "" when no recall was wanted
    role          serving, former, shadow or hidden (:mod:`elanus.engine.indexes.family`)
    """

    id: int
    name: str
    field: str
    type: str
    user_params: Mapping[str, str]
    spec: Mapping[str, Any]
    properties: Mapping[str, str]
    state: IndexState
    reason: str
    total_rows: int
    indexed_rows: int
    pending_rows: int
    growing_rows: int
    file_bytes: int
    resident_bytes: int
    builds: tuple[BuildStatus, ...]
    recall: Mapping[str, float]
    created_ts: int
    switching_to: str = ""
    uses: int = 0
    exact_instead: int = 0
    build_seconds: float = 0.0
    pending_seconds: float = 0.0
    role: str = "serving"
    chosen: str = ""
    over: str = ""
    rows_per_second: float = 0.0
    seconds_left: float | None = None
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Inserted:
    """ids  int64 or large_string array, one per row, in the order sent; deleted: rows an upsert replaced."""

    ids: pa.Array
    ts: int
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Deleted:
    """count  keys named (delete by primary key) or rows removed (delete by filter); keys  those named, or None."""

    count: int
    ts: int
    keys: pa.Array | None = None


@dataclass(frozen=True, slots=True)
class Flushed:
    """segment_ids sealed by this flush; flushed_ids sealed before; ts of the flush."""

    segment_ids: tuple[int, ...]
    flushed_ids: tuple[int, ...]
    ts: int


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """damage  why its rows cannot be read; "" = they can."""

    id: int
    partition_id: int
    row_count: int
    deleted_rows: int
    is_growing: bool
    size_bytes: int
    index_ids: tuple[int, ...]
    damage: str = ""


@dataclass(frozen=True, slots=True)
class CompactionStatus:
    """id of the request; merges running, done, failed; plans: (source ids, target id or 0 while running)."""

    id: int
    executing: int
    completed: int
    failed: int
    plans: tuple[tuple[tuple[int, ...], int], ...]
