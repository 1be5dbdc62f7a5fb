"""Divisions, put into the directory beside the running server: the calls that make them come later."""

from dataclasses import dataclass

from muster.core.acts import Question, View
from muster.core.authority import system
from muster.core.tenants import Tenants
from muster.core.units import Unit, find_unit
from tests.support.world import INSTALLER, ORIGIN, AddUnit, opened


@dataclass(frozen=True)
class _UnitOf(Question[Unit]):
    number: int

    def answer(self, view: View) -> Unit:
        return find_unit(view, self.number)


async def add_division(url: str, account: int, parent: int, name: str) -> int:
    """Makes a unit in the tenant of this account number, below another, and returns its number."""
    async with opened(url) as world:
        [tenant] = [one.id for one in await world.directory.ask(INSTALLER, Tenants()) if one.number == account]
        actor = system(tenant, "test")
        above = await world.directory.ask(actor, _UnitOf(parent))
        return (await world.directory.do(actor, AddUnit(above, name), ORIGIN)).number
