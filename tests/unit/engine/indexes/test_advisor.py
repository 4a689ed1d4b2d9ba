"""Which index for which wish: the choice from figures, and trials over real rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.indexes import advisor
from elanus.engine.indexes.advice import Size, Trial, advise, growth, ranked, reason
from elanus.engine.indexes.advisor import Advisor
from elanus.engine.indexes.candidates import candidates
from elanus.engine.indexes.wish import Wish
from elanus.errors import Rejected
from elanus.index.base import IndexSpec
from elanus.index.curve import CurvePoint
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType
from unit.engine.samples import WIDE, created, files, indexed, sealed, unowned

GRAPH = IndexSpec("HNSW", Metric.L2, 64, {"M": 16, "efConstruction": 100})
LISTS = IndexSpec("IVF_FLAT", Metric.L2, 64, {"nlist": 400})
FAST = (CurvePoint(11, 0.90, 0.0, 50.0, 90.0), CurvePoint(32, 0.98, 0.0, 100.0, 200.0))
SLOW = (CurvePoint(1, 0.70, 0.0, 100.0, 150.0), CurvePoint(40, 0.99, 0.0, 400.0, 600.0))
SMALL, LARGE = Size(0, 10 << 20), Size(2 << 20, 100 << 20)


def trial(spec: IndexSpec, curve: tuple[CurvePoint, ...]) -> Trial:
    return Trial(spec, spec, 10_000, 2.0, curve)


def test_the_fastest_that_meets_the_wish_comes_first() -> None:
    wish = Wish(recall=0.95)
    found = ranked([advise(trial(LISTS, SLOW), wish, 10_000, SMALL), advise(trial(GRAPH, FAST), wish, 10_000, LARGE)])
    assert [(one.type, one.effort, one.against) for one in found] == [
        ("HNSW", ("ef", 32), ""),
        ("IVF_FLAT", ("nprobe", 40), ""),
    ]
    assert reason(found[0], wish).startswith("HNSW with ef 32 is the fastest")


@pytest.mark.parametrize(
    ("wish", "first", "against"),
    [
        (Wish(0.95, memory_bytes=50 << 20), "IVF_FLAT", "needs 102 MiB of memory"),
        (Wish(0.98), "IVF_FLAT", "promises recall 0.970 at most"),
        (Wish(0.95, p99_us=300.0), "HNSW", "takes 600 us at the 99th"),
    ],
)
def test_each_limit_rules_one_out(wish: Wish, first: str, against: str) -> None:
    found = ranked([advise(trial(LISTS, SLOW), wish, 10_000, SMALL), advise(trial(GRAPH, FAST), wish, 10_000, LARGE)])
    assert (found[0].type, found[0].against, found[1].against) == (first, "", against)


def test_when_nothing_fits_it_is_said() -> None:
    wish = Wish(0.999)
    assert reason(advise(trial(GRAPH, FAST), wish, 10_000, LARGE), wish).startswith("no candidate meets the wish")


def test_searches_grow_as_their_type_does() -> None:
    assert growth(GRAPH, 1 << 10, 1 << 20) == 2.0
    assert growth(LISTS, 10_000, 1_000_000) == 10.0
    assert growth(replace(LISTS, type="FLAT", params={}), 10_000, 1_000_000) == 100.0
    assert growth(GRAPH, 5000, 5000) == 1.0


@pytest.mark.parametrize(
    ("kind", "metric", "types"),
    [
        (DataType.FLOAT_VECTOR, Metric.COSINE, "AUTOINDEX HNSW HNSW_SQ IVF_FLAT IVF_SQ8 SCANN"),
        (DataType.BFLOAT16_VECTOR, Metric.L2, "AUTOINDEX HNSW HNSW_SQ IVF_FLAT IVF_SQ8 SCANN"),
        (DataType.INT8_VECTOR, Metric.IP, "AUTOINDEX HNSW HNSW_SQ"),
        (DataType.BINARY_VECTOR, Metric.HAMMING, "BIN_FLAT BIN_IVF_FLAT HNSW"),
        (DataType.BINARY_VECTOR, Metric.TANIMOTO, "BIN_FLAT BIN_IVF_FLAT"),
        (DataType.SPARSE_FLOAT_VECTOR, Metric.IP, " ".join(["SPARSE_INVERTED_INDEX"] * 3)),
    ],
)
def test_candidates_take_the_field_and_its_metric(kind: DataType, metric: Metric, types: str) -> None:
    found = candidates(Field(101, "v", kind, dim=64), metric, 10_000)
    assert [spec.type for spec in found] == types.split()
    assert {(spec.metric, spec.data_type) for spec in found} == {(metric, kind)}


def test_little_memory_brings_more_candidates() -> None:
    field = Field(101, "v", DataType.FLOAT_VECTOR, dim=64)
    usual = {spec.type for spec in candidates(field, Metric.L2, 10_000)}
    assert {spec.type for spec in candidates(field, Metric.L2, 10_000, memory_is_short=True)} - usual == {
        "IVF_RABITQ",
        "DISKANN",
    }


@pytest.fixture
def small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advisor, "SAMPLE_ROWS", 600)


@pytest.mark.usefixtures("small_sample")
def test_trials_over_real_rows_leave_nothing_behind(engine: Engine) -> None:
    collection = sealed(engine, 1500, WIDE)
    indexed(collection)
    before = files(engine)
    found = Advisor(collection, collection.schema.field("v")).advise(Wish(0.9))
    assert {one.type for one in found} == {"AUTOINDEX", "HNSW", "HNSW_SQ", "IVF_FLAT", "IVF_SQ8", "SCANN"}
    fitting = [one for one in found if not one.against]
    assert all(one.recall >= 0.9 and one.p50_us > 0 and one.file_bytes > 0 and one.points for one in fitting)
    assert found == ranked(found)
    assert files(engine) == before
    assert unowned(engine) == []
    assert [index.type for index in collection.indexes.statuses()] == ["HNSW"]


def test_what_cannot_be_tried(engine: Engine) -> None:
    collection: Collection = created(engine)
    with pytest.raises(Rejected, match="0 rows"):
        Advisor(collection, collection.schema.field("v")).advise(Wish())
    with pytest.raises(Rejected, match="field n is of type Int64"):
        Advisor(collection, collection.schema.field("n"))
