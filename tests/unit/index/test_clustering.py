"""k-means in steps: the centres of one faiss call to the bit, and a time left that follows what was measured."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from elanus.index import _clustering
from elanus.index._clustering import FAST_VALUES, Rounds, clustered, fast_dim, round_seconds
from elanus.index._product import pieces_seconds, train_pieces

DIM, CENTRES, ROUNDS = 8, 20, 7


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(_clustering.time, "process_time", lambda: now[0])
    return now


class Slow:
    """Stands for a faiss Clustering: its rounds take what the test says, by the test's clock."""

    def __init__(self, clock, niter, costs):
        self.clock, self.niter, self.costs, self.steps = clock, niter, list(costs), []

    def train(self, rows, index):
        self.steps.append(self.niter)
        for _ in range(self.niter):
            self.clock[0] += self.costs.pop(0)


def rows_of(count: int, dim: int = DIM) -> np.ndarray:
    return np.random.default_rng(3).standard_normal((count, dim), np.float32)


@pytest.mark.parametrize("spherical", [False, True], ids=["means", "unit means"])
@pytest.mark.parametrize("step_s", [0.0, 9.0], ids=["round by round", "all at once"])
def test_steps_give_what_one_call_gives(monkeypatch, step_s, spherical):
    monkeypatch.setattr(_clustering, "STEP_SECONDS", step_s)
    rows = rows_of(900)
    parameters = faiss.ClusteringParameters()
    parameters.niter, parameters.spherical, parameters.min_points_per_centroid = ROUNDS, spherical, 1
    once, stepped = (faiss.Clustering(DIM, CENTRES, parameters) for _ in range(2))
    once.train(rows, faiss.IndexFlatL2(DIM))
    index = faiss.IndexFlatL2(DIM)
    left = list(clustered(stepped, rows, index, Rounds(ROUNDS, 1e-9)))
    assert len(left) == (ROUNDS if step_s == 0 else 1)
    assert left[-1] == 0
    centres = faiss.vector_to_array(once.centroids)
    np.testing.assert_array_equal(faiss.vector_to_array(stepped.centroids), centres)
    np.testing.assert_array_equal(index.reconstruct_n(0, CENTRES).ravel(), centres)


def test_a_step_takes_as_many_rounds_as_fit_in_its_time(clock, monkeypatch):
    monkeypatch.setattr(_clustering, "STEP_SECONDS", 1.0)
    clustering = Slow(clock, 20, [0.1] * 20)
    list(clustered(clustering, None, None, Rounds(20, guess_s=0.5)))
    assert clustering.steps == [2, 10, 8]


@pytest.mark.parametrize("guess", [0.1, 1.0, 30.0], ids=["guessed low", "guessed right", "guessed high"])
def test_the_time_left_is_within_a_quarter_over_the_last_four_fifths(clock, guess):
    """Also where the first rounds are dearer than those after."""
    costs = [1.3, 1.2, *[1.0] * 38]
    begun, end = clock[0], clock[0] + sum(costs)
    told = [(clock[0], left) for left in clustered(Slow(clock, 40, costs), None, None, Rounds(40, guess))]
    late = [(at, left) for at, left in told if at - begun >= (end - begun) / 5]
    assert len(late) > 30
    assert all(left == pytest.approx(end - at, rel=0.25, abs=1e-6) for at, left in late)


def test_what_was_slow_long_ago_is_not_believed(clock):
    costs = [*[5.0] * 10, *[1.0] * 30]
    left = list(clustered(Slow(clock, 40, costs), None, None, Rounds(40, 5.0)))
    assert left[9] == pytest.approx(30 * 5.0)
    assert left[19] == pytest.approx(20 * 1.0)


@pytest.mark.parametrize(("count", "dim", "pieces", "bits"), [(3000, 64, 1, 4), (2000, 128, 2, 6), (256, 12, 4, 8)])
def test_pieces_are_trained_as_faiss_trains_them(count, dim, pieces, bits):
    own, native = (faiss.ProductQuantizer(dim, pieces, bits) for _ in range(2))
    rows = rows_of(count, dim)
    for pq in (own, native):
        pq.cp.min_points_per_centroid = 1
    native.train(rows)
    left = list(train_pieces(own, rows))
    assert len(left) >= 1 + pieces
    assert (left[0] > 0, left[-1]) == (True, 0)
    np.testing.assert_array_equal(faiss.vector_to_array(own.centroids), faiss.vector_to_array(native.centroids))


def test_short_pieces_are_filled_up_and_no_worse():
    """Rows of 4 dimensions, few enough that faiss would take its slower kernel."""
    rows = rows_of(6000, 16)
    assert fast_dim(4, 64, len(rows)) == 22
    own, native = (faiss.ProductQuantizer(16, 4, 6) for _ in range(2))
    native.train(rows)
    list(train_pieces(own, rows))
    errors = [float(((pq.decode(pq.compute_codes(rows)) - rows) ** 2).sum()) for pq in (own, native)]
    assert errors[0] == pytest.approx(errors[1], rel=0.01)


def test_no_more_rows_than_better_the_pieces_are_looked_at(monkeypatch):
    seen = []

    def spy(clustering, rows, index, rounds):
        seen.append(len(rows))
        return clustered(clustering, rows, index, rounds)

    monkeypatch.setattr("elanus.index._product.clustered", spy)
    pq = faiss.ProductQuantizer(8, 2, 3)
    list(train_pieces(pq, rows_of(5000)))
    assert seen == [256 * 8] * 2
    assert pieces_seconds(pq, 5000) > 0


def test_rows_are_widened_only_where_it_pays():
    assert fast_dim(16, 256, FAST_VALUES // 16) == 16
    assert fast_dim(4, 256, FAST_VALUES // 8) == 8
    assert fast_dim(4, 256, 100) == 4, "too few rows: zeros would be most of the work"
    assert fast_dim(4, 16, FAST_VALUES // 8) == 4, "to few centres the other kernel is as fast"


@pytest.mark.parametrize(
    ("centres", "rows", "seconds"),
    [(16, 1000, 0.5), (4096, 50_000, 0.5 * 50_000 / 16_001), (16_384, 5000, 2.0)],
    ids=["all of it", "some of the rows", "some of the centres"],
)
def test_a_guess_is_in_proportion_to_what_was_measured(monkeypatch, centres, rows, seconds):
    """Two rounds that take a second by the test's clock."""
    ticks = iter([0.0, 1.0])
    monkeypatch.setattr(_clustering.time, "process_time", lambda: next(ticks))
    assert round_seconds(DIM, centres, rows) == pytest.approx(seconds)
