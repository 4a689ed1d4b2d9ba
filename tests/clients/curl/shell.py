"""curl, as a person types it."""

import json
import os
import re
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

API = os.environ["ELANUS_ADDRESS"]
LOW_LEVEL = os.environ["ELANUS_METRICS_ADDRESS"]
MILVUS_1X = os.environ.get("ELANUS_ADDRESS_1X", "")
IMPORTS = Path(os.environ.get("ELANUS_IMPORTS", "."))
"""Where the server takes files from."""
_PATIENCE_S = 30
_CALLED = set()


def curl(url, body=None, method=None):
    """The JSON answer; a body makes it a POST unless a method is named."""
    return json.loads(curl_text(url, body, method) or "null")


def curl_text(url, body=None, method=None):
    """The answer as it came."""
    _CALLED.add((method or ("GET" if body is None else "POST"), urlsplit(url).path))
    command = ["curl", "--silent", "--show-error", url, "--header", "Content-Type: application/json"]
    if method:
        command += ["--request", method]
    if body is not None:
        command += ["--data-binary", "@-"]
    text = json.dumps(body) if body is not None else None
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=_PATIENCE_S)
    if done.returncode:
        raise AssertionError(f"curl ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def not_called(address, prefix):
    """(method, path) of every endpoint under the prefix that the server says it has and no call was made to."""
    documented = curl(f"http://{address}/openapi.json")["paths"]
    every = [(verb.upper(), path) for path, verbs in documented.items() if path.startswith(prefix) for verb in verbs]
    return [one for one in every if not _was_called(*one)]


def _was_called(method, path):
    pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
    return any(method == verb and pattern.fullmatch(called) for verb, called in _CALLED)


def until(condition):
    """Waits for it."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {_PATIENCE_S} s")
        time.sleep(0.1)
