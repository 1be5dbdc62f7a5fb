"""One contract for both databases: what is accepted is there, exactly once, after whatever happened.

The rules that decide what is accepted are tested in `tests/core`.
"""
