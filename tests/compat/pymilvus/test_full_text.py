"""Full-text search by pymilvus: a BM25 function, searches with texts, text_match, hybrid search, run_analyzer."""

from __future__ import annotations

import asyncio
import zlib

import numpy as np
import pymilvus
import pytest
from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, MilvusException, RRFRanker
from pymilvus.grpc_gen import milvus_pb2

import elanus
from elanus.errors import ParameterInvalid, Rejected

TEXTS = [
    "The quick brown fox jumps over the lazy dog",
    "Foxes are quick, and foxes are clever",
    "A dog sleeps all day long beside another dog",
    "Vector databases search by meaning",
    "Full-text search looks for words: for the words of a query, in the words of texts",
    "A database of words",
]


@pytest.fixture
def texts(client: MilvusClient, name: str) -> str:
    fill(client, name)
    return name


def fill(client: MilvusClient, name: str) -> None:
    """Six texts with their term counts and a vector each, loaded; half of them in a sealed segment."""
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=200, enable_analyzer=True, enable_match=True,
                     analyzer_params={"type": "english"})  # fmt: skip
    schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=2)
    schema.add_function(Function("words", FunctionType.BM25, "text", "terms"))
    indexes = client.prepare_index_params()
    indexes.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={"bm25_k1": 1.5})
    indexes.add_index("v", index_type="FLAT", metric_type="L2")
    client.create_collection(name, schema=schema, index_params=indexes)
    rows = [{"id": place, "text": text, "v": [place, 0]} for place, text in enumerate(TEXTS)]
    client.insert(name, rows[:3])
    client.flush(name)
    client.insert(name, rows[3:])


def found(hits) -> list[int]:
    return [hit["id"] for hit in hits]


def test_a_search_with_a_text_is_explained(tmp_path):
    client = elanus.MilvusClient(tmp_path / "db")
    fill(client, "books")
    told = client.indexes.explain("books", field="terms", text="words of a fox", filter="id < 2")
    assert (told.field, told.metric, [part.kept for part in told.parts]) == ("terms", "BM25", [2])
    assert told.parts[0].search_us > 0
    assert client.indexes.explain("books", field="terms").metric == "BM25", "that of a stored row"
    with pytest.raises(Rejected, match="cannot be searched with texts"):
        client.indexes.explain("books", field="v", text="fox")
    with pytest.raises(ParameterInvalid, match="please provide varchar/text for BM25"):
        client.indexes.explain("books", field="terms", vector=[1.0, 0.0])
    client.close()


def test_described_as_milvus_does(client, texts):
    description = client.describe_collection(texts)
    (function,) = description["functions"]
    assert (function["name"], function["type"], function["params"]) == ("words", FunctionType.BM25, {})
    assert (function["input_field_names"], function["output_field_names"]) == (["text"], ["terms"])
    assert (function["input_field_ids"], function["output_field_ids"]) == ([101], [102])
    fields = {field["name"]: field for field in description["fields"]}
    assert fields["terms"]["is_function_output"]
    params = fields["text"]["params"]
    assert (params["enable_analyzer"], params["enable_match"]) == ("true", "true")
    assert params["analyzer_params"] == '{"type":"english"}'
    assert client.describe_index(texts, "terms")["metric_type"] == "BM25"


def test_search_with_texts(client, texts):
    words, dogs, none = client.search(
        texts, ["words in a database", "dogs", "the of and"], anns_field="terms", limit=3, output_fields=["text"]
    )
    assert found(words) == [5, 4, 3]
    assert words[0]["entity"]["text"] == TEXTS[5]
    assert [hit["distance"] for hit in words] == sorted((hit["distance"] for hit in words), reverse=True)
    assert found(dogs) == [2, 0]
    assert found(none) == []
    params = {"metric_type": "BM25", "params": {"drop_ratio_search": 0.2}}
    again = client.search(texts, ["words in a database"], anns_field="terms", limit=3, search_params=params)[0]
    assert [hit["distance"] for hit in again] == [hit["distance"] for hit in words]


def test_star_does_not_return_term_counts(client, texts):
    (row,) = client.query(texts, ids=[0], output_fields=["*"])
    assert set(row) == {"id", "text", "v"}
    for call in (
        lambda: client.query(texts, ids=[0], output_fields=["terms"]),
        lambda: client.search(texts, ["dog"], anns_field="terms", limit=1, output_fields=["terms"]),
    ):
        with pytest.raises(MilvusException, match="not allowed to retrieve raw data of field terms"):
            call()


