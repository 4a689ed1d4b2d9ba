"""Every vector index type that is compared, with its parameters and the raw libraries beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import faiss

from benchmarks.data import Dataset
from benchmarks.kinds import Kind, binary, dense, sparse
from benchmarks.raw import Faiss, FaissBinary, Hnswlib, Raw, Scipy, Usearch

EFS = (10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96, 128, 192, 256, 384, 512)
NPROBES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
WHOLE = (0,)
"""The efforts of what has none: it looks at everything."""
REFINED = 4
"""Candidates measured again, in multiples of k, by both sides."""


@dataclass(frozen=True)
class Case:
    """effort is the name of our search parameter, "" without one; raws makes the libraries, the same method first."""

    type: str
    kind: Callable[[Dataset], Kind]
    raws: Callable[[Kind], Sequence[Raw]]
    build: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)
    effort: str = ""
    efforts: Sequence[int] = WHOLE

    def params(self, effort: int) -> dict[str, Any]:
        """Our search parameters for this effort."""
        return {**self.search, **({self.effort: effort} if self.effort else {})}


def cases(data: Dataset) -> list[Case]:
    """Lists and pieces sized for the data, as the guides of the libraries say."""
    lists, pieces = max(16, int(4 * data.row_count**0.5) // 4), data.dim // 8
    return [*_flat(), *_lists(lists, pieces), *_graphs(pieces), *_binary(lists), *_sparse()]


def _flat() -> list[Case]:
    return [Case("FLAT", dense, lambda kind: [Faiss(kind, "Flat")])]


def _lists(lists: int, pieces: int) -> list[Case]:
    build = {"nlist": lists}
    refined = {"refine": True}
    again = {"refine_k": float(REFINED)}

    def case(type: str, factory: str, build: Mapping[str, Any], search: Mapping[str, Any] | None = None) -> Case:
        def raws(kind: Kind) -> list[Raw]:
            return [Faiss(kind, f"{factory}".format(half=kind.dim // 2), "nprobe", _measuring_again)]

        return Case(type, dense, raws, build, search or {}, "nprobe", NPROBES)

    return [
        case("IVF_FLAT", f"IVF{lists},Flat", build),
        case("IVF_SQ8", f"IVF{lists},SQ8", build),
        case("IVF_PQ", f"IVF{lists},PQ{pieces},RFlat", build | refined | {"m": pieces, "nbits": 8}, again),
        case("IVF_RABITQ", f"RR,IVF{lists},RaBitQ,RFlat", build | refined, again),
        case("SCANN", f"IVF{lists},PQ{{half}}x4fs,RFlat", build, {"reorder_k": REFINED * 10}),
    ]


def _graphs(pieces: int) -> list[Case]:
    build = {"M": 16, "efConstruction": 200}

    def case(type: str, raws: Callable[[Kind], Sequence[Raw]], more: Mapping[str, Any], **search: Any) -> Case:
        return Case(type, dense, raws, {**build, **more}, search, "ef", EFS)

    auto = Case("AUTOINDEX", dense, lambda kind: [Hnswlib(kind)], {}, {}, "ef", EFS)
    return [
        case("HNSW", lambda kind: [_hnsw(kind, "HNSW16,Flat"), Hnswlib(kind), Usearch(kind)], {}),
        case("HNSW_SQ", lambda kind: [_hnsw(kind, "HNSW16,SQ8")], {"sq_type": "SQ8"}),
        case(
            "HNSW_PQ",
            lambda kind: [_hnsw(kind, f"HNSW16_PQ{pieces}x8,RFlat")],
            {"m": pieces, "nbits": 8, "refine": True},
            refine_k=float(REFINED),
        ),
        auto,
    ]


def _binary(lists: int) -> list[Case]:
    return [
        Case("BIN_FLAT", binary, lambda kind: [FaissBinary(kind, "BFlat")]),
        Case(
            "BIN_IVF_FLAT",
            binary,
            lambda kind: [FaissBinary(kind, f"BIVF{lists}")],
            {"nlist": lists},
            effort="nprobe",
            efforts=NPROBES,
        ),
    ]


def _sparse() -> list[Case]:
    return [
        Case(name, sparse, lambda kind: [Scipy(kind)], {"drop_ratio_build": 0.0})
        for name in ("SPARSE_INVERTED_INDEX", "SPARSE_WAND")
    ]


def _hnsw(kind: Kind, factory: str) -> Faiss:
    return Faiss(kind, factory, "efSearch", _careful)


def _careful(native: Any) -> None:
    _measuring_again(native)
    inner: Any = faiss.downcast_index(native.base_index) if isinstance(native, faiss.IndexRefine) else native
    inner.hnsw.efConstruction = 200
    storage: Any = faiss.downcast_index(inner.storage)
    if hasattr(storage, "do_polysemous_training"):
        storage.do_polysemous_training = False  # a minute that this search makes no use of


def _measuring_again(native: Any) -> None:
    if isinstance(native, faiss.IndexRefine):
        native.k_factor = REFINED
