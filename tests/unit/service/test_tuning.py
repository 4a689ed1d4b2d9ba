"""What is filled in for an index that is made from the command line."""

from __future__ import annotations

from typing import Any, cast

import pytest

from elanus.service.tuning import Tuning
from unit.engine.samples import SCHEMA


class Films:
    """A collection, as far as its schema matters."""

    schema = SCHEMA


@pytest.mark.parametrize(
    ("field", "given", "filled"),
    [
        ("v", {"index_type": "HNSW"}, {"index_type": "HNSW", "metric_type": "COSINE"}),
        ("v", {"metric_type": "IP"}, {"metric_type": "IP"}),
        ("n", {"index_type": "STL_SORT"}, {"index_type": "STL_SORT"}),
        ("nowhere", {}, {}),
    ],
)
def test_only_a_vector_field_gets_a_metric(field: str, given: dict[str, str], filled: dict[str, str]) -> None:
    assert Tuning().with_metric(cast("Any", Films()), field, given) == filled
