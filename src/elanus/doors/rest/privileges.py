"""What a caller must be allowed for each call: that of the RPC it amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from elanus.doors.grpc_v2.messages import RPCS as DESCRIPTORS
from elanus.doors.grpc_v2.messages import common_pb2, path
from elanus.doors.grpc_v2.needs import OPEN, declared_of
from elanus.doors.rest.lowlevel.calls import CALLS, PREFIX
from elanus.doors.rest.v1 import rpcs as v1
from elanus.doors.rest.v2 import rpcs as v2
from elanus.doors.rest.v2.absent import absent_endpoints


def _privilege_of(rpc: str) -> str:
    """ "" = whoever has a password may."""
    if rpc in OPEN:
        return ""
    declared = declared_of(DESCRIPTORS[path(rpc)])
    name: str = common_pb2.ObjectPrivilege.Name(declared.object_privilege)
    return name.removeprefix("Privilege")


PRIVILEGES: Final[Mapping[str, str]] = {
    **{PREFIX + place: "" for _, place in CALLS},  # the handlers of gRPC ask
    **{one.path: "" for one in absent_endpoints()},
    **{place: _privilege_of(rpc) for place, rpc in {**v1.RPCS, **v2.RPCS}.items()},
}
"""By path."""
