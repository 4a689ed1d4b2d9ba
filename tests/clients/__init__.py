"""Every real client against a real server: each folder here is a client, ``make test-clients`` runs them all.

A folder holds the client's scripts and ``client.toml``, which says how to install and run them (see ``declared.py``).
A script talks to the server at ``ELANUS_ADDRESS`` (host:port; monitoring and the REST API of 2.0 at
``ELANUS_METRICS_ADDRESS``, the HTTP API of 1.x at ``ELANUS_ADDRESS_1X``) and prints one line for each operation:
``search: ok``, ``search: failed (the client's words)`` or ``search: absent (the client's words)`` for what that client
or its generation does not have; at last ``end``.
"""
