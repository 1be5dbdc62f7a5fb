"""Groups, and which of them and of the OAuth roles a user has: one short handler for each operation."""

from muster.apis.idaas import shapes_groups as shapes
from muster.apis.idaas.paging import EQUALS, TEXTS, Asked, Searched, asked, matched, one_of, paging
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.shapes_paging import SearchParms
from muster.apis.idaas.translate_groups import group, group_draft, group_edit, oauth_role
from muster.core.finders import by_id
from muster.core.groups import AllGroups, CreateGroup, DeleteGroup, EditGroup, Group, GroupById, GroupByName, Groups
from muster.core.members import PlaceUser
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.resource_roles import ResourceRole, ResourceRoles
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

KIND = "groups"
MADE_HERE = "MGMT_UI"

SEARCHED = {"name": Searched(TEXTS), "type": Searched(EQUALS, one_of(MADE_HERE, "LDAP_AD"))}
ORDERS = ("name",)

_parms = decoder(shapes.GroupParms)
_group_id = decoder(shapes.GroupId)
_ids = decoder(list[str])
_search = decoder(SearchParms)


async def list_all(call: Call) -> Answer:
    """*List groups*: by name; where they are over 10,000, only pages show them."""
    return answer([group(one) for one in await call.directory.ask(call.actor, AllGroups())])


async def create(call: Call) -> Answer:
    """*Create a group*."""
    command = CreateGroup(group_draft(_parms(call.body)))
    return answer(group(await call.directory.do(call.actor, command, call.origin)))


async def get(call: Call) -> Answer:
    """*Get a group*."""
    return answer(group(await call.directory.ask(call.actor, GroupById(call.params["id"]))))


async def get_by_external_id(call: Call) -> Answer:
    """*Get a group by externalId*, or by its name."""
    name = _group_id(call.body).id or refuse(Invalid("id", Fault.MISSING))
    return answer(group(await call.directory.ask(call.actor, GroupByName(name))))


async def update(call: Call) -> Answer:
    """*Update a group*: 200 with the group as it stands then."""
    command = EditGroup(call.params["id"], group_edit(_parms(call.body)))
    return answer(group(await call.directory.do(call.actor, command, call.origin)))


async def delete(call: Call) -> Answer:
    """*Remove a group*: 200 without a body."""
    await call.directory.do(call.actor, DeleteGroup(call.params["id"]), call.origin)
    return Answer(200)


async def page(call: Call) -> Answer:
    """*List a page of groups*."""
    wanted = asked(call, KIND, _search(call.body), SEARCHED, ORDERS)
    found = await call.directory.ask(call.actor, _groups(wanted))
    results = [group(one) for one in found.rows]
    return answer(shapes.GroupsPage(results, paging(call, KIND, wanted, found.before, found.after)))


def _groups(wanted: Asked) -> Groups:
    names = tuple(matched("folded", one) for one in wanted.conditions if one.name == "name")
    elsewhere = any(one.name == "type" and one.value != MADE_HERE for one in wanted.conditions)
    descending = wanted.order is not None and not wanted.order[1]
    return Groups(0 if elsewhere else wanted.limit, names, descending, wanted.place, wanted.backwards)


async def set_of_user(call: Call) -> Answer:
    """*Modify user group membership*: the groups of a user, in place of those that he is in."""
    command = PlaceUser(by_id(call.params["userid"]), Group, tuple(_ids(call.body)))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(200)


async def list_oauth_roles(call: Call) -> Answer:
    """*List oauth roles*."""
    return answer([oauth_role(one) for one in await call.directory.ask(call.actor, ResourceRoles())])


async def set_oauth_roles_of_user(call: Call) -> Answer:
    """*Modify user oauth role membership*: the OAuth roles of a user, in place of those that he has."""
    command = PlaceUser(by_id(call.params["userid"]), ResourceRole, tuple(_ids(call.body)))
    await call.directory.do(call.actor, command, call.origin)
    return Answer(200)
