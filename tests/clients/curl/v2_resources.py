"""What /v2/vectordb offers besides the life of one collection: each resource through all of its calls."""

import json

from data import DIM, IDS, PRICES, VECTORS, nearest
from shell import API, IMPORTS, curl, until
from steps import expect

NAME = "rest_resources"
QUERY = VECTORS[17].tolist()
FIELDS = [
    {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
    {"fieldName": "title", "dataType": "VarChar", "elementTypeParams": {"max_length": 20}},
    {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": DIM}},
]
TEXT_FIELDS = [
    FIELDS[0],
    FIELDS[2],
    {"fieldName": "text", "dataType": "VarChar", "elementTypeParams": {"max_length": 200, "enable_analyzer": True}},
    {"fieldName": "terms", "dataType": "SparseFloatVector"},
]
BM25 = {"name": "words", "type": "BM25", "inputFieldNames": ["text"], "outputFieldNames": ["terms"]}
INDEX = {"fieldName": "vector", "indexName": "vector", "metricType": "L2", "indexType": "FLAT"}


def call(path, **body):
    answer = curl(f"http://{API}/v2/vectordb/{path}", {"collectionName": NAME, **body})
    assert answer["code"] == 0, answer
    return answer["data"]


def refusal(path, **body):
    """The code of a call that is refused."""
    answer = curl(f"http://{API}/v2/vectordb/{path}", {"collectionName": NAME, **body})
    assert answer["code"] != 0, answer
    return answer["code"]


def properties(described):
    return {one["key"]: one["value"] for one in described["properties"]}


class Resources:
    def databases(self):
        call("databases/create", dbName="rest_db", properties={"database.replica.number": 1})
        assert "rest_db" in call("databases/list")
        expect(properties(call("databases/describe", dbName="rest_db"))["database.replica.number"], "1")
        for way in ("databases/alter", "databases/alter_properties"):
            call(way, dbName="rest_db", properties={"database.max.collections": 7})
        expect(properties(call("databases/describe", dbName="rest_db"))["database.max.collections"], "7")
        call("databases/drop_properties", dbName="rest_db", propertyKeys=["database.max.collections"])
        assert "database.max.collections" not in properties(call("databases/describe", dbName="rest_db"))
        call("databases/drop", dbName="rest_db")
        assert "rest_db" not in call("databases/list")

    def collection_properties(self):
        call("collections/create", schema={"fields": FIELDS}, indexParams=[INDEX])
        assert NAME in call("collections/list")
        call("collections/alter_properties", properties={"collection.ttl.seconds": 3600})
        expect(properties(call("collections/describe"))["collection.ttl.seconds"], "3600")
        call("collections/drop_properties", propertyKeys=["collection.ttl.seconds"])
        assert "collection.ttl.seconds" not in properties(call("collections/describe"))

    def field_properties(self):
        call("collections/fields/alter_properties", fieldName="title", fieldParams={"max_length": 30})
        (title,) = (one for one in call("collections/describe")["fields"] if one["name"] == "title")
        assert {"key": "max_length", "value": "30"} in title["params"], title
        added = {"fieldName": "rank", "dataType": "Int64", "nullable": True, "defaultValue": 7}
        call("collections/fields/add", schema=added)
        assert [one["id"] for one in call("collections/describe")["fields"] if one["name"] == "rank"]
        call("collections/fields/drop", fieldName="rank")
        assert not [one for one in call("collections/describe")["fields"] if one["name"] == "rank"]

    def fields(self):
        note = {"fieldName": "note", "dataType": "Int64", "nullable": True}
        call("collections/fields/add", schema=note)
        expect([one["name"] for one in call("collections/describe")["fields"]][-1], "note")
        call("collections/fields/drop", fieldName="note")
        assert "note" not in [one["name"] for one in call("collections/describe")["fields"]]

    def functions(self):
        """BM25 is added and dropped with its field, and not altered."""
        call("collections/create", collectionName="rest_texts", schema={"fields": TEXT_FIELDS, "functions": [BM25]})
        for way in ("add_function", "alter_function"):
            assert refusal(f"collections/{way}", collectionName="rest_texts", functionName="words", function=BM25)
        assert refusal("collections/drop_function", collectionName="rest_texts", FunctionName="words")
        call("collections/drop_function_field", collectionName="rest_texts", functionName="words")
        expect(call("collections/describe", collectionName="rest_texts")["functions"], [])
        index = {"fieldName": "terms", "indexType": "SPARSE_INVERTED_INDEX", "metricType": "BM25"}
        call("collections/add_function_field", collectionName="rest_texts", function=BM25, outputField=TEXT_FIELDS[3],
             indexParams=index)  # fmt: skip
        (function,) = call("collections/describe", collectionName="rest_texts")["functions"]
        expect((function["name"], function["outputFieldNames"]), ("words", ["terms"]))
        call("collections/drop", collectionName="rest_texts")

    def analyzer(self):
        (found,) = call("common/run_analyzer", text=["Three dogs"], collectionName="")["results"]
        expect([one["token"] for one in found["tokens"]], ["three", "dogs"])

    def index_properties(self):
        call("collections/release")
        call("indexes/alter_properties", indexName="vector", properties={"mmap.enabled": True})
        call("indexes/drop_properties", indexName="vector", propertyKeys=["mmap.enabled"])
        expect(call("indexes/list"), ["vector"])
        call("collections/load")
        call("collections/refresh_load")

    def partitions(self):
        call("partitions/create", partitionName="p")
        expect(call("partitions/has", partitionName="p"), {"has": True})
        rows = [{"id": i, "title": str(PRICES[i]), "vector": VECTORS[i].tolist()} for i in IDS]
        call("entities/insert", data=rows, partitionName="p")
        expect(call("partitions/get_stats", partitionName="p"), {"rowCount": len(rows)})
        expect(sorted(call("partitions/list")), ["_default", "p"])
        expect(call("entities/search", data=[QUERY], partitionNames=["_default"]), [])
        call("partitions/release", partitionNames=["p"])
        assert refusal("entities/search", data=[QUERY], partitionNames=["p"])
        call("partitions/load", partitionNames=["p"])
        expect([hit["id"] for hit in call("entities/search", data=[QUERY], limit=3)], nearest(QUERY, 3))

    def advanced_search(self):
        part = {"data": [QUERY], "annsField": "vector", "limit": 5}
        found = call("entities/advanced_search", search=[part], rerank={"strategy": "rrf"}, limit=5)
        expect([hit["id"] for hit in found], nearest(QUERY, 5))

    def aliases(self):
        call("aliases/create", aliasName="rest_alias")
        expect(call("aliases/list"), ["rest_alias"])
        expect(call("aliases/describe", aliasName="rest_alias")["collectionName"], NAME)
        call("collections/create", collectionName="rest_other", dimension=DIM)
        call("aliases/alter", aliasName="rest_alias", collectionName="rest_other")
        expect(call("aliases/describe", aliasName="rest_alias")["collectionName"], "rest_other")
        call("aliases/drop", aliasName="rest_alias")
        expect(call("aliases/list", collectionName="rest_other"), [])
        call("collections/drop", collectionName="rest_other")

    def users(self):
        call("users/create", userName="rest_user", password="secret-1")
        assert "rest_user" in call("users/list")
        call("users/update_password", userName="rest_user", password="secret-1", newPassword="secret-2")
        call("roles/create", roleName="rest_role")
        call("users/grant_role", userName="rest_user", roleName="rest_role")
        expect(call("users/describe", userName="rest_user"), ["rest_role"])
        call("users/revoke_role", userName="rest_user", roleName="rest_role")
        expect(call("users/describe", userName="rest_user"), [])
        call("users/drop", userName="rest_user")
        assert "rest_user" not in call("users/list")

    def roles(self):
        call("roles/alter", roleName="rest_role", description="of a test")
        assert "rest_role" in call("roles/list")
        searching = {"roleName": "rest_role", "objectType": "Collection", "objectName": NAME, "privilege": "Search"}
        call("roles/grant_privilege", **searching)
        (grant,) = call("roles/describe", roleName="rest_role")
        expect((grant["objectType"], grant["objectName"], grant["privilege"]), ("Collection", NAME, "Search"))
        call("roles/revoke_privilege", **searching)
        call("roles/grant_privilege_v2", roleName="rest_role", privilege="Query", dbName="default")
        call("roles/revoke_privilege_v2", roleName="rest_role", privilege="Query", dbName="default")
        expect(call("roles/describe", roleName="rest_role"), [])
        call("roles/drop", roleName="rest_role")

    def privilege_groups(self):
        group = {"privilegeGroupName": "rest_group"}
        call("privilege_groups/create", **group)
        call("privilege_groups/add_privileges_to_group", **group, privileges=["Search", "Query"])
        call("privilege_groups/remove_privileges_from_group", **group, privileges=["Query"])
        assert group | {"privileges": "Search"} in call("privilege_groups/list")["privilegeGroups"]
        call("privilege_groups/drop", **group)

    def imports(self):
        rows = [{"id": 1000 + i, "title": "imported", "vector": VECTORS[i].tolist()} for i in IDS]
        (IMPORTS / "rows.json").write_text(json.dumps(rows))
        job = call("jobs/import/create", files=[["rows.json"]])["jobId"]
        until(lambda: call("jobs/import/describe", jobId=job)["state"] == "Completed")
        expect(call("jobs/import/get_progress", jobId=job)["importedRows"], len(rows))
        expect([one["jobId"] for one in call("jobs/import/list")["records"]], [job])
        expect(call("entities/query", filter="id >= 1000", outputFields=["count(*)"]), [{"count(*)": len(rows)}])

    def snapshots(self):
        of = {"snapshotName": "rest_snapshot"}
        call("snapshots/create", **of, description="of a test")
        expect(call("snapshots/list"), ["rest_snapshot"])
        expect(call("snapshots/describe", **of)["description"], "of a test")
        pin = call("snapshots/pin", **of)["pinId"]
        assert refusal("snapshots/drop", **of)
        call("snapshots/unpin", pinId=pin)
        restored = {**of, "sourceCollectionName": NAME, "targetCollectionName": "rest_restored"}
        job = call("snapshots/restore", **restored)["jobId"]
        until(lambda: call("jobs/snapshot/describe", jobId=job)["state"] == "RestoreSnapshotCompleted")
        assert call("jobs/snapshot/list", collectionName="rest_restored")["records"]
        wanted = call("entities/query", filter="", outputFields=["count(*)"])
        call("collections/load", collectionName="rest_restored")
        expect(call("entities/query", collectionName="rest_restored", filter="", outputFields=["count(*)"]), wanted)
        call("collections/drop", collectionName="rest_restored")
        call("snapshots/drop", **of)

    def truncate(self):
        call("collections/truncate")
        expect(call("entities/query", outputFields=["count(*)"]), [{"count(*)": 0}])

    def drop_partition(self):
        call("partitions/release", partitionNames=["p"])
        call("partitions/drop", partitionName="p")
        expect(call("partitions/list"), ["_default"])

    def rename_collection(self):
        call("collections/rename", newCollectionName="rest_renamed")
        expect(call("collections/has"), {"has": False})
        call("collections/drop", collectionName="rest_renamed")
