"""HTTP and the server as such: routing, limits, bodies, addresses, logs, settings, start and stop.

What an API makes of it is tested in `tests/apis`.
"""
