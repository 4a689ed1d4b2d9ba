"""The use cases in domain types, the same for every door: is it valid, do it, say what came of it.

A door translates and calls; everything that is decided about a request is decided here, once.
"""

from elanus.service.service import Service

__all__ = ["Service"]
