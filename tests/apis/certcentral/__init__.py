"""CertCentral's Services API over a live port, on both databases: what working clients send, and what they get.

Nothing here reaches into the server. Where an answer is not enough, the database is read beside it.
"""
