"""A collection made and searched by pymilvus 3.0: ``as_3_0.py make|search NAME``."""

import os
import sys

from pymilvus import DataType, MilvusClient
from rows import DIM, IDS, VECTORS, show


def make(client, name):
    schema = MilvusClient.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIM)
    index = MilvusClient.prepare_index_params()
    index.add_index("vector", index_type="IVF_FLAT", metric_type="L2", nlist=16)
    client.create_collection(name, schema=schema, index_params=index)
    client.insert(name, [{"id": i, "vector": VECTORS[i].tolist()} for i in IDS])
    client.flush(name)


def search(client, name):
    client.load_collection(name)
    found = client.search(
        name, [VECTORS[17].tolist()], limit=10, search_params={"params": {"nprobe": 16}}, consistency_level="Strong"
    )
    show(hit["id"] for hit in found[0])


if __name__ == "__main__":
    client = MilvusClient("http://" + os.environ["ELANUS_ADDRESS"])
    {"make": make, "search": search}[sys.argv[1]](client, sys.argv[2])
