"""What tests run against: databases, a mail server and live Musters, each real and each gone afterwards.

Nothing here asserts anything about Muster; `tests/conftest.py` hands these out as fixtures, and `bench` and the crash
test use them directly.
"""
