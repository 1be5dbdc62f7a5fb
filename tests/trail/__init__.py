"""What happens after the commit: mails to a real mail server, and chains that somebody tampered with.

Each test runs on every kind of database. The world that they happen in is `tests.support.world`.
"""
