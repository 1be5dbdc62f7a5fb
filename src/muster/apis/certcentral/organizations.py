"""Organizations are not here; who could approve for one is."""

from muster.apis.certcentral import shapes_account as shapes
from muster.apis.certcentral.refusals import answer
from muster.apis.certcentral.translate_account import approver
from muster.core.query import MOST_ROWS, Other, Present, Search
from muster.core.users import Users
from muster.web.answers import Answer
from muster.web.routes import Call

APPROVERS = Search(conditions=(Present(Other.JOB_TITLE), Present(Other.PHONE)), limit=MOST_ROWS, total=False)
"""*Add user*: both are needed to approve."""


async def list_approvers(call: Call) -> Answer:
    """*List approvers*: the first thousand."""
    views, _ = await call.directory.ask(call.actor, Users(APPROVERS))
    return answer(200, shapes.Approvers([approver(view) for view in views], []))
