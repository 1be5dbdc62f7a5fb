"""HTTP that every API would otherwise write again: routing, limits, bodies, credentials, logs, health.

It speaks nobody's vocabulary: what an error looks like, which header holds a credential and what a body means is each
API's, in `apis`. It reads no settings and knows no store; it is handed what it needs.
"""
