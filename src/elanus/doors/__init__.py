"""Where clients come in: a door translates messages and decides nothing.

One folder per way of talking; they share the service below them and nothing else. ``protocols.py`` joins the calls of
the gRPC generations, which ``http2``, ``grpcio_server.py`` and ``embedded`` carry; ``unknown_calls.py`` says what is
told to the others, ``health.py`` answers gRPC's own health service, ``options.py`` reads what all doors are sent alike.
"""