def test_filters_on_words(client, texts):
    def ids(text: str) -> list[int]:
        return found(client.query(texts, filter=text, output_fields=["id"]))

    assert ids("text_match(text, 'foxes dogs')") == [0, 1, 2]
    assert ids("TEXT_MATCH(text, 'foxes dogs', minimum_should_match=2)") == [0]
    assert ids("phrase_match(text, 'search words')") == []
    assert ids("phrase_match(text, 'search words', 1)") == []
    assert ids("phrase_match(text, 'search words', 2)") == [4]
    assert ids("id > 0 and not text_match(text, 'search')") == [1, 2, 5]
    hits = client.search(texts, ["dog"], anns_field="terms", limit=5, filter="text_match(text, 'fox')")[0]
    assert found(hits) == [0]


def test_hybrid_search_of_words_and_vectors(client, texts):
    requests = [
        AnnSearchRequest(["clever foxes"], "terms", {"metric_type": "BM25"}, limit=2),
        AnnSearchRequest([[4.0, 0.0]], "v", {"metric_type": "L2"}, limit=1),
    ]
    (hits,) = client.hybrid_search(texts, requests, RRFRanker(), limit=3, output_fields=["text"])
    assert set(found(hits)) == {0, 1, 4}
    assert {hit["id"]: hit["entity"]["text"] for hit in hits}[4] == TEXTS[4]


def test_iterators_and_groups(client, texts):
    pages = client.search_iterator(texts, ["words"], batch_size=1, anns_field="terms", search_params={})
    seen = []
    while page := pages.next():
        seen += [hit.id for hit in page]
    pages.close()
    assert sorted(seen) == [4, 5]
    (hits,) = client.search(texts, ["dog fox"], anns_field="terms", limit=2, group_by_field="id")
    assert len(hits) == 2


def test_upsert_and_delete(client, texts):
    client.upsert(texts, {"id": 0, "text": "nothing but cats", "v": [0, 0]})
    assert found(client.search(texts, ["cat"], anns_field="terms", limit=5)[0]) == [0]
    assert found(client.search(texts, ["brown"], anns_field="terms", limit=5)[0]) == []
    client.upsert(texts, {"id": 1, "text": "a parrot"}, partial_update=True)
    assert found(client.search(texts, ["parrots"], anns_field="terms", limit=5)[0]) == [1]
    client.delete(texts, ids=[0])
    assert found(client.search(texts, ["cat"], anns_field="terms", limit=5)[0]) == []


def test_what_is_refused(client, texts):
    search = {"anns_field": "terms", "limit": 2}
    refusals = {
        "please provide varchar/text for BM25 Function based search, got SparseFloatVector": lambda: client.search(
            texts, [{1: 0.5}], **search
        ),
        "field v - type FloatVector cannot be searched with texts": lambda: client.search(
            texts, ["dog"], anns_field="v", limit=2
        ),
        "metric type not match": lambda: client.search(texts, ["dog"], search_params={"metric_type": "IP"}, **search),
        "text match operation on non-string": lambda: client.query(texts, filter="text_match(id, 'a')"),
    }
    for why, call in refusals.items():
        with pytest.raises(MilvusException, match=why):
            call()


def test_metric_is_bound_to_the_function(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=200, enable_analyzer=True)
    schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_field("free", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("words", FunctionType.BM25, ["text"], ["terms"]))
    client.create_collection(name, schema=schema)
    for field, metric, why in (
        ("terms", "IP", "index metric type of BM25 function output field must be BM25, got IP"),
        ("free", "BM25", "only BM25 Function output field support BM25 metric type"),
    ):
        indexes = client.prepare_index_params()
        indexes.add_index(field, index_type="SPARSE_INVERTED_INDEX", metric_type=metric)
        with pytest.raises(MilvusException, match=why):
            client.create_index(name, indexes)
    indexes = client.prepare_index_params()
    indexes.add_index("terms", index_type="AUTOINDEX")
    indexes.add_index("free", index_type="AUTOINDEX")
    client.create_index(name, indexes)
    client.load_collection(name)
    with pytest.raises(MilvusException, match="expected=BM25"):
        client.search(name, ["a"], anns_field="terms", limit=1, search_params={"metric_type": "IP"})


