"""The health service of gRPC itself, which load balancers and orchestrators ask: ``grpc.health.v1.Health/Check``.

Its messages are one field each, so they are written as they are on the wire: no service named is another, and
``Watch``, a stream, is not offered, which its callers know how to take.
"""

from __future__ import annotations

from typing import Final

from elanus.doors.grpc_v2.call import CallContext
from elanus.service import Service

CHECK: Final = "/grpc.health.v1.Health/Check"
SERVING: Final = b"\x08\x01"
NOT_SERVING: Final = b"\x08\x02"


class HealthCall:
    def __init__(self, service: Service) -> None:
        self._admin = service.admin

    def check(self, _request: bytes, _context: CallContext) -> bytes:
        """Whether every part works, as ``CheckHealth`` of Milvus says it."""
        return SERVING if all(part.works for part in self._admin.health()) else NOT_SERVING
