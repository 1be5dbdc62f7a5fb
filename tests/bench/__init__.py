"""What the measurements rest on: that a filled database is one that the directory could have made.

Figures themselves are never tested.
"""
