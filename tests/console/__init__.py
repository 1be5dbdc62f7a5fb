"""The pages for people, asked for over HTTP in process, on every kind of database.

What a good password is, and who may set one, is tried with `core`.
"""
