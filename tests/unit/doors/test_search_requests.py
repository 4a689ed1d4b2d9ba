"""Every way clients write a search."""

from __future__ import annotations

import pytest

from elanus.doors.grpc_v2.messages import milvus_pb2
from elanus.doors.grpc_v2.search_requests import SearchReader
from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.schema.metric import Metric


def _request(params=None, **fields):
    request = milvus_pb2.SearchRequest(**fields)
    for key, value in (params or {}).items():
        request.search_params.add(key=key, value=value)
    return request


def _spec(params, **fields):
    return SearchReader().read(_request(params, **fields)).spec


def test_options_of_a_search():
    spec = _spec(
        {
            "anns_field": "v",
            "topk": "7",
            "offset": "2",
            "metric_type": "cosine",
            "round_decimal": "3",
            "ignore_growing": "True",
            "group_by_field": "g",
            "group_size": "4",
            "strict_group_size": "T",
            "params": '{"ef": 64, "radius": 2, "range_filter": 0.5}',
        },
        dsl="a > 1",
        output_fields=["a", "b"],
        partition_names=["p"],
    )
    assert (spec.field, spec.k, spec.offset, spec.metric, spec.round_decimal) == ("v", 7, 2, Metric.COSINE, 3)
    assert (spec.ignore_growing, spec.group_by, spec.group_size, spec.strict_group_size) == (True, "g", 4, True)
    assert (spec.filter, spec.output_fields, spec.partitions) == ("a > 1", ("a", "b"), ("p",))
    assert (spec.params, spec.radius, spec.range_filter) == ({"ef": 64}, 2.0, 0.5)


@pytest.mark.parametrize(
    "params",
    [
        {"params": '{"ef": 64}'},
        {"ef": "64"},
        {"params": '{"metric_type": "L2", "params": {"ef": 64}}'},
        {"params": '{"metric_type": "L2", "ef": 64}'},
    ],
)
def test_index_parameters_may_be_flat_or_nested(params):
    assert _spec({"topk": "1", **params}).params == {"ef": 64}


def test_the_same_request_gives_the_same_spec():
    reader = SearchReader()
    first, second = (reader.read(_request({"topk": "3"}, dsl="x > 1")).spec for _ in range(2))
    assert first is second
    assert reader.read(_request({"topk": "3"}, dsl="x > 2")).spec is not first


def test_requests_with_template_values_are_read_afresh():
    request = _request({"topk": "3"}, dsl="x > {low}")
    request.expr_template_values["low"].int64_val = 5
    request.expr_template_values["names"].array_val.string_data.data.extend(["a", "b"])
    assert SearchReader().read(request).spec.templates == {"low": 5, "names": ["a", "b"]}


def test_template_value_that_is_no_json_is_refused():
    request = _request({"topk": "3"}, dsl="x in {values}")
    request.expr_template_values["values"].array_val.json_data.data.append(b"POINT (1 1)")
    with pytest.raises(ParameterInvalid, match="a value for the filter is not valid JSON"):
        SearchReader().read(request)


def test_pages_of_an_iterator_read_at_its_snapshot():
    reader = SearchReader()
    params = {"topk": "5", "search_iter_v2": "True", "search_iter_batch_size": "5", "search_iter_last_bound": "1.5"}
    pages = [reader.read(_request(params, guarantee_timestamp=ts)) for ts in (0, 900)]
    assert [page.spec.snapshot_ts for page in pages] == [0, 900]
    assert pages[1].is_iterator
    assert (pages[1].spec.iterator_batch, pages[1].spec.iterator_bound) == (5, 1.5)


def test_guarantee_timestamp_of_an_ordinary_search_is_no_snapshot():
    assert SearchReader().read(_request({"topk": "5"}, guarantee_timestamp=900)).spec.snapshot_ts == 0


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"topk": "many"}, r"topk \[many\] is invalid"),
        ({"topk": "1", "params": "{"}, "parse params failed"),
        ({"topk": "1", "params": "[1]"}, "a JSON object is expected"),
        ({"topk": "1", "metric_type": "NOPE"}, "metric type not supported: NOPE"),
        ({"topk": "1", "ignore_growing": "perhaps"}, "invalid boolean: perhaps"),
        ({"topk": "1", "params": '{"radius": "far"}'}, r"radius \[far\] is invalid"),
    ],
)
def test_options_that_cannot_be_read(params, text):
    with pytest.raises(ParameterInvalid, match=text):
        _spec(params)


def test_options_to_come_are_named():
    with pytest.raises(NotImplementedYet, match="order_by_fields"):
        _spec({"topk": "1", "order_by_fields": "a:asc"})
