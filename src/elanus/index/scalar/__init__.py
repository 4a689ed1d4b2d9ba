"""Indexes on scalar fields: one type = one file with a ``DECLARATION``; what types share begins with an underscore."""
