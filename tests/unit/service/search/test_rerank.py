from __future__ import annotations

import numpy as np
import pytest

from elanus.errors import ParameterInvalid
from elanus.schema.metric import Metric
from elanus.service.search.rerank import Ranking, ReciprocalRank, Weighted

COSINE = Ranking(np.array([1.0, 0.0, -1.0]), Metric.COSINE)
DISTANCE = Ranking(np.array([0.0, 1.0]), Metric.L2)


def test_reciprocal_rank_begins_at_one():
    first, second = ReciprocalRank(k=1).contributions([COSINE, DISTANCE])
    assert first.tolist() == [1 / 2, 1 / 3, 1 / 4]
    assert second.tolist() == [1 / 2, 1 / 3]


def test_weighted_normalised():
    first, second = Weighted((0.5, 1.0), normalise=True).contributions([COSINE, DISTANCE])
    assert first.tolist() == [0.5, 0.25, 0.0]
    assert second.tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("metric", "scores", "expected"),
    [
        (Metric.IP, [-1.0, 0.0, 1.0], [0.25, 0.5, 0.75]),
        (Metric.MHJACCARD, [0.0, 1.0], [0.5, 0.75]),
        (Metric.BM25, [0.0, 1.0], [0.0, 0.5]),
        (Metric.HAMMING, [0.0, 1.0], [1.0, 0.5]),
        (Metric.JACCARD, [0.0, 1.0], [1.0, 0.5]),
    ],
)
def test_every_metric_is_normalised_larger_is_better(metric, scores, expected):
    (found,) = Weighted((1.0,), normalise=True).contributions([Ranking(np.array(scores), metric)])
    assert found.tolist() == pytest.approx(expected)


def test_weighted_plain_scores_stay():
    product = Ranking(np.array([4.0, 2.0]), Metric.IP)
    assert Weighted((0.5,)).contributions([product])[0].tolist() == [2.0, 1.0]


def test_weighted_only_distances_order_ascending():
    assert Weighted((1.0,)).contributions([DISTANCE])[0].tolist() == [0.0, -1.0]


def test_limits():
    with pytest.raises(ParameterInvalid, match=r"range \(0, 16384\)"):
        ReciprocalRank(k=0).check(1)
    with pytest.raises(ParameterInvalid, match="mismatch"):
        Weighted((0.5,)).check(2)
    with pytest.raises(ParameterInvalid, match=r"range \[0, 1\]"):
        Weighted((1.5,)).check(1)
