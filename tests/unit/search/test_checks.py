from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from elanus.errors import DimensionMismatch, FieldNotFound, FilterInvalid, ParameterInvalid, Rejected
from elanus.index.base import IndexSpec
from elanus.schema.field import Field
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType
from elanus.search import search
from elanus.search.requests import SearchSpec
from unit.search.views import DIM, SCHEMA, VECTOR_ID, Collection, indexed, queries, random_rows


@pytest.mark.parametrize(
    ("spec", "error", "text"),
    [
        (SearchSpec(k=0), Rejected, r"^topk \[0\] is invalid, it should be in range \[1, 16384\], but got 0$"),
        (
            SearchSpec(k=16385),
            Rejected,
            r"^topk \[16385\] is invalid, it should be in range \[1, 16384\], but got 16385$",
        ),
        (SearchSpec(k=16384, offset=1), Rejected, r"^offset\+topk \[16385\] is invalid, it should be in range"),
        (SearchSpec(offset=-1), Rejected, r"offset \[-1\] is invalid, should be gte than 0"),
        (
            SearchSpec(round_decimal=7),
            Rejected,
            r"^round_decimal \[7\] is invalid, should be -1 or an integer in range \[0, 6\]$",
        ),
        (SearchSpec(iterator_batch=16385), ParameterInvalid, "^batch size is invalid, "),
        (SearchSpec(field="missing"), FieldNotFound, "missing"),
        (SearchSpec(field="n"), ParameterInvalid, "field n is not a vector field: search one of v"),
        (SearchSpec(filter="nope ==="), FilterInvalid, "cannot parse expression"),
        (
            SearchSpec(metric=Metric.COSINE),
            ParameterInvalid,
            r"^metric type not match: invalid parameter\[expected=L2\]\[actual=COSINE\]$",
        ),
    ],
)
def test_a_wrong_request_is_refused(spec: SearchSpec, error: type[Exception], text: str) -> None:
    collection = Collection()
    collection.insert(random_rows(5))
    with pytest.raises(error, match=text):
        search(collection.view(), spec, queries(1))


def test_vectors_of_another_dimension() -> None:
    text = r"^vector dimension mismatch, expected vector size\(byte\) 16, actual 12$"
    with pytest.raises(DimensionMismatch, match=text):
        search(Collection().view(), SearchSpec(), np.zeros((1, 3), np.float32))


@pytest.mark.parametrize("nq", [0, 16385])
def test_number_of_queries(nq: int) -> None:
    text = (
        rf"^nq \[{nq}\] is invalid, nq \(number of search vector per search request\) should be in range \[1, 16384\]"
    )
    with pytest.raises(Rejected, match=text):
        search(Collection().view(), SearchSpec(), np.zeros((nq, 4), np.float32))


def test_any_metric_while_no_index_is_declared() -> None:
    collection = Collection(metric=None)
    collection.insert(random_rows(50))
    answers = {
        metric: search(collection.view(), SearchSpec(metric=metric), queries(1)).ids.tolist()
        for metric in metrics_of(DataType.FLOAT_VECTOR)
    }
    assert len({tuple(ids) for ids in answers.values()}) == 3
    assert search(collection.view(), SearchSpec(), queries(1)).ids.tolist() == answers[Metric.COSINE]


def test_a_metric_of_another_kind_of_vector_is_refused() -> None:
    with pytest.raises(ParameterInvalid, match=r"^float vector index does not support metric type: HAMMING"):
        search(Collection(metric=None).view(), SearchSpec(metric=Metric.HAMMING), queries(1))


def test_several_vector_fields_need_a_name() -> None:
    other = Field(105, "w", DataType.FLOAT_VECTOR, dim=4)
    schema = replace(SCHEMA, fields=(*SCHEMA.fields[:-1], other, SCHEMA.fields[-1]))
    with pytest.raises(
        ParameterInvalid, match=r"^multiple anns_fields exist, please specify a anns_field in search_params$"
    ):
        search(replace(Collection().view(), schema=schema), SearchSpec(), queries(1))


def test_search_parameters_are_checked_by_the_index_type() -> None:
    collection, _ = indexed(random_rows(2000))
    with pytest.raises(ParameterInvalid, match="ef"):
        search(collection.view(), SearchSpec(k=50, params={"ef": 20}), queries(1))


@pytest.mark.parametrize("given", [{"ef": 20}, {"ef": "many"}, {"ef": 64.0}, {"target_recall": 2}])
def test_search_parameters_are_checked_before_an_index_is_built(given: dict[str, Any]) -> None:
    collection = Collection(declared=IndexSpec("HNSW", Metric.L2, DIM, {}))
    for rows in ([], random_rows(30)):
        if rows:
            collection.insert(rows)
        with pytest.raises(ParameterInvalid, match=next(iter(given))):
            search(collection.view(), SearchSpec(k=50, params=given), queries(1))
        assert search(collection.view(), SearchSpec(k=50, params={"ef": 64}), queries(1)).counts == [len(rows)]


def test_while_an_index_is_replaced_the_parameters_of_either_will_do() -> None:
    graph, lists = IndexSpec("HNSW", Metric.L2, DIM, {}), IndexSpec("IVF_FLAT", Metric.L2, DIM, {})
    view, asked = Collection().view(), SearchSpec(k=50, params={"ef": 1, "nprobe": 4})
    search(replace(view, declared={VECTOR_ID: (graph, lists)}), asked, queries(1))
    with pytest.raises(ParameterInvalid, match="ef"):
        search(replace(view, declared={VECTOR_ID: (graph,)}), asked, queries(1))


def test_parameters_of_another_type_are_another_request() -> None:
    collection, _ = indexed(random_rows(2000))
    assert search(collection.view(), SearchSpec(params={"ef": 64}), queries(1)).counts == [10]
    with pytest.raises(ParameterInvalid):
        search(collection.view(), SearchSpec(params={"ef": 64.0}), queries(1))


def test_widening_does_not_trip_the_check_of_k() -> None:
    collection, fake = indexed(random_rows(4000))
    spec = SearchSpec(k=10, params={"ef": 12}, group_by="n", group_size=1)
    assert search(collection.view(), spec, queries(1)).counts == [7]
    assert {params["ef"] for _, _, params in fake.calls} == {12}
