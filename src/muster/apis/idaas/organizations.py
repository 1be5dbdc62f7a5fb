"""Organizations, and which of them a user is in: one short handler for each operation."""

from muster.apis.idaas import shapes_groups as shapes
from muster.apis.idaas.paging import TEXTS, Searched, asked, matched, paging
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.shapes_paging import SearchParms
from muster.apis.idaas.translate_groups import organization, organization_draft, organization_edit
from muster.core.finders import by_id
from muster.core.members import ChangeMembers, PlaceUser
from muster.core.organizations import (
    CreateOrganization,
    DeleteOrganization,
    EditOrganization,
    Organization,
    OrganizationById,
    Organizations,
)
from muster.core.refusals import Unknown, refuse
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

KIND = "organizations"

COLUMNS = {"name": "folded", "displayName": "title_folded"}
SEARCHED = {name: Searched(TEXTS) for name in COLUMNS}

_parms = decoder(shapes.OrganizationParms)
_of_user = decoder(shapes.UserOrganizationParms)
_search = decoder(SearchParms)


async def create(call: Call) -> Answer:
    """*Create an organization*."""
    command = CreateOrganization(organization_draft(_parms(call.body)))
    return answer(organization(await call.directory.do(call.actor, command, call.origin)))


async def get(call: Call) -> Answer:
    """*Get an organization*."""
    return answer(organization(await call.directory.ask(call.actor, OrganizationById(call.params["id"]))))


async def update(call: Call) -> Answer:
    """*Update an organization*: 200 with the organization as it stands then."""
    command = EditOrganization(call.params["id"], organization_edit(_parms(call.body)))
    return answer(organization(await call.directory.do(call.actor, command, call.origin)))


async def delete(call: Call) -> Answer:
    """*Delete an organization*: 200 without a body."""
    await call.directory.do(call.actor, DeleteOrganization(call.params["id"]), call.origin)
    return Answer(200)


async def page(call: Call) -> Answer:
    """*List a page of organizations*: by name."""
    wanted = asked(call, KIND, _search(call.body), SEARCHED)
    matches = tuple(matched(COLUMNS[one.name], one) for one in wanted.conditions)
    question = Organizations(wanted.limit, matches, wanted.place, wanted.backwards)
    found = await call.directory.ask(call.actor, question)
    results = [organization(one) for one in found.rows]
    return answer(shapes.OrganizationPage(results, paging(call, KIND, wanted, found.before, found.after)))


async def add_user(call: Call) -> Answer:
    """*Add user to organization*: nothing is different if he is in it."""
    command = ChangeMembers(Organization, call.params["orgid"], add=(call.params["userid"],))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(200)


async def remove_user(call: Call) -> Answer:
    """*Remove user from organization*: 404 if he is not in it."""
    command = ChangeMembers(Organization, call.params["orgid"], remove=(call.params["userid"],))
    if not (await call.directory.do(call.actor, command, call.origin)).left:
        refuse(Unknown("user"))
    return Answer(200)


async def set_of_user(call: Call) -> Answer:
    """*Modify user organization membership*: the organizations of a user, in place of those that he is in."""
    wanted = _of_user(call.body).organizations
    command = PlaceUser(by_id(call.params["userid"]), Organization, None if wanted is None else tuple(wanted))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(200)
