"""A collection made and searched by pymilvus 2.0: ``as_2_0.py make|search NAME``."""

import os
import sys

from pymilvus import Collection, CollectionSchema, DataType, FieldSchema, connections
from rows import DIM, IDS, VECTORS, show

HOST, PORT = os.environ["ELANUS_ADDRESS"].split(":")


def make(name):
    schema = CollectionSchema([
        FieldSchema("id", DataType.INT64, is_primary=True),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
    ])  # fmt: skip
    collection = Collection(name, schema)
    collection.insert([IDS, VECTORS.tolist()])
    collection.create_index("vector", {"index_type": "IVF_FLAT", "metric_type": "L2", "params": {"nlist": 16}})
    collection.load()


def search(name):
    collection = Collection(name)
    collection.load()
    field = next(field.name for field in collection.schema.fields if field.dtype == DataType.FLOAT_VECTOR)
    found = collection.search(
        [VECTORS[17].tolist()], field, {"metric_type": "L2", "params": {"nprobe": 16}}, 10, guarantee_timestamp=0
    )
    show(found[0].ids)


if __name__ == "__main__":
    connections.connect("default", host=HOST, port=PORT)
    {"make": make, "search": search}[sys.argv[1]](sys.argv[2])
