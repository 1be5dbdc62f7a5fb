"""How the directory is kept: tables, rows, group commit, and all that differs between SQLite and PostgreSQL.

It knows the core's entities and carries out the core's requests. It knows no API and no HTTP, and decides nothing about
users and roles: what may be is for `core`, what is done with events afterwards for `trail`.
"""
