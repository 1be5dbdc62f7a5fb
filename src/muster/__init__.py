"""One directory of users, served through several wire-compatible administration APIs.

This package only joins the rooms: what an administrator may do is in `core`, how it is kept in `store`, what HTTP
needs in `web`, and each vendor's wire in its own package under `apis`. Nothing is decided here, so that importing
`muster` costs nothing and reads nothing.
"""
