"""The use cases in domain types, the same for every door: is it valid, do it, say what came of it.

A door translates and calls; everything that is decided about a request is decided here, once.
One file per kind of thing; a folder where that needs several: ``schema``, ``rows``, ``search``. Milvus 1.x is ``v1``.
"""

from elanus.service.service import Service

__all__ = ["Service"]
