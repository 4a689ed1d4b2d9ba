"""h2spec, the conformance suite of HTTP/2 (RFC 9113) and HPACK (RFC 7541), where it is installed.

go install github.com/summerwind/h2spec/cmd/h2spec@latest
"""

from __future__ import annotations

import shutil
import subprocess

import pytest

from elanus.doors.http2.server import Http2Server

H2SPEC = shutil.which("h2spec")


@pytest.mark.skipif(H2SPEC is None, reason="h2spec is not installed")
@pytest.mark.parametrize("section", ["generic", "hpack", "http2"])
def test_every_case_of_h2spec_passes(section: str) -> None:
    server = Http2Server({"/t/Echo": lambda request, _context: request})
    port = server.bind("127.0.0.1:0")
    server.start()
    command = [str(H2SPEC), "--strict", "--host", "127.0.0.1", "--port", str(port), "--timeout", "5", section]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100)
    server.stop(1.0)
    assert ran.returncode == 0, ran.stdout
    assert " 0 failed" in ran.stdout
