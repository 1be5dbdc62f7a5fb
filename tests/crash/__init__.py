"""Muster is killed under load again and again, and whatever it acknowledged has to be there afterwards, whole.

`script/crash` (`python -m tests.crash`) is the long form, the tests here are a short one. Killing a process proves that
nothing half-done is kept, but not that anything reached the disk: for that `trace` counts what a running server asks of
the kernel. How fast any of it is belongs to `bench`.
"""
