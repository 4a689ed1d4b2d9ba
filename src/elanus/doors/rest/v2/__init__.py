"""The high-level REST API of Milvus 2.4 to 3.0, ``/v2/vectordb/…``: one file per kind of thing, one method per call."""
