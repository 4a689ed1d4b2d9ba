"""One run: what was asked for, the data, and the peers once a topic needs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.data import Dataset
from benchmarks.fleet import Fleet


@dataclass(frozen=True)
class Options:
    """quick shortens every measurement to a smoke test; its figures mean little."""

    quick: bool = False
    elanus_only: bool = False
    index_type: str = "HNSW"

    @property
    def repeats(self) -> int:
        return 1 if self.quick else 3

    @property
    def seconds(self) -> float:
        """Of one timed measurement."""
        return 1.0 if self.quick else 5.0


@dataclass
class Bench:
    data: Dataset
    folder: Path
    options: Options

    @cached_property
    def fleet(self) -> Fleet:
        return Fleet(self.data, self.folder, self.options.elanus_only, self.options.index_type)

    @property
    def about(self) -> str:
        """Goes into every title."""
        return f"{self.data.name}, {self.data.row_count:,} x {self.data.dim}, {self.data.metric}"

    def scratch(self, name: str) -> Path:
        """A new folder of this run."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def close(self) -> None:
        if "fleet" in self.__dict__:
            self.fleet.stop()
