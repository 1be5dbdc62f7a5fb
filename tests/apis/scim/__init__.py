"""Tests of the SCIM API: the frame that all resources have, what the service says of itself, and its clients' habits.

What the tables of this package mean is tried by itself; what goes over the wire against a live Muster.
"""
