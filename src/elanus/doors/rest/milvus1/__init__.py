"""The HTTP API of Milvus 1.0 and 1.1, on a port of its own when one is set (there 19121).

Ids and distances are texts, success of what makes something is 201, a refusal has its ``code`` and HTTP 400, or 404 for
a collection that is not there.
"""
