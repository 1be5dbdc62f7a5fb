"""Each API as its clients see it, a package each.

What the directory makes of a request is tested in `tests/core`; here it is what goes over the wire.
"""
