"""Entrust Identity as a Service, Administration API, below `/api/web`: not here yet.

What its wire looks like and what is offered will stand here and on its page in `docs/apis`; users made through it
will be the same ones that the other APIs show.
"""
