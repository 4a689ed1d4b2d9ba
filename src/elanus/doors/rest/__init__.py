"""REST of every generation of Milvus.

exchange.py, endpoint.py, site.py      a request, what answers it, everything on one port
asgi.py, connection.py                 how it is reached: HTTP/1.1 on a connection of doors/http2
access.py, credentials.py, permit.py   who calls, and whether they may; privileges.py  what each call needs
bodies.py, values.py, keys.py          JSON read as typed values
rows.py, vectors.py, answers.py        rows of JSON <-> columns
v1/, v2/                               the high-level APIs, /v1/vector and /v2/vectordb
lowlevel/                              /api/v1, the messages of Milvus 2.x as JSON
openapi.py, page.py                    what is offered, for machines and people
"""
