"""The handlers of ``grpc_v2`` on a wire of our own: HTTP/2, unary gRPC and nothing else, on asyncio.

grpcio costs 0.2 to 0.3 ms of processor time a call, as much as a search; this about a third of it. From the bytes up:

    frames.py, frame_reader.py      frames, and cutting them out of what comes    limits.py       what a peer may ask
    header_frames.py, fields.py,    header blocks -> requests (HPACK by hpack)    violations.py   what it did wrong
    head.py
    stream.py, streams.py,          one call, all calls of a connection           inflow.py, outbox.py, peer.py, pace.py
    connection.py, events.py        the state machine: bytes in, events and bytes out, no socket
    grpc_framing.py, answers.py,    gRPC in HTTP/2: messages, metadata, status    methods.py, calls.py, lanes.py
    refusal.py                                                                    what runs, and on which thread
    protocol.py, doorway.py,        on asyncio: bytes moved, HTTP/1.1 told apart  http1.py, guests.py
    loop_thread.py, listener.py,    threads, sockets, start and orderly end
    server.py
"""
