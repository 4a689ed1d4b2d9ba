"""Any filter over any rows selects what reading it row by row selects."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elanus.filter import compile_filter
from unit.filter.row_oracle import oracle_matches
from unit.filter.rows import SCHEMA, RowColumns

small_ints = st.integers(-6, 6)
halves = st.integers(-8, 8).map(lambda i: i / 2)
words = st.sampled_from(["", "a", "ab", "aXb", "a%b", "a_b", "é", "a\nb", "\\", "b'\""])
edge_ints = st.one_of(small_ints, st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]))
json_scalars = st.one_of(st.none(), st.booleans(), edge_ints, halves, words)
json_values = st.one_of(json_scalars, st.lists(json_scalars, max_size=3), st.lists(st.lists(small_ints, max_size=2)))
documents = st.dictionaries(st.sampled_from(["k", "n", "list", "deep"]), json_values, max_size=4)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values, values, values)


rows = st.fixed_dictionaries(
    {
        "pk": edge_ints,
        "flag": optional(st.booleans()),
        "tiny": optional(small_ints),
        "num": optional(edge_ints),
        "single": optional(st.one_of(halves, st.just(0.1))),
        "price": optional(halves),
        "title": optional(words),
        "info": optional(documents),
        "tags": optional(st.lists(words, max_size=3)),
        "marks": optional(st.lists(small_ints, max_size=3)),
        "shelf": words,
        "$meta": optional(documents),
    }
)

comparisons = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
number_texts = st.one_of(edge_ints, halves, st.just(0.1)).map(str)
string_texts = words.map(lambda w: '"' + w.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"')
json_paths = st.sampled_from(
    [
        "info['k']",
        "info['n']",
        "info['list'][0]",
        "info['list'][1]",
        "info['list']",
        "k",
        "$meta['n']",
        "$meta['list'][0]",
    ]
)
number_fields = st.sampled_from(["tiny", "num", "single", "price", "pk", "marks[0]", "marks[2]", "array_length(tags)"])
string_fields = st.sampled_from(["title", "shelf", "tags[0]", "tags[1]"])
nullable_fields = st.sampled_from(["num", "title", "tags", "flag", "info"])
pattern_parts = st.sampled_from(["a", "b", "é", "%", "_", "\\\\%", "\\\\_"])
patterns = st.lists(pattern_parts, max_size=4).map(lambda p: '"' + "".join(p) + '"')
divisors = st.sampled_from(["2", "3", "-3", "0.5"])
divided = st.sampled_from(["/", "%"])


def listed(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(texts, max_size=12).map(lambda items: f"[{', '.join(items)}]")


def joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(p) if isinstance(p, str) else p for p in parts)).map(" ".join)


# The bounded ones, so that int64 never wraps round and floats stay exact.
computed = st.one_of(
    joined(st.sampled_from(["tiny", "marks[0]", "price"]), st.sampled_from(["+", "-", "*"]), halves.map(str)),
    joined("tiny", st.sampled_from(["+", "-", "*"]), st.sampled_from(["tiny", "price", "marks[1]"])),
    joined(st.sampled_from(["tiny", "num", "marks[0]"]), divided, st.sampled_from(["2", "3", "-3"])),
    joined(st.sampled_from(["tiny", "num"]), divided, st.sampled_from(["tiny", "marks[0]"])),
    joined("price", divided, divisors),
    joined("tiny ** 2"),
    joined("- tiny"),
    joined("info['k'] %", st.sampled_from(["3", "-2"])),
)
literals = st.one_of(number_texts, string_texts, st.sampled_from(["true", "false"]))
atoms = st.one_of(
    joined(number_fields, comparisons, number_texts),
    joined(number_texts, comparisons, number_fields),
    joined(computed, comparisons, number_texts),
    joined(
        st.sampled_from(["tiny", "marks[0]", "single"]), comparisons, st.sampled_from(["tiny", "price", "marks[1]"])
    ),
    joined(number_texts, "<", number_fields, "<=", number_texts),
    joined(number_texts, ">=", number_fields, ">", number_texts),
    joined(number_fields, st.sampled_from(["in", "not in"]), listed(number_texts)),
    joined(string_fields, comparisons, string_texts),
    joined(string_fields, comparisons, string_fields),
    joined(string_fields, st.sampled_from(["in", "not in"]), listed(string_texts)),
    joined(st.one_of(string_fields, json_paths), "like", patterns),
    joined(json_paths, comparisons, st.one_of(number_texts, string_texts)),
    joined(json_paths, st.sampled_from(["==", "!="]), st.sampled_from(["true", "false", "[1, 2]", "[]", "['a', 1.0]"])),
    joined(json_paths, st.sampled_from(["in", "not in"]), listed(literals)),
    joined("exists", json_paths),
    joined(
        st.one_of(json_paths, st.sampled_from(["num", "title", "tags", "flag"])),
        st.sampled_from(["is null", "is not null"]),
    ),
    joined("flag", st.sampled_from(["==", "!="]), st.sampled_from(["true", "false"])),
    st.just("flag"),
    joined("array_contains (tags,", string_texts, ")"),
    joined(st.sampled_from(["array_contains_any", "ARRAY_CONTAINS_ALL"]), "(marks,", listed(small_ints.map(str)), ")"),
    joined("json_contains (", json_paths, ",", st.one_of(literals, st.just("[1]")), ")"),
    joined(st.sampled_from(["json_contains_any", "json_contains_all"]), "(", json_paths, ",", listed(literals), ")"),
    joined("array_length (", json_paths, ")", comparisons, small_ints.map(str)),
    joined("marks", st.sampled_from(["==", "!="]), listed(small_ints.map(str))),
)
filters = st.recursive(
    atoms,
    lambda inner: st.one_of(
        joined("(", inner, st.sampled_from(["and", "or", "&&", "OR"]), inner, ")"),
        joined(inner, "and", inner),
        joined(inner, "or", inner),
        joined(st.sampled_from(["not", "!"]), "(", inner, ")"),
        joined("not", inner),
    ),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(filters, st.lists(rows, min_size=1, max_size=8))
def test_filter_selects_what_the_row_oracle_selects(text: str, rows: list[dict[str, Any]]) -> None:
    mask = compile_filter(text, SCHEMA).mask(RowColumns(rows))
    assert mask.tolist() == [oracle_matches(text, row) for row in rows]
