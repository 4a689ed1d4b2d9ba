"""What a page takes for granted: collections made by our own requests to /v2/vectordb, before its commands run."""

import json

ROWS = [
    {"id": i, "vector": [i / 8, 1, i % 3, -i / 4, 0.5], "color": f"{('red', 'pink', 'grey')[i % 3]}_{i}",
     "likes": 40 + 10 * i, "docId": i % 4, "chunk": f"chunk {i}"}
    for i in range(20)
]  # fmt: skip
KEY = {"fieldName": "id", "dataType": "Int64", "isPrimary": True}


def vector(name="vector", dim=5):
    return {"fieldName": name, "dataType": "FloatVector", "elementTypeParams": {"dim": dim}}


def text(name, **more):
    return {"fieldName": name, "dataType": "VarChar", "elementTypeParams": {"max_length": 512, **more}}


def index(field="vector", metric="COSINE"):
    return {"fieldName": field, "indexName": field, "metricType": metric, "indexType": "AUTOINDEX"}


def quick(name, rows=ROWS):
    made = [("collections/create", {"collectionName": name, "dimension": 5})]
    return [*made, ("entities/insert", {"collectionName": name, "data": rows})] if rows else made


def declared(name, fields, indexes, rows=(), **schema):
    body = {"collectionName": name, "schema": {"fields": fields, **schema}, "indexParams": indexes}
    return [
        ("collections/create", body),
        *([("entities/insert", {"collectionName": name, "data": rows})] if rows else []),
    ]


BM25 = {"name": "words", "type": "BM25", "inputFieldNames": ["text"]}
LANGUAGES = {"analyzers": {"english": {"type": "english"}, "chinese": {"type": "chinese"}, "default": {}},
             "by_field": "language", "alias": {"cn": "chinese", "en": "english"}}  # fmt: skip


def searchable(name, *fields, **analysis):
    """A collection whose texts are searched by BM25."""
    made = [{**KEY, "autoID": True}, *fields, text("text", enable_analyzer=True, **analysis),
            {"fieldName": "sparse", "dataType": "SparseFloatVector"}]  # fmt: skip
    return declared(name, made, [index("sparse", "BM25")], functions=[{**BM25, "outputFieldNames": ["sparse"]}])


def array(name, element):
    return {"fieldName": name, "dataType": "Array", "elementDataType": element, "nullable": True,
            "elementTypeParams": {"max_capacity": 10, "max_length": 50}}  # fmt: skip


def partition(collection, name):
    return [("partitions/create", {"collectionName": collection, "partitionName": name})]


def dropped(name):
    return [("collections/drop", {"collectionName": name})]


GROUPED = [{name: row[name] for name in ("id", "vector", "docId", "chunk")} for row in ROWS]
BOOKS = [{"book_id": i, "word_count": 1000 * i, "book_intro": [i, 1]} for i in range(1, 101)]
BOOK = [{**one, "description": "of the book"} for one in (
    {**KEY, "fieldName": "book_id"}, {"fieldName": "word_count", "dataType": "Int64"}, vector("book_intro", 2)
)]  # fmt: skip
PAIRED = [
    {"user_id": i, "word_count": 100 + i, "book_describe": f"book {i}", "float_vector_1": [i, 1],
     "float_vector_2": [1, i]}
    for i in range(9)
]  # fmt: skip
PAIR = [{**KEY, "fieldName": "user_id"}, {"fieldName": "word_count", "dataType": "Int64"}, text("book_describe"),
        vector("float_vector_1", 2), vector("float_vector_2", 2)]  # fmt: skip

