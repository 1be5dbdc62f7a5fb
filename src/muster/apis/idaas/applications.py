"""Applications: one short handler for each operation."""

from muster.apis.idaas import shapes_applications as shapes
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.translate_applications import (
    application,
    client,
    client_draft,
    client_edit,
    draft,
    edit,
    info,
    issued,
    template,
    uuid,
)
from muster.core.applications import (
    ApplicationById,
    Applications,
    CreateApplication,
    DeleteApplication,
    EditApplication,
    RenewSecret,
)
from muster.core.clients import (
    ClientById,
    Clients,
    CreateClient,
    DeleteClient,
    EditClient,
    ProgramKinds,
    Programs,
)
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_admin_api_parms = decoder(shapes.AdminApiApplicationParms)
_auth_api_parms = decoder(shapes.AuthApiApplicationParms)


async def list_(call: Call) -> Answer:
    """*List Admin API application*."""
    return answer([application(it) for it in await call.directory.ask(call.actor, Applications())])


async def get(call: Call) -> Answer:
    """*Get Admin API application*, without its secret."""
    return answer(application(await call.directory.ask(call.actor, ApplicationById(call.params["id"]))))


async def create(call: Call) -> Answer:
    """*Create Admin API application*, with its secret."""
    command = CreateApplication(draft(_admin_api_parms(call.body)))
    return answer(issued(await call.directory.do(call.actor, command, call.origin)))


async def update(call: Call) -> Answer:
    """*Update Admin API application*."""
    command = EditApplication(call.params["id"], edit(_admin_api_parms(call.body)))
    return answer(application(await call.directory.do(call.actor, command, call.origin)))


async def regenerate(call: Call) -> Answer:
    """*Regenerate Admin API application shared secret*: the new one, as a JSON string."""
    renewed = await call.directory.do(call.actor, RenewSecret(call.params["id"]), call.origin)
    return answer(renewed.secret)


async def remove(call: Call) -> Answer:
    """*Remove Admin API application*: 200 without a body."""
    await call.directory.do(call.actor, DeleteApplication(call.params["id"]), call.origin)
    return Answer(200)


async def list_clients(call: Call) -> Answer:
    """*List Auth API applications*."""
    return answer([client(it) for it in await call.directory.ask(call.actor, Clients())])


async def get_client(call: Call) -> Answer:
    """*Get Auth API application*."""
    return answer(client(await call.directory.ask(call.actor, ClientById(uuid(call.params["id"])))))


async def create_client(call: Call) -> Answer:
    """*Create Auth API application*."""
    command = CreateClient(client_draft(_auth_api_parms(call.body)))
    return answer(client(await call.directory.do(call.actor, command, call.origin)))


async def update_client(call: Call) -> Answer:
    """*Update Auth API application*: 200 without a body."""
    command = EditClient(uuid(call.params["id"]), client_edit(_auth_api_parms(call.body)))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(200)


async def remove_client(call: Call) -> Answer:
    """*Remove Auth API application*: 200 without a body."""
    await call.directory.do(call.actor, DeleteClient(uuid(call.params["id"])), call.origin)
    return Answer(200)


async def list_info(call: Call) -> Answer:
    """*List application information*."""
    return answer([info(it) for it in await call.directory.ask(call.actor, Programs())])


async def list_templates(call: Call) -> Answer:
    """*List application templates*."""
    return answer([template(kind) for kind in await call.directory.ask(call.actor, ProgramKinds())])
