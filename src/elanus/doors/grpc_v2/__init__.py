"""Milvus 2.x and 3.0 over gRPC: one file per kind of thing, one handler per RPC.

A handler is ``method(request message, call context) -> response message`` and knows no transport; ``table.py``
gathers them by path, a server puts them on a wire, the in-process channel calls them directly.

    messages.py    the message classes (pymilvus's)      call.py         what travels beside a request
    status.py      errors -> Status, the one broad except
    schemas.py     collection schemas both ways          columns.py      columns of an insert -> Arrow
    results.py     Arrow -> columns of a reply           parameters.py   key-value pairs, booleans, numbers
    search_requests.py, query_requests.py                what is asked, as values (and remembered)
"""
