"""Containers: one short handler for each operation."""

from msgspec.structs import replace

from muster.apis.certcentral import shapes, translate_containers
from muster.apis.certcentral.collections import wanted_part
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.roles import ACCESS_ROLES
from muster.apis.certcentral.translate import path_number, roles
from muster.core.roles import RolesOfUnit
from muster.core.tree import Children, SwitchUnit, UnitByNumber, Units, UnitView
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

_new_container = decoder(shapes.NewContainer)
_container_edit = decoder(shapes.ContainerEdit)
_user_assignments = decoder(shapes.UserAssignments)
_organization_assignments = decoder(shapes.OrganizationAssignments)
_allowed_domain_names = decoder(shapes.AllowedDomainNames)


async def list_(call: Call) -> Answer:
    """*List containers*."""
    return _listed(await call.directory.ask(call.actor, Units(*wanted_part(call.query()))))


async def get(call: Call) -> Answer:
    """*Container info*."""
    return answer(200, translate_containers.full(await call.directory.ask(call.actor, UnitByNumber(_number(call)))))


async def get_parent(call: Call) -> Answer:
    """*Container info* of the one above."""
    question = UnitByNumber(_number(call), parent=True)
    return answer(200, translate_containers.full(await call.directory.ask(call.actor, question)))


async def list_children(call: Call) -> Answer:
    """*List child containers*."""
    return _listed(await call.directory.ask(call.actor, Children(_number(call), *wanted_part(call.query()))))


async def list_roles(call: Call) -> Answer:
    """*List container roles*."""
    return answer(200, shapes.AccessRoles(await _roles(call)))


async def list_templates(call: Call) -> Answer:
    """*List container templates*."""
    await _roles(call)
    return answer(200, shapes.Templates(list(translate_containers.TEMPLATES.values())))


async def get_template(call: Call) -> Answer:
    """*Template info*."""
    granted = await _roles(call)
    template = translate_containers.template(path_number(call.params["template_id"]))
    return answer(200, replace(template, access_roles=granted))


async def create_child(call: Call) -> Answer:
    """*Create container*."""
    command = translate_containers.new_child(_number(call), _new_container(call.body))
    unit = await call.directory.do(call.actor, command, call.origin)
    return answer(201, shapes.Created(unit.number))


async def edit(call: Call) -> Answer:
    """*Edit a container*."""
    command = translate_containers.edited(_number(call), _container_edit(call.body))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(204)


async def activate(call: Call) -> Answer:
    """*Activate a container*, with all below it."""
    await call.directory.do(call.actor, SwitchUnit(_number(call), active=True), call.origin)
    return Answer(204)


async def deactivate(call: Call) -> Answer:
    """*Deactivate a container*, with all below it."""
    await call.directory.do(call.actor, SwitchUnit(_number(call), active=False), call.origin)
    return Answer(204)


async def assign_users(call: Call) -> Answer:
    """*Update user assignments*."""
    command = translate_containers.assigned_users(_number(call), _user_assignments(call.body))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(204)


async def assign_organizations(call: Call) -> Answer:
    """*Update organization assignments*."""
    command = translate_containers.assigned_organizations(_number(call), _organization_assignments(call.body))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(204)


async def allow_domains(call: Call) -> Answer:
    """*Allowed domain names*."""
    command = translate_containers.allowed_domains(_number(call), _allowed_domain_names(call.body))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(204)


def _number(call: Call) -> int:
    return path_number(call.params["id"])


async def _roles(call: Call) -> list[shapes.AccessRole]:
    return roles(await call.directory.ask(call.actor, RolesOfUnit(_number(call), ACCESS_ROLES)))


def _listed(views: tuple[UnitView, ...]) -> Answer:
    return answer(200, shapes.Containers([translate_containers.full(view) for view in views]))
