"""Milvus 1.x over gRPC (package ``milvus.grpc``): one file per kind of thing, one handler per RPC.

milvus.proto   names and numbers of the protocol        proto.py       reads it
messages.py    its message classes                      status.py      errors -> Status, the one broad except
rows.py        vectors of a call <-> a matrix           parameters.py  the JSON beside a request
table.py       all handlers by path
"""