def test_functions_that_are_not_there(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=200)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=4)
    schema.add_function(Function("embed", FunctionType.TEXTEMBEDDING, ["text"], ["v"], params={"provider": "openai"}))
    with pytest.raises(MilvusException, match="functions of type TextEmbedding are not implemented by Elanus yet"):
        client.create_collection(name, schema=schema)
    assert not client.has_collection(name)


def test_run_analyzer(client, texts):
    assert client.run_analyzer("Running foxes", analyzer_params={"type": "english"}).tokens == ["run", "fox"]
    assert [row.tokens for row in client.run_analyzer(["A b", ""])] == [["a", "b"], []]
    assert client.run_analyzer("The dogs", collection_name=texts, field_name="text").tokens == ["dog"]
    (token,) = client.run_analyzer("Ärger!", with_detail=True, with_hash=True).tokens
    assert (token["token"], token["start_offset"], token["end_offset"], token["position"]) == ("ärger", 0, 6, 0)
    assert (token["position_length"], token["hash"]) == (1, zlib.crc32("ärger".encode()))
    for why, more in {
        "can't use analyzer params and": {"analyzer_params": {}, "collection_name": texts, "field_name": "text"},
        "needs a field name": {"collection_name": texts},
        "field id has no analyzer": {"collection_name": texts, "field_name": "id"},
        "unknown build-in analyzer type: x": {"analyzer_params": {"type": "x"}},
        "only a field with multi_analyzer_params has named analyzers": {"analyzer_names": ["a"]},
    }.items():
        with pytest.raises(MilvusException, match=why):
            client.run_analyzer("a", **more)


def test_the_least_slop_of_a_phrase(client):
    connection = client._get_connection()
    request = milvus_pb2.ComputePhraseMatchSlopRequest(
        query_text="data privacy", data_texts=["Data privacy now", "data user privacy", "privacy of data", "data"]
    )
    reply = connection._stub.ComputePhraseMatchSlop(request)
    assert (list(reply.is_match), list(reply.slops)) == ([True, True, True, False], [0, 1, 3, -1])
    nothing = connection._stub.ComputePhraseMatchSlop(milvus_pb2.ComputePhraseMatchSlopRequest(data_texts=["a"]))
    assert (nothing.status.code, list(nothing.slops)) == (0, [])


def test_an_analyzer_for_each_language(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("language", DataType.VARCHAR, max_length=20)
    params = {
        "by_field": "language",
        "analyzers": {"default": {"type": "standard"}, "english": {"type": "english"}, "chinese": {"type": "chinese"}},
        "alias": {"en": "english"},
    }
    schema.add_field("text", DataType.VARCHAR, max_length=200, enable_analyzer=True, multi_analyzer_params=params)
    schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("words", FunctionType.BM25, ["text"], ["terms"]))
    indexes = client.prepare_index_params()
    indexes.add_index("terms", index_type="AUTOINDEX", metric_type="BM25")
    client.create_collection(name, schema=schema, index_params=indexes)
    rows = [("en", "The foxes ran"), ("klingon", "the foxes"), ("chinese", "我来到北京清华大学"), ("english", "a fox")]
    client.insert(name, [{"id": at, "language": kind, "text": text} for at, (kind, text) in enumerate(rows)])

    def ids(query: str, analyzer: str = "") -> set[int]:
        hits = client.search(name, [query], anns_field="terms", limit=9, search_params={"analyzer_name": analyzer})
        return set(found(hits[0]))

    assert ids("foxes", "english") == ids("foxes", "en") == {0, 3}
    assert ids("foxes") == ids("foxes", "default") == ids("foxes", "none such") == {1}
    assert ids("大学", "chinese") == {2}
    assert ids("the") == {1}
    ask = {"collection_name": name, "field_name": "text"}
    assert client.run_analyzer("The foxes", **ask).tokens == ["the", "foxes"]
    assert client.run_analyzer(["The foxes"] * 2, analyzer_names="en", **ask)[1].tokens == ["fox"]
    assert client.run_analyzer(["The foxes"] * 2, analyzer_names=["en", "default"], **ask)[1].tokens == ["the", "foxes"]
    with pytest.raises(MilvusException, match="one analyzer name, or one for each of the 3 texts, got 2"):
        client.run_analyzer(["a"] * 3, analyzer_names=["en", "default"], **ask)
    with pytest.raises(MilvusException, match="cannot drop field language: it names the analyzers of another field"):
        client.drop_collection_field(name, "language")


