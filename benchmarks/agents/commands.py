"""The loop every client program runs: one JSON command a line in, one JSON answer a line out."""

import json
import os
import sys


def serve(session):
    """Answers commands until the other end closes; nothing else may reach standard output."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = getattr(session, command.pop("op"))(**command)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
