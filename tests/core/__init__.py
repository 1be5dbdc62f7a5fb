"""The rules: values, what is known, authority, tenants, credentials; over both databases where a store is asked.

How things are kept is tested in `tests/store`, how they look on a wire in `tests/apis`.
"""
