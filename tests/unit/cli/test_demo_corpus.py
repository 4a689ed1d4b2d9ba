"""The demo's texts: enough of them, real, and split where a reader would."""

from __future__ import annotations

from elanus.cli.demo.corpus import LONGEST, SHORTEST, passages, standard_library


def test_standard_library_gives_ten_thousand_distinct_texts() -> None:
    texts = standard_library()
    assert len(texts) > 10_000
    assert len({text.text for text in texts}) == len(texts)
    by_name = {text.name: text for text in reversed(texts)}
    assert by_name["json.dumps"].text.startswith("Serialize ``obj`` to a JSON formatted ``str``.")
    assert by_name["json.decoder.JSONDecoder"].kind == "class"
    assert by_name["itertools.chain"].kind == "class"


def test_passages_keep_paragraphs_whole_and_lose_none() -> None:
    paragraphs = [f"paragraph {number} " + "word " * 30 for number in range(9)]
    found = list(passages("\n\n".join(paragraphs)))
    assert "\n\n".join(found).split("\n\n") == paragraphs
    assert all(SHORTEST <= len(passage) <= LONGEST for passage in found)


def test_short_text_is_left_out_and_long_paragraph_is_cut() -> None:
    assert list(passages("too short")) == []
    assert list(passages("x" * 1000)) == ["x" * LONGEST]
