"""Where everything lies in a data directory. Pure: touches no disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below one data directory.

    LOCK                                   the owner
    catalog.sqlite, counters.sqlite        what exists; numbers that never go back
    history.sqlite                         what was measured of indexes over time
    logs/<collection>/log-<epoch>.sqlite   the write-ahead log
    segments/<collection>/<segment>/       data.arrow, keys.arrow, deletes-<ts>.arrow, index-<build>.idx
    snapshots/<snapshot>/<segment>/        other names of such files, as they were
    """

    data_dir: Path

    @property
    def lock(self) -> Path:
        return self.data_dir / "LOCK"

    @property
    def catalog(self) -> Path:
        return self.data_dir / "catalog.sqlite"

    @property
    def counters(self) -> Path:
        return self.data_dir / "counters.sqlite"

    @property
    def history(self) -> Path:
        return self.data_dir / "history.sqlite"

    @property
    def segments(self) -> Path:
        return self.data_dir / "segments"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def snapshots(self) -> Path:
        return self.data_dir / "snapshots"

    def snapshot(self, snapshot_id: int) -> Path:
        return self.snapshots / str(snapshot_id)

    def snapshot_segment(self, snapshot_id: int, segment_id: int) -> Path:
        return self.snapshot(snapshot_id) / str(segment_id)

    def collection_segments(self, collection_id: int) -> Path:
        return self.segments / str(collection_id)

    def segment(self, collection_id: int, segment_id: int) -> Path:
        return self.collection_segments(collection_id) / str(segment_id)

    def collection_logs(self, collection_id: int) -> Path:
        return self.logs / str(collection_id)

    def log(self, collection_id: int, epoch: int) -> Path:
        return self.collection_logs(collection_id) / f"log-{epoch:06d}.sqlite"


def index_file_name(build_id: int) -> str:
    """Name, in its segment's directory, of the finished index of a build."""
    return f"index-{build_id}.idx"


def index_checkpoint_name(build_id: int) -> str:
    """Name, in its segment's directory, of what an unfinished build can continue from."""
    return f"index-{build_id}.checkpoint"
