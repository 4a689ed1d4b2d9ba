"""v2: shapes as texts in rows, filters and answers."""

from __future__ import annotations


def test_shapes_by_rest(rest, name):
    fields = [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "2"}},
        {"fieldName": "place", "dataType": "Geometry", "nullable": True},
        {"fieldName": "home", "dataType": "Geometry", "defaultValue": "POINT (7 8)"},
    ]
    indexes = [
        {"fieldName": "vector", "indexName": "vector", "metricType": "L2", "indexType": "FLAT"},
        {"fieldName": "place", "indexName": "place", "indexType": "RTREE"},
    ]
    rest.v2("collections/create", collectionName=name, schema={"fields": fields}, indexParams=indexes)
    described = {one["name"]: one for one in rest.v2("collections/describe", collectionName=name)["fields"]}
    assert (described["place"]["type"], described["home"]["defaultValue"]) == ("Geometry", "POINT (7 8)")
    shapes = ["POINT (1 2)", None, "POLYGON ((0 0, 4 0, 4 4, 0 0))"]
    rows = [{"id": row, "vector": [row, 0], "place": shape} for row, shape in enumerate(shapes)]
    assert rest.v2("entities/insert", collectionName=name, data=rows)["insertCount"] == 3
    found = rest.v2("entities/query", collectionName=name, filter="id >= 0", outputFields=["place", "home"])
    assert [(row["place"], row["home"]) for row in found] == [(shape, "POINT (7 8)") for shape in shapes]
    near = rest.v2("entities/search", collectionName=name, data=[[0, 0]], limit=3, outputFields=["place"],
                   filter="ST_CONTAINS(place, 'POINT (3 1)')")  # fmt: skip
    assert [(hit["id"], hit["place"]) for hit in near] == [(2, shapes[2])]
    assert rest.v2("indexes/describe", collectionName=name, indexName="place")[0]["indexType"] == "RTREE"
    bad = {"collectionName": name, "data": [{"id": 9, "vector": [0, 0], "place": "POINT"}]}
    _, answer = rest.ask("POST", "/v2/vectordb/entities/insert", bad)
    assert answer["code"] == 1100
    assert "invalid Geometry data, transform to wkb failed" in answer["message"]
