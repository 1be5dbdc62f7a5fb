"""The IDaaS Administration API against a live Muster, over plain HTTP and JSON.

What it must look like is written out here, not taken from the package; the vendor's own description is held against
every answer where it is at hand (`contract`).
"""