def test_many_rows_are_ranked_as_by_hand(client, name):
    """Term counts of 500 rows in two segments, one query, no idf: every row has the word."""
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=5000, enable_analyzer=True)
    schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("words", FunctionType.BM25, ["text"], ["terms"]))
    indexes = client.prepare_index_params()
    indexes.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={"bm25_b": 0.0})
    client.create_collection(name, schema=schema, index_params=indexes)
    counts = np.random.default_rng(3).permutation(np.arange(1, 501))
    rows = [{"id": place, "text": " ".join(["word"] * int(count))} for place, count in enumerate(counts)]
    client.insert(name, rows[:250])
    client.flush(name)
    client.insert(name, rows[250:])
    (hits,) = client.search(name, ["word"], anns_field="terms", limit=20)
    assert found(hits) == np.argsort(-counts)[:20].tolist()


def test_the_async_client(client, texts):
    if client._config.uri.startswith("http"):

        async def ask() -> list[int]:
            other = pymilvus.AsyncMilvusClient(client._config.uri)
            hits = await other.search(texts, ["dogs"], anns_field="terms", limit=3)
            await other.close()
            return found(hits[0])

        assert asyncio.run(ask()) == [2, 0]


@pytest.mark.filterwarnings("ignore::pymilvus.decorators.PyMilvusDeprecationWarning")
def test_functions_of_a_collection_that_is_there(client, texts):
    more = Function("more", FunctionType.BM25, ["text"], ["terms"])
    same = Function("words", FunctionType.BM25, ["text"], ["terms"])
    for why, call in {
        "currently does not support adding BM25 function": lambda: client.add_collection_function(texts, more),
        "currently does not support altering BM25 function": lambda: client.alter_collection_function(
            texts, "words", same
        ),
        "name not match": lambda: client.alter_collection_function(texts, "words", more),
        "Function more not found": lambda: client.alter_collection_function(texts, "more", more),
        "currently does not support dropping BM25 function": lambda: client.drop_collection_function(texts, "words"),
        "field is referenced by function words as input": lambda: client.drop_collection_field(texts, "text"),
        "field is referenced by function words as output": lambda: client.drop_collection_field(texts, "terms"),
    }.items():
        with pytest.raises(MilvusException, match=why):
            call()
    client.drop_collection_function(texts, "nothing")
    assert len(client.describe_collection(texts)["functions"]) == 1


def test_a_function_goes_with_its_output(client, texts):
    client.release_collection(texts)
    client.drop_function_field(texts, "words")
    description = client.describe_collection(texts)
    assert description.get("functions", []) == []
    assert [field["name"] for field in description["fields"]] == ["id", "text", "v"]
    assert client.list_indexes(texts) == ["v"]
    client.load_collection(texts)
    client.insert(texts, {"id": 9, "text": "a parrot", "v": [9, 0]})
    assert found(client.query(texts, filter="text_match(text, 'parrots dogs')", output_fields=["id"])) == [0, 2, 9]
    with pytest.raises(MilvusException, match="Function words not found"):
        client.drop_function_field(texts, "words")


def test_a_function_added_later_finds_rows_that_were_there(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=200, enable_analyzer=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=2)
    indexes = client.prepare_index_params()
    indexes.add_index("v", index_type="FLAT", metric_type="L2")
    client.create_collection(name, schema=schema, index_params=indexes)
    rows = [{"id": place, "text": text, "v": [place, 0]} for place, text in enumerate(TEXTS)]
    client.insert(name, rows[:4])
    terms = client.create_field_schema("terms", DataType.SPARSE_FLOAT_VECTOR)
    index = client.prepare_index_params()
    index.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={"bm25_k1": 1.5})
    client.add_function_field(name, terms, Function("words", FunctionType.BM25, ["text"], ["terms"]), index)
    assert found(client.search(name, ["dog"], anns_field="terms", limit=5)[0]) == [2, 0]
    client.insert(name, rows[4:])
    assert found(client.search(name, ["words"], anns_field="terms", limit=5)[0]) == [4, 5]
    (function,) = client.describe_collection(name)["functions"]
    assert (function["name"], function["output_field_names"], function["output_field_ids"]) == (
        "words",
        ["terms"],
        [103],
    )
    assert client.describe_index(name, "terms")["metric_type"] == "BM25"
    with pytest.raises(MilvusException, match=r"function already exists, name: words"):
        client.add_function_field(name, terms, Function("words", FunctionType.BM25, ["text"], ["terms"]), index)
    client.drop_function_field(name, "words")
    assert client.list_indexes(name) == ["v"]
