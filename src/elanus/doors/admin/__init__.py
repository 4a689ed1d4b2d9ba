"""What only Elanus can tell or do, for its own command line and console: live progress, index switch, segments.

Beside the Milvus API, never in its messages: unary calls ``/elanus.Admin/<Method>`` on the same listeners and the same
in-process channel, bodies are JSON.

    wire.py       requests and answers as values, and as JSON
    handlers.py   the server's side: path -> handler
    index_calls.py  the same, for indexes
    access_wire.py, access_calls.py  both, for users and roles
    client.py     the caller's side, over any channel
    indexes.py    what Python users call: ``client.indexes``
    session.py    an admin client on a server or a data directory
"""
