"""curl, as a person types it."""

import json
import os
import subprocess
import time

API = os.environ["ELANUS_ADDRESS"]
LOW_LEVEL = os.environ["ELANUS_METRICS_ADDRESS"]
_PATIENCE_S = 30


def curl(url, body=None, method=None):
    """The JSON answer; a body makes it a POST unless a method is named."""
    command = ["curl", "--silent", "--show-error", url, "--header", "Content-Type: application/json"]
    if method:
        command += ["--request", method]
    if body is not None:
        command += ["--data-binary", "@-"]
    text = json.dumps(body) if body is not None else None
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=_PATIENCE_S)
    if done.returncode:
        raise AssertionError(f"curl ended with {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def until(condition):
    """Waits for it."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {_PATIENCE_S} s")
        time.sleep(0.1)
