import pytest

from elanus.search.plan import Step, choose


@pytest.mark.parametrize(
    ("row_count", "kept", "k", "indexed", "step"),
    [
        (1000, 0, 10, True, Step.SKIP),
        (1000, 0, 10, False, Step.SKIP),
        (80_000, 80_000, 10, False, Step.EXACT),
        (80_000, 40_000, 10, False, Step.EXACT_KEPT),
        (80_000, 80_000, 10, True, Step.INDEX),
        (80_000, 40_000, 10, True, Step.MASKED_INDEX),
        (80_000, 8_000, 10, True, Step.MASKED_INDEX),
        (80_000, 4_000, 10, True, Step.EXACT_KEPT),
        (80_000, 6_000, 10, True, Step.MASKED_INDEX),
        (80_000, 800, 10, True, Step.EXACT_KEPT),
        (1_000_000, 100_000, 10, True, Step.MASKED_INDEX),
        (1_000_000, 10_000, 10, True, Step.EXACT_KEPT),
        (200, 200, 10, True, Step.EXACT),
        (80_000, 80_000, 80_000, True, Step.EXACT),
    ],
)
def test_step_by_counts(row_count: int, kept: int, k: int, indexed: bool, step: Step) -> None:
    assert choose(row_count=row_count, kept=kept, k=k, nq=1, indexed=indexed) is step


def test_more_kept_rows_never_turn_an_index_search_exact() -> None:
    steps = [choose(row_count=50_000, kept=kept, k=10, nq=1, indexed=True) for kept in range(1, 50_001, 500)]
    exact = [step is Step.EXACT_KEPT for step in steps]
    assert exact == sorted(exact, reverse=True)


@pytest.mark.parametrize(
    ("kept", "nq", "step"),
    [
        (6_000, 1, Step.MASKED_INDEX),
        (5_000, 2, Step.EXACT_KEPT),
        (6_000, 100, Step.EXACT_KEPT),
        (10_000, 100, Step.MASKED_INDEX),
        (60_000, 100, Step.INDEX),
    ],
)
def test_queries_at_once_share_the_gathering(kept: int, nq: int, step: Step) -> None:
    assert choose(row_count=60_000, kept=kept, k=10, nq=nq, indexed=True) is step
