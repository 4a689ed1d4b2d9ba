"""What can be tuned in the engine, with its defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Sizes in rows or bytes, times in seconds.

    build_workers        index builds running at once, each in a process of its own
    build_threads        native threads of all builds together; 0 = all cores
    build_memory_bytes   memory of all builds together; 0 = half of the machine's
    small_segment_rows   a segment with fewer rows is searched exactly and never built (Milvus: 1024)
    gpu_indexes          what a GPU_* index type gets: "refuse", or "cpu": its equivalent there
    build_attempts       a failed build is tried this often
    checkpoint_seconds   a build writes a checkpoint this often
    seal_bytes           growing rows of a collection are sealed when they hold this much
    seal_quiet_seconds   ... or when nothing was written for this long and they are worth a segment
    seal_slow_rows       ... or when this many have gathered while rows arrive slowly
    growing_bytes        rows not yet sealed, of all collections together, hold at most this much; writers wait
    write_wait_seconds   ... for this long, then they are told to retry
    segment_bytes        compaction makes segments up to this size
    merge_quiet_seconds  small segments are merged when nothing was written for this long; several at once also before,
                         while rows arrive slowly
    dead_fraction        a segment is rewritten when this part of its rows has left
    retention_seconds    a row that left is kept this long for readers pinned to an earlier time
    import_bytes         a single insert of at least this size is written as segment files, not to the log
    import_root          directory that bulk imports read from; a relative one is below the data directory
    recorded_searches    last searches of a collection kept in memory, to measure its indexes with; 0 = none
    live_recall_share    share of one core spent on measuring recorded searches as they come; 0 = none
    maintenance_seconds  how often the above is looked at
    """

    build_workers: int = 1
    build_threads: int = 0
    build_memory_bytes: int = 0
    small_segment_rows: int = 1024
    gpu_indexes: str = "refuse"
    build_attempts: int = 3
    checkpoint_seconds: float = 30.0
    seal_bytes: int = 256 * 2**20
    seal_quiet_seconds: float = 2.0
    seal_slow_rows: int = 8192
    growing_bytes: int = 2**30
    write_wait_seconds: float = 10.0
    segment_bytes: int = 2**30
    merge_quiet_seconds: float = 5.0
    dead_fraction: float = 0.2
    retention_seconds: float = 60.0
    import_bytes: int = 64 * 2**20
    import_root: Path = Path("import")
    recorded_searches: int = 0
    live_recall_share: float = 0.0
    maintenance_seconds: float = 0.5
