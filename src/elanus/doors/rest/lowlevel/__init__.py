"""The low-level REST API of Milvus 2.1 and later, ``/api/v1/…`` on the monitoring port: its gRPC messages as JSON.

Here the messages are the API, so this door calls the handlers of gRPC with them: one call behaves the same both ways.

    calls.py       method and path -> RPC         requests.py   JSON -> message, with the shapes that are no message
    go_json.py     message -> JSON as Go writes   table.py      the endpoints
"""
