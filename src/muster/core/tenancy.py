"""The tenant itself, as every other entity is kept inside one."""

from muster.core.entity import Entity
from muster.core.frozen import frozen


@frozen
class Tenant(Entity):
    """One directory of its own. `number` names it where an API shows an account; `root` is its topmost unit.

    `company` is whom it says that it belongs to, once it said so; `agreed` that its terms were agreed to.
    """

    KEY = ("id",)
    MANY = (("installation",),)
    STABLE = True

    id: str
    number: int
    name: str
    root: str
    created_at: int
    installation: str = ""
    company: str | None = None
    agreed: bool = False

    @property
    def tenant(self) -> str:
        """Itself."""
        return self.id
