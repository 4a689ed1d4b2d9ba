"""What stands before every call while callers must say who they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from elanus.doors.rest.credentials import credentials_of
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request, Response, json_response
from elanus.doors.rest.permit import Permit, Subject
from elanus.errors import SignInsBusy, Unauthenticated
from elanus.service.access import Access, Caller

_NEED_AUTHENTICATE = 1800
_CHALLENGE = (b"www-authenticate", b'Basic realm="elanus", Bearer')


def secured(endpoints: Sequence[Endpoint], access: Access, privileges: Mapping[str, str]) -> list[Endpoint]:
    """The same endpoints; while access is enforced, each but the vital ones asks who calls and whether they may.

    privileges  by path; "" = whoever has a password may
    """
    if not access.enforced:
        return list(endpoints)
    return [one if one.vital else _secured(one, access, privileges[one.path]) for one in endpoints]


def _secured(endpoint: Endpoint, access: Access, privilege: str) -> Endpoint:
    def answer(request: Request) -> Response:
        claimed = credentials_of(request.headers)
        try:
            caller = access.authenticate(claimed.user, claimed.password)
        except Unauthenticated:
            return not_authenticated()
        except SignInsBusy as busy:
            return json_response({"code": busy.code, "message": busy.message}, 503, failed=True)
        return endpoint.answer(replace(request, permit=Permit(caller, _Check(access, caller, privilege))))

    return replace(endpoint, answer=answer)


@dataclass(frozen=True, slots=True)
class _Check:
    access: Access
    caller: Caller
    privilege: str

    def __call__(self, subjects: Iterable[Subject]) -> None:
        if self.privilege:
            for subject in subjects:
                self.access.require(self.caller, self.privilege, subject.database, subject.target)


def not_authenticated() -> Response:
    """As Milvus answers it, in every family; with the header that HTTP wants beside a 401 (RFC 9110, 11.6.1)."""
    said = {"code": _NEED_AUTHENTICATE, "message": "user hasn't authenticated"}
    return replace(json_response(said, 401, failed=True), headers=(_CHALLENGE,))
