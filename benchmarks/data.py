"""The vectors, the queries and their exact neighbours.

Real sets are read from the folder named by ``ELANUS_BENCH_DATA`` or from ``shared/data`` in or beside the checkout.
When a set is absent a clustered synthetic one takes its place, and every table says so by the name of the data.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

FILES = {"mnist": ("mnist-784-euclidean.npz", "L2"), "text": ("text-384-cosine.npz", "COSINE")}
NUMBERS = 1000
"""The ``number`` column is uniform over 0 .. NUMBERS - 1, so ``number < 10`` keeps one row in a hundred."""


@dataclass(frozen=True)
class Dataset:
    """base (n, dim) and queries (q, dim), float32; unit length when the metric is COSINE."""

    name: str
    metric: str
    base: Floats
    queries: Floats

    @property
    def row_count(self) -> int:
        return len(self.base)

    @property
    def dim(self) -> int:
        return int(self.base.shape[1])

    @cached_property
    def numbers(self) -> Ints:
        """(n,) the scalar column filters look at."""
        return np.random.default_rng(7).integers(0, NUMBERS, self.row_count)

    def neighbors(self, k: int, below: int = NUMBERS) -> Ints:
        """(q, k) exact nearest row numbers among the rows whose number is under ``below``."""
        rows = np.flatnonzero(self.numbers < below)
        chunks = [self._nearest(queries, rows, k) for queries in np.array_split(self.queries, 20)]
        return np.concatenate(chunks)

    def export(self, folder: Path) -> dict[str, str]:
        """Writes what client processes read by memory map; gives the paths by name."""
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "base": self.base,
            "queries": self.queries,
            "numbers": self.numbers,
        }
        paths = {name: str(folder / f"{name}.npy") for name in arrays}
        for name, array in arrays.items():
            np.save(paths[name], array)
        return paths

    def _nearest(self, queries: Floats, rows: Ints, k: int) -> Ints:
        base = self.base[rows]
        distances = -(queries @ base.T)
        if self.metric == "L2":
            distances = 2 * distances + np.einsum("ij,ij->i", base, base)
        best = np.argpartition(distances, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(distances, best, axis=1), axis=1)
        return rows[np.take_along_axis(best, order, axis=1)]


def load(name: str, rows: int | None) -> Dataset:
    """The named set cut to its first ``rows``, or a synthetic one of that size when its file is absent."""
    file, metric = FILES[name]
    path = next((folder / file for folder in _folders() if (folder / file).is_file()), None)
    if path is None:
        print(f"{file} not found (set ELANUS_BENCH_DATA to its folder): using synthetic vectors instead")
        return synthetic(rows or 20_000, dim=int(file.split("-")[1]), metric=metric)
    with np.load(path) as arrays:
        base, queries = arrays["base"][:rows].astype(np.float32), arrays["queries"].astype(np.float32)
    return Dataset(name, metric, *_prepared(base, queries, metric))


def synthetic(rows: int, dim: int, metric: str) -> Dataset:
    """Clusters of a few directions each, fixed seed: harder than noise, easier than life."""
    rng = np.random.default_rng(5)
    centers = rng.normal(size=(200, dim))
    directions = rng.normal(size=(200, 14, dim)) / np.sqrt(14)
    which = rng.integers(0, 200, rows + 1000)
    weights = rng.normal(size=(rows + 1000, 14))
    points = np.empty((rows + 1000, dim), np.float32)
    for cluster in range(200):
        mine = which == cluster
        points[mine] = centers[cluster] + weights[mine] @ directions[cluster]
    return Dataset("synthetic", metric, *_prepared(points[:rows], points[rows:], metric))


def _folders() -> list[Path]:
    root = Path(__file__).resolve().parent.parent
    named = os.environ.get("ELANUS_BENCH_DATA")
    return [Path(named)] if named else [root / "shared" / "data", root.parent / "shared" / "data"]


def _prepared(base: Floats, queries: Floats, metric: str) -> tuple[Floats, Floats]:
    return (_unit(base), _unit(queries)) if metric == "COSINE" else (base, queries)


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
