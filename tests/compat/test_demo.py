"""The demo from the first scene to the last, and what it leaves behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pymilvus import MilvusClient

from elanus.cli.demo.bookshelf import COLLECTION
from elanus.cli.demo.story import tell
from elanus.config import Settings
from elanus.server.app import Server


def test_demo_tells_the_whole_life_of_an_index_and_leaves_data_to_serve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(tmp_path / "demo", interactive=False)
    told = capsys.readouterr().out

    texts = int(re.search(r"read ([\d,]+) texts", told)[1].replace(",", ""))  # type: ignore[index]
    assert texts > 10_000
    ivf_recall, exact_recall = (float(found) for found in re.findall(r"^recall@10 ([\d.]+)", told, re.MULTILINE))
    assert 0.9 < ivf_recall <= 1
    assert exact_recall == 1
    assert "now HNSW" in told
    searches = re.search(r"During the switch: ([\d,]+) searches, 0 failed", told)
    assert searches is not None
    assert int(searches[1].replace(",", "")) > 10
    assert "datetime.time.fromisoformat" in told

    server = Server(Settings(data=tmp_path / "demo", port=0, metrics_port=0))
    client = MilvusClient(f"http://127.0.0.1:{server.port}")
    try:
        assert client.query(COLLECTION, filter='name == "json.dumps"', output_fields=["kind"])[0]["kind"] == "function"
        assert client.query(COLLECTION, filter="", output_fields=["count(*)"])[0]["count(*)"] == texts
    finally:
        client.close()
        server.close()
