from __future__ import annotations

import numpy as np
import pytest

from elanus.schema.metric import Metric, distance_from_score, metrics_of, scores_from_distances
from elanus.schema.types import DataType


def test_every_vector_type_has_metrics_and_every_metric_a_type() -> None:
    kinds = [kind for kind in DataType if kind.is_vector]
    assert {metric for kind in kinds for metric in metrics_of(kind)} == set(Metric)
    assert [metrics_of(kind)[0] for kind in kinds] == [
        Metric.HAMMING,
        Metric.COSINE,
        Metric.COSINE,
        Metric.COSINE,
        Metric.IP,
        Metric.COSINE,
    ]


@pytest.mark.parametrize("metric", Metric)
def test_scores_are_distances_seen_from_the_other_side(metric: Metric) -> None:
    distances = np.array([-1.5, 0.0, 2.0], np.float32)
    scores = scores_from_distances(distances, metric)
    assert scores.tolist() == ([1.5, 0.0, -2.0] if metric.larger_is_nearer else [-1.5, 0.0, 2.0])
    assert not np.signbit(scores[1])
    assert [distance_from_score(float(score), metric) for score in scores] == distances.tolist()


def test_similarities() -> None:
    assert {metric.value for metric in Metric if metric.larger_is_nearer} == {"IP", "COSINE", "BM25", "MHJACCARD"}
