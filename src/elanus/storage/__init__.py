"""Bytes on disk: catalog, log, segment files, lock and clock. The only package that opens files for writing.

New bytes are written beside, synced, renamed, and only then named by one catalog transaction; a file that the
catalog does not name is garbage. Every file carries a magic, a format version and a checksum. Knows nothing of
searching, of indexes' insides or of the network.
"""
