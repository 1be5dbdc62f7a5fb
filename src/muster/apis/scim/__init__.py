"""SCIM 2.0 (RFC 7643, 7644, 9865), below `/scim/v2`: wire to core and back.

One table of schemas says what attributes are and what is told of them, one table of profiles what clients are
forgiven; `docs/apis/scim.md` tells what was decided here. Which connection a token belongs to and what it may do is
the core's.
"""
