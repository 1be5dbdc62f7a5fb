"""DigiCert CertCentral Services API v2, user administration, below `/services/v2`.

What its wire looks like rests on the vendor's published pages, on recorded answers and on what working clients send;
`docs/apis/certcentral.md` tells for each call what is here, what differs and why. Certificates, orders and domains are
not here and answer as unknown routes.
"""
