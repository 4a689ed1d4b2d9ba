"""Options as clients send them, as numbers or as texts."""

from __future__ import annotations

from typing import Any

import pytest

from elanus.doors.options import metric_named, real, whole
from elanus.errors import ParameterInvalid
from elanus.schema.metric import Metric


@pytest.mark.parametrize("sent", [7, 7.0, "7"], ids=repr)
def test_a_whole_number(sent: Any) -> None:
    assert whole(sent, "topk") == 7


@pytest.mark.parametrize("sent", [7.5, "7.5", "", None, [7], float("inf")], ids=repr)
def test_what_is_no_whole_number_is_refused_by_its_name(sent: Any) -> None:
    with pytest.raises(ParameterInvalid, match=r"^topk \[.*\] is invalid, it should be an integer"):
        whole(sent, "topk")


@pytest.mark.parametrize("sent", [0.5, "0.5"], ids=repr)
def test_a_number(sent: Any) -> None:
    assert real(sent, "radius") == 0.5


@pytest.mark.parametrize("sent", ["near", None, [0.5]], ids=repr)
def test_what_is_no_number_is_refused_by_its_name(sent: Any) -> None:
    with pytest.raises(ParameterInvalid, match=r"^radius \[.*\] is invalid, it should be a number"):
        real(sent, "radius")


def test_metrics_are_named_in_any_case() -> None:
    assert (metric_named("l2"), metric_named("Cosine")) == (Metric.L2, Metric.COSINE)
    assert metric_named("") is None
    with pytest.raises(ParameterInvalid, match="metric type not supported: near"):
        metric_named("near")
