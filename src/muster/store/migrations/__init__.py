"""The steps from one shape of the tables to the next, run by Alembic at every start.

`run.migrate` is the way in; each step is a module under `versions`. What the tables are now stands in `store.tables`.
"""
