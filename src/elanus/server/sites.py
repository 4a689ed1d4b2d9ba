"""What is served over HTTP/1.1, port by port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elanus import __version__
from elanus.doors.rest.access import secured
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.lowlevel import table as lowlevel
from elanus.doors.rest.milvus1 import table as milvus1
from elanus.doors.rest.page import documentation
from elanus.doors.rest.privileges import PRIVILEGES
from elanus.doors.rest.site import Site
from elanus.doors.rest.v1 import table as v1
from elanus.doors.rest.v2 import table as v2
from elanus.server.metering import Handler, metered_endpoints
from elanus.server.monitoring import Monitored, monitoring_endpoints
from elanus.service import Service
from elanus.service.access import Access
from elanus.telemetry.metrics import Metrics


def milvus_site(service: Service, metrics: Metrics) -> Site:
    """Beside gRPC on its port: the high-level REST APIs."""
    offered = v1.endpoints(service) + v2.endpoints(service)
    return _documented(metered_endpoints(secured(offered, service.access, PRIVILEGES), metrics))


def monitoring_site(monitored: Monitored, handlers: Mapping[str, Handler], access: Access) -> Site:
    """On the monitoring port: its pages, and the low-level API over the handlers of gRPC (which count the calls)."""
    low = secured(lowlevel.endpoints(handlers), access, PRIVILEGES)
    return _documented(monitoring_endpoints(monitored) + low)


def milvus1_site(service: Service, metrics: Metrics) -> Site:
    """The HTTP API of Milvus 1.x, on a port of its own."""
    return _documented(metered_endpoints(milvus1.endpoints(service), metrics))


def _documented(endpoints: Sequence[Endpoint]) -> Site:
    return Site([*endpoints, *documentation(endpoints, __version__)])
