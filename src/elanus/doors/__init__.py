"""Where clients come in: a door translates messages and decides nothing.

One folder per way of talking; they share the service below them and nothing else, except that ``embedded`` carries
the messages of the others without a socket.
"""
