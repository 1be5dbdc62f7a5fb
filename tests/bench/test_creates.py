"""The creates of limit 2 are those of the requests: the same drafts, but for who asks."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from bench.creates import CREATES
from bench.workloads import CertcentralCreates, IdaasCreates, person
from muster.apis.certcentral import shapes as certcentral_shapes
from muster.apis.certcentral import translate as certcentral
from muster.apis.idaas import shapes as idaas_shapes
from muster.apis.idaas import translate as idaas

USERNAME = "bench-0000000001@example.com"


def test_a_draft_is_the_request_s() -> None:
    def sent(workload: Any) -> bytes:
        request, _ = workload.request()
        body: bytes = request.partition(b"\r\n\r\n")[2]
        return body

    commands: dict[str, Any] = {creates.name: creates.command(USERNAME) for creates in CREATES}
    named = msgspec.json.decode(sent(CertcentralCreates("key", "bench")), type=certcentral_shapes.NewUser)
    enrolled = msgspec.json.decode(sent(IdaasCreates("id", "secret", "bench")), type=idaas_shapes.UserParms)

    assert json.loads(sent(CertcentralCreates("key", "bench"))) == person(USERNAME)
    assert commands[CertcentralCreates.name].draft == certcentral.draft(named)
    assert commands[IdaasCreates.name].draft == idaas.draft(enrolled, lambda: "")
