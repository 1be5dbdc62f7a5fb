"""SCIM 2.0 (RFC 7643, 7644, 9865), below `/scim/v2`: not here yet.

What is offered will stand here and on its page in `docs/apis`; users made through it will be the same ones that the
other APIs show.
"""
