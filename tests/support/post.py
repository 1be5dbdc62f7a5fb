"""Users who are owed mail, and those who deliver it."""

from dataclasses import replace

from muster.app.sources import Sealer
from muster.core.drafts import CreateUser, UserDraft
from muster.core.mails import Mail
from muster.core.users import User
from muster.trail.outbox import Delivery, Means
from muster.trail.post import MailServer
from tests.support.world import Realm, World

PUBLIC_URL = "https://muster.example"
SEALER = Sealer(b"a key for tests")


def deliverer(world: World, url: str, **changes: object) -> Delivery:
    """Somebody who delivers to this mail server."""
    means = Means(MailServer.at(url), "Muster <muster@example.com>", PUBLIC_URL, SEALER, world.sources.now)
    return Delivery(world.directory, world.store.history, replace(means, **changes))  # type: ignore[arg-type]


async def owed(world: World, realm: Realm, name: str = "jill", **fields: object) -> User:
    """A new user who is owed a mail."""
    draft = UserDraft(name, email=f"{name.lower()}@example.com", home=realm.root.number)
    return await world.do(realm.system, CreateUser(replace(draft, **fields)))  # type: ignore[arg-type]


async def newest(world: World, realm: Realm) -> Mail:
    """The tenant's newest mail as it is kept."""
    [mail] = await world.store.history.newest_mails(realm.id, 1)
    return mail