READY = {
    "my_collection": quick("my_collection"),
    "my_collection_1": quick("my_collection_1"),
    "my_collection_2": quick("my_collection_2"),
    "medium_articles of text keys": declared(
        "medium_articles", [{**text("id"), "isPrimary": True}, vector(dim=256)], [index()], enableDynamicField=True
    ),
    "my_collection with a varchar": declared("my_collection", [KEY, vector(), text("varchar")], [index()]),
    "my_collection with automatic keys": [
        ("collections/create", {"collectionName": "my_collection", "dimension": 5, "autoID": True})
    ],
    "my_collection of chunks": declared(
        "my_collection", [KEY, vector(), {"fieldName": "docId", "dataType": "Int64"}, text("chunk")], [index()], GROUPED
    ),
    "my_collection of texts": declared(
        "my_collection",
        [KEY, vector("embeddings"), text("text", enable_analyzer=True, enable_match=True)],
        [index("embeddings")],
    ),
    "my_collection searched by its texts": searchable("my_collection"),
    "multilingual_documents": searchable(
        "multilingual_documents", text("language"), multi_analyzer_params=json.dumps(LANGUAGES)
    ),
    "my_collection of arrays": declared(
        "my_collection",
        [{**KEY, "fieldName": "pk"}, array("tags", "VarChar"), array("ratings", "Int64"), vector("embedding", 3)],
        [index("embedding")],
    ),
    "my_collection of JSON": declared(
        "my_collection",
        [{**KEY, "fieldName": "pk"}, {"fieldName": "metadata", "dataType": "JSON"}, vector("embedding", 3)],
        [index("embedding")],
    ),
    "my_collection with vectors that may be missing": declared(
        "my_collection", [KEY, {**vector("embedding", 4), "nullable": True}], []
    ),
    "my_collection renamed back": [
        ("collections/rename", {"collectionName": "my_new_collection", "newCollectionName": "my_collection"}),
        ("collections/release", {"collectionName": "my_collection"}),
    ],
    "no my_collection": dropped("my_collection"),
    "no medium_articles": dropped("medium_articles"),
    "no quick_setup": dropped("quick_setup"),
    "partitionA of my_collection": partition("my_collection", "partitionA"),
    "partitionA of quick_setup": partition("quick_setup", "partitionA"),
    "january of quick_setup": partition("quick_setup", "january"),
    "january of test_collection": partition("test_collection", "january"),
    "bob of quick_setup": [("aliases/create", {"collectionName": "quick_setup", "aliasName": "bob"})],
    "test_collection": quick("test_collection"),
    "test_collection of two vectors": declared(
        "test_collection", PAIR, [index("float_vector_1"), index("float_vector_2")], PAIRED
    ),
    "quick_setup": quick("quick_setup"),
    "quick_setup with the rows searched for": [
        ("collections/create", {"collectionName": "quick_setup", "dimension": 5, "metricType": "IP"}),
        ("entities/insert", {"collectionName": "quick_setup", "data": [{**ROWS[0], "id": i} for i in (551, 296, 43)]}),
        *partition("quick_setup", "partitionA"),
    ],
    "custom_quick_setup": quick("custom_quick_setup"),
    "custom_setup_indexed": quick("custom_setup_indexed"),
    "custom_setup_not_indexed": declared(
        "custom_setup_not_indexed", [{**KEY, "fieldName": "my_id"}, vector("my_vector")], []
    ),
    "custom_setup_not_indexed with an index": declared(
        "custom_setup_not_indexed", [{**KEY, "fieldName": "my_id"}, vector("my_vector")], [index("my_vector")]
    ),
    "existing_collection": quick("existing_collection"),
    "product_catalog of JSON": declared(
        "product_catalog", [KEY, vector(), {"fieldName": "metadata", "dataType": "JSON"}], [index()]
    ),
    "product_catalog": declared(
        "product_catalog", [KEY, vector("my_vector")], [index("my_vector")], enableDynamicField=True
    ),
    "medium_articles": [
        ("collections/create", {"collectionName": "medium_articles", "dimension": 256, "autoID": True})
    ],
    "collection1": [("collections/create", {"collectionName": "collection1", "dimension": 3, "autoID": True})],
    "my_database": [("databases/create", {"dbName": "my_database"})],
    "book": declared("book", BOOK, [index("book_intro", "L2")], BOOKS, description="books"),
    "book without an index": declared("book", BOOK, []),
    "readOnly": [("roles/create", {"roleName": "readOnly"})],
    "milvusAdmin": [("users/create", {"userName": "milvusAdmin", "password": "P@ssw0rd"})],
    "search granted to readOnly": [
        (
            "roles/grant_privilege",
            {"roleName": "readOnly", "objectType": "Collection", "objectName": "*", "privilege": "Search"},
        )
    ],
    "admin granted to milvusAdmin": [("users/grant_role", {"userName": "milvusAdmin", "roleName": "admin"})],
    "quick_setup released": [("collections/release", {"collectionName": "quick_setup"})],
    "custom_setup_not_indexed released": [("collections/release", {"collectionName": "custom_setup_not_indexed"})],
    "novel of book": partition("book", "novel"),
    "publication of book": [("aliases/create", {"collectionName": "book", "aliasName": "publication"})],
}
