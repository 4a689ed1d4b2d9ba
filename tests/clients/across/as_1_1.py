"""A collection made and searched by pymilvus 1.1: ``as_1_1.py make|search NAME``."""

import os
import sys

from milvus import IndexType, MetricType, Milvus
from rows import DIM, IDS, VECTORS, show

HOST, PORT = os.environ["ELANUS_ADDRESS"].split(":")


def make(client, name):
    _done(client.create_collection({"collection_name": name, "dimension": DIM, "metric_type": MetricType.L2}))
    _done(client.insert(name, VECTORS.tolist(), IDS)[0])
    _done(client.flush([name]))
    _done(client.create_index(name, IndexType.IVF_FLAT, {"nlist": 16}))


def search(client, name):
    status, found = client.search(name, top_k=10, query_records=[VECTORS[17].tolist()], params={"nprobe": 16})
    _done(status)
    show(hit.id for hit in found[0])


def _done(status):
    if not status.OK():
        sys.exit(status.message)


if __name__ == "__main__":
    {"make": make, "search": search}[sys.argv[1]](Milvus(host=HOST, port=PORT), sys.argv[2])
