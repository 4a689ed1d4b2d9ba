"""Wrong passwords, however many at once, keep few threads and nobody who has signed in."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from elanus.errors import SignInsBusy, Unauthenticated
from elanus.service.access import Access, Caller
from elanus.service.access import sign_in as module
from elanus.service.access.turnstile import IN_LINE


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], threading.Event]:
    """How many hashed at once, noted at each hash; hashes wait for the event."""
    running, noted, go, lock = [0], [], threading.Event(), threading.Lock()

    def matches(_password: str, _kept: str) -> bool:
        with lock:
            running[0] += 1
            noted.append(running[0])
        assert go.wait(10)
        with lock:
            running[0] -= 1
        return False

    monkeypatch.setattr(module, "matches", matches)
    return noted, go


def test_one_hash_at_a_time_few_wait_the_rest_is_refused_at_once(access: Access, slow) -> None:  # type: ignore[no-untyped-def]
    noted, go = slow
    with ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(access.authenticate, "root", f"wrong {number}") for number in range(20)]
        refused = [call for call in calls if _error_within(call, 1.0) is SignInsBusy]
        assert len(refused) == 20 - 1 - IN_LINE
        go.set()
        assert sum(_error_within(call, 10.0) is Unauthenticated for call in calls) == 1 + IN_LINE
    assert noted == [1] * (1 + IN_LINE)
    with pytest.raises(Unauthenticated):
        access.authenticate("root", "wrong again")  # every place is free again


def test_who_signed_in_before_does_not_wait(access: Access, slow, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    _, go = slow
    with monkeypatch.context() as swift:
        swift.setattr(module, "matches", lambda password, _kept: password == "Milvus")
        access.authenticate("root", "Milvus")
    with ThreadPoolExecutor(8) as pool:
        for number in range(8):
            pool.submit(access.authenticate, "root", f"wrong {number}")
        assert access.authenticate("root", "Milvus") == Caller("root")
        go.set()


def test_nobody_is_refused_without_a_hash(access: Access, slow) -> None:  # type: ignore[no-untyped-def]
    noted, _ = slow
    with pytest.raises(Unauthenticated):
        access.authenticate("", "")
    assert noted == []


def _error_within(call: Future[Caller], seconds: float) -> type[BaseException] | None:
    """None = it is not over by then."""
    try:
        error = call.exception(seconds)
    except TimeoutError:
        return None
    assert error is not None
    return type(error)
