"""Entrust Identity as a Service, Administration API 5.46, below `/api/web`.

What its wire looks like rests on the vendor's guide and OpenAPI file and on what working clients send;
`docs/apis/idaas.md` tells for each operation what is here, what differs and why. Of authenticators tokens alone are
here, and what is done to them in the Administration API: signing in with one is the Authentication API's.
"""
