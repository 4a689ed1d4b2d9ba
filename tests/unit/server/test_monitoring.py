"""The monitoring port, without a database behind it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from types import SimpleNamespace

import pytest

from elanus.doors.rest.port import HttpPort
from elanus.engine.health import PartHealth
from elanus.server.monitoring import Monitored, health_page
from elanus.server.sites import monitoring_site


def page(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@pytest.fixture
def monitor() -> Iterator[HttpPort]:
    monitored = Monitored(lambda: [PartHealth("engine", True)], lambda: b"some_metric 1.0\n")
    site = monitoring_site(monitored, {}, SimpleNamespace(enforced=False))  # type: ignore[arg-type]
    monitor = HttpPort("127.0.0.1:0", site, threads=1)
    yield monitor
    monitor.close(1.0)


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/healthz?verbose"])
def test_healthy_server_says_ok(monitor: HttpPort, path: str) -> None:
    assert page(monitor.port, path) == (200, "OK")


def test_metrics_are_prometheus_text(monitor: HttpPort) -> None:
    assert page(monitor.port, "/metrics") == (200, "some_metric 1.0\n")


def test_other_paths_are_not_found(monitor: HttpPort) -> None:
    assert page(monitor.port, "/api/v2/health")[0] == 404


PARTS = [
    PartHealth("engine", True),
    PartHealth("disk", False, ("no space left",)),
    PartHealth("rows", True, ("segment 7 of collection c is damaged",)),
]


def test_health_as_json_names_every_part() -> None:
    ill = health_page(PARTS, "application/json; charset=utf-8")
    assert ill.status == 500
    assert json.loads(ill.body) == {
        "state": "Not all components are healthy, 2/3",
        "detail": [
            {"name": "engine", "code": 1},
            {"name": "disk", "code": 2, "reasons": ["no space left"]},
            {"name": "rows", "code": 1, "reasons": ["segment 7 of collection c is damaged"]},
        ],
    }


def test_degraded_is_healthy_with_reasons() -> None:
    degraded = health_page([PARTS[0], PARTS[2]], "")
    assert (degraded.status, degraded.body) == (200, b"OK\nrows: segment 7 of collection c is damaged")
