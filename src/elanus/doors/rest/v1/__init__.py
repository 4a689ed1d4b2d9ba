"""The high-level REST API of Milvus 2.2.9 and later, ``/v1/vector/…``: the simple part of v2, success is code 200."""
