"""Every call of the v1 API."""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.v1.collections import CollectionCalls
from elanus.doors.rest.v1.entities import EntityCalls
from elanus.service import Service


def endpoints(service: Service) -> list[Endpoint]:
    return CollectionCalls(service).endpoints() + EntityCalls(service).endpoints()
