"""The rules of this house, as programs; each file states one, applies it to the project and shows that it can fail.

A rule is a function from source to findings, one line of text each. What style, types and imports already forbid (ruff,
mypy and import-linter, see `script/check`) is not said again here; `test_walls.py` only shows that their rules bite.
"""
