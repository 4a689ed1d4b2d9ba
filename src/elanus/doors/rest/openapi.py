"""What a site offers, as an OpenAPI document: read from its endpoints, so it cannot say anything else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from elanus.doors.rest.endpoint import Endpoint

OPENAPI = "3.1.0"
_REFERENCE = "#/components/schemas/{name}"
_SCHEMES = {
    "basic": {"type": "http", "scheme": "basic", "description": "User and password, while authentication is on."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token is user:password."},
}
_ANY_SCHEME: list[dict[str, list[str]]] = [{}, {"basic": []}, {"bearer": []}]
"""Any of them; none ({}) while authentication is off."""


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """The document. version  of Elanus"""
    bodies = sorted({one.body for one in endpoints if one.body is not None}, key=lambda body: body.__qualname__)
    schemas, components = msgspec.json.schema_components(bodies, ref_template=_REFERENCE)
    schema_of = dict(zip(bodies, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in endpoints:
        paths[one.path][one.method.lower()] = _operation(one, schema_of[one.body] if one.body else None)
    return {
        "openapi": OPENAPI,
        "info": {"title": "Elanus", "version": version, "description": "The REST APIs of Milvus on this port."},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _operation(endpoint: Endpoint, schema: dict[str, Any] | None) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": [endpoint.group],
        "summary": endpoint.summary,
        "parameters": _parameters(endpoint),
        "responses": {"200": {"description": "The answer; a refusal has another code in it."}},
    }
    if not endpoint.vital:
        operation["security"] = _ANY_SCHEME
    if schema is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    in_path = re.findall(r"\{(\w+)\}", endpoint.path)
    return [
        *({"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in in_path),
        *({"name": name, "in": "query", "schema": {"type": "string"}} for name in endpoint.query),
    ]
