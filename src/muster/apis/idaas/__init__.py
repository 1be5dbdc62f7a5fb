"""Entrust Identity as a Service, Administration API 5.46, users, below `/api/web`.

What its wire looks like rests on the vendor's guide and OpenAPI file and on what working clients send;
`docs/apis/idaas.md` tells for each operation what is here, what differs and why. Authenticators beyond the soft token
that a new user begins with, and everything that is about no user, are not here.
"""
