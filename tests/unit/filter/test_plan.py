"""A filter asks the indexes there are, counts before it looks up, and selects the rows it would select without."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from elanus.filter import compile_filter
from elanus.filter.extract import typed_column
from elanus.filter.field_index import Indexes, Place
from elanus.filter.plan import Plan
from elanus.index.scalar.base import ScalarIndex
from elanus.index.scalar.types import scalar_type
from unit.filter.rows import SCHEMA, RowColumns

ROWS = 600
GRAMS = {"min_gram": 2, "max_gram": 3}
SAMPLES = {"fm_sa_sample_rate": 8, "fm_block_bytes": 64}
rng = np.random.default_rng(7)


def _row(number: int) -> dict[str, Any]:
    def maybe(value: Any) -> Any:
        return None if rng.random() < 0.1 else value

    drawn = int(rng.integers(0, 60))
    word = "".join(rng.choice(list("abcé "), rng.integers(0, 12)))
    kinds = [drawn, drawn + 0.5, word, drawn % 2 == 0, [drawn, word], None]
    return {
        "pk": number,
        "flag": maybe(drawn < 1),
        "tiny": maybe(drawn - 30),
        "num": maybe(drawn),
        "single": maybe(float("nan") if drawn == 7 else drawn / 4),
        "price": maybe(drawn / 4),
        "title": maybe(word),
        "tags": maybe([word[:2], str(drawn)]),
        "marks": maybe([drawn, drawn // 7]),
        "info": maybe({"k": kinds[drawn % 6], "list": [drawn, word]}),
        "shelf": word[:1],
        "$meta": {"k": drawn},
    }


COLUMNS = RowColumns([_row(number) for number in range(ROWS)])


def over_field(name: str, type_: str) -> Indexes:
    return {Place(name): _built(type_, COLUMNS.column(name))}


def over_json(field: str, keys: tuple[str | int, ...], cast: str, type_: str = "INVERTED") -> Indexes:
    return {Place(field, keys, cast): _built(type_, typed_column(COLUMNS.column(field), keys, cast))}


def _built(type_: str, column: pa.Array) -> ScalarIndex:
    declared = scalar_type(type_)
    return declared.open(declared.build(column, {"bitmap_cardinality_limit": 100, **GRAMS, **SAMPLES}), len(column))


def run(text: str, indexes: Indexes) -> tuple[list[int], set[Place]]:
    """Rows selected, and the places of the indexes they were taken from."""
    plan = Plan(COLUMNS, indexes)
    mask = plan.mask(compile_filter(text, SCHEMA).condition)
    assert mask.tolist() == compile_filter(text, SCHEMA).mask(COLUMNS).tolist()
    return np.flatnonzero(mask).tolist(), plan.used


NUMBER_TYPES = ("STL_SORT", "INVERTED", "HYBRID")
TEXT_TYPES = ("STL_SORT", "INVERTED", "BITMAP", "TRIE", "HYBRID")


@pytest.mark.parametrize(
    ("text", "field", "type_"),
    [
        *(
            (f"{field} {rest}", field, type_)
            for field in ("num", "tiny", "single", "price")
            for rest in ("== 3", "!= 3", "in [1, 2.5, 900]", "not in [1]", "== 1e300", "> 58.5", "<= -30")
            for type_ in NUMBER_TYPES
        ),
        *(
            (f"title {rest}", "title", type_)
            for rest in (
                '== ""',
                '!= "ab"',
                '< "a"',
                '>= "é"',
                'like "ab%"',
                'like "a_c%"',
                'in ["a", "é"]',
                'like "b"',
            )
            for type_ in TEXT_TYPES
        ),
        *((f"title like {rest}", "title", "NGRAM") for rest in ('"%abc%"', '"ab%ca"', '"%é_ab%"', '"bca"', '"%zzz%"')),
        *(
            (f"{call}(marks, {what})", "marks", type_)
            for call, what in (("array_contains", "3"), ("array_contains_any", "[3, 50]"))
            for type_ in ("INVERTED", "BITMAP", "HYBRID")
        ),
        ('not array_contains(tags, "7")', "tags", "INVERTED"),
        *(("flag == true", "flag", type_) for type_ in ("BITMAP", "INVERTED", "HYBRID")),
    ],
)
def test_a_condition_on_an_indexed_field_is_answered_by_its_index(text: str, field: str, type_: str):
    _, used = run(text, over_field(field, type_))
    assert used == {Place(field)}


@pytest.mark.parametrize(
    ("text", "cast"),
    [
        ("info['k'] == 6", "DOUBLE"),
        ("info['k'] != 6.0", "DOUBLE"),
        ("info['k'] in [6, 7.5]", "DOUBLE"),
        ("info['k'] > 48", "DOUBLE"),
        ("not (info['k'] <= 2)", "DOUBLE"),
        ("info['k'] == true", "BOOL"),
        ('info["k"] < "b"', "VARCHAR"),
        ('info["k"] like "a%"', "VARCHAR"),
        ('info["k"] in ["a", ""]', "VARCHAR"),
        ("json_contains(info['k'], 10)", "ARRAY_DOUBLE"),
        ('json_contains_any(info["k"], ["ab", "a"])', "ARRAY_VARCHAR"),
    ],
)
def test_a_condition_on_an_indexed_path_is_answered_by_the_index_of_its_type(text: str, cast: str):
    indexes = over_json("info", ("k",), cast)
    _, used = run(text, indexes)
    assert used == set(indexes)


@pytest.mark.parametrize("text", ["info['k'] == 'a'", "info['k'] in [1, 'a']", "info['n'] == 1", "info['k'] + 1 == 3"])
def test_an_index_is_not_asked_for_values_it_does_not_hold(text: str):
    _, used = run(text, over_json("info", ("k",), "DOUBLE"))
    assert used == set()


def test_the_texts_at_a_path_have_runs_of_characters_too():
    indexes = over_json("info", ("k",), "VARCHAR", "NGRAM")
    found, used = run('info["k"] like "%abc%"', indexes)
    assert used == set(indexes)
    assert found


def test_a_key_of_the_dynamic_field_has_an_index_too():
    indexes = over_json("$meta", ("k",), "DOUBLE")
    found, used = run("k == 5", indexes)
    assert used == set(indexes)
    assert found


def test_a_comparison_that_keeps_most_rows_is_computed_on_the_column():
    found, used = run("num >= 1", over_field("num", "STL_SORT"))
    assert len(found) > ROWS // 2
    assert used == set()


def test_a_field_compared_with_another_is_computed():
    assert run("title != tags[0]", over_field("title", "INVERTED"))[1] == set()
    assert run("num == tiny", over_field("num", "INVERTED"))[1] == set()


def test_a_conjunction_takes_the_part_with_fewest_rows_and_computes_the_rest_on_them():
    indexes = {**over_field("num", "STL_SORT"), **over_field("title", "INVERTED"), **over_field("pk", "STL_SORT")}
    found, used = run('num == 3 and (title > "a" or price > 3) and pk < 15', indexes)
    assert len(used) == 1
    assert all(row < 15 for row in found)


def test_a_disjunction_uses_the_index_of_each_part():
    _, used = run("num == 3 or pk == 77", {**over_field("num", "INVERTED"), **over_field("pk", "STL_SORT")})
    assert used == {Place("num"), Place("pk")}


def test_uses_are_counted():
    indexes = over_field("num", "STL_SORT")
    run("num == 3", indexes)
    run("num > 58 and tiny > 0", indexes)
    run("title == 'a'", indexes)
    assert indexes[Place("num")].uses == 2  # type: ignore[attr-defined]
