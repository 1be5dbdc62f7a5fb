"""One module a step, in the order of their revision numbers.

A step that has been released is never edited; it makes tables from its own text, not from `store.tables`.
"""
