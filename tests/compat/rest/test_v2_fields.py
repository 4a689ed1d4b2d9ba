"""v2: fields added, altered and dropped; pymilvus sees the same."""

from __future__ import annotations


def names(client, name):
    return [field["name"] for field in client.describe_collection(name)["fields"]]


def test_a_field_is_added_and_filled(rest, client, filled):
    field = {
        "fieldName": "note",
        "dataType": "VarChar",
        "nullable": True,
        "defaultValue": "none",
        "elementTypeParams": {"max_length": 20},
    }
    rest.v2("collections/fields/add", collectionName=filled, schema=field)
    assert names(client, filled)[-1] == "note"
    rest.v2("entities/insert", collectionName=filled, data=[{"id": 9000, "vector": [0.0] * 8, "note": "new"}])
    count = {"collectionName": filled, "outputFields": ["count(*)"], "consistencyLevel": "Strong"}
    assert rest.v2("entities/query", filter='note == "new"', **count) == [{"count(*)": 1}]
    assert rest.v2("entities/query", filter='note == "none"', **count)[0]["count(*)"] > 0
    described = rest.v2("collections/describe", collectionName=filled)["fields"][-1]
    assert (described["name"], described["nullable"], described["defaultValue"]) == ("note", True, "none")


def test_a_field_is_dropped_by_name_or_id(rest, client, filled):
    for name in ("a", "b"):
        rest.v2(
            "collections/fields/add",
            collectionName=filled,
            schema={"fieldName": name, "dataType": "Int64", "nullable": True},
        )
    number = rest.v2("collections/describe", collectionName=filled)["fields"][-1]["id"]
    rest.v2("collections/fields/drop", collectionName=filled, fieldName="a")
    rest.v2("collections/fields/drop", collectionName=filled, fieldId=number)
    assert not {"a", "b"} & set(names(client, filled))


def test_refusals(rest, filled):
    plain = {"fieldName": "a", "dataType": "Int64"}
    code, text = rest.refused("collections/fields/add", collectionName=filled, schema=plain)
    assert (code, text) == (1100, "added field must be nullable, please check it, field name = a: invalid parameter")
    assert rest.refused("collections/fields/drop", collectionName=filled, fieldName="id")[0] == 1100
    assert rest.refused("collections/fields/drop", collectionName=filled)[0] == 1100
    assert rest.refused("collections/fields/drop", collectionName=filled, fieldName="a", fieldId=3)[0] == 1100
    assert rest.refused("collections/fields/add", collectionName=filled)[0] == 1802
