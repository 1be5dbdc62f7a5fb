"""What Muster does in a second on this machine, and how near that is to what the machine could do.

One command, one table: `script/bench`, with a JSON file beside it. The server runs on one core and the load generator
on another; limits are measured in the same run, since absolute figures move from machine to machine and day to day.
`python -m bench.profile` lists the hot spots instead. Nothing here is a test: that is `tests`.
"""
