"""The monitoring port, without a database behind it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping

import pytest

from elanus.errors import NotReady
from elanus.server.monitoring import Monitor, Monitored, health_page


def page(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    monitor = Monitor("127.0.0.1", 0, Monitored(lambda: {"engine": True}, lambda: b"some_metric 1.0\n"))
    yield monitor
    monitor.close()


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/healthz?verbose"])
def test_healthy_server_says_ok(monitor: Monitor, path: str) -> None:
    assert page(monitor.port, path) == (200, "OK")


def test_metrics_are_prometheus_text(monitor: Monitor) -> None:
    assert page(monitor.port, "/metrics") == (200, "some_metric 1.0\n")


def test_other_paths_are_not_found(monitor: Monitor) -> None:
    assert page(monitor.port, "/api/v1/health")[0] == 404


def test_health_as_json_names_every_part() -> None:
    well = health_page({"engine": True, "disk": False}, "application/json; charset=utf-8")
    assert well.status == 500
    assert json.loads(well.body) == {
        "state": "Not all components are healthy, 1/2",
        "detail": [{"name": "engine", "code": 1}, {"name": "disk", "code": 2}],
    }


def test_taken_port_is_refused_with_what_to_do(monitor: Monitor) -> None:
    with pytest.raises(NotReady, match="--metrics-port"):
        Monitor("127.0.0.1", monitor.port, Monitored(dict, bytes))
