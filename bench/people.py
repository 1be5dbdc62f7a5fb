"""Plausible people: names as unevenly spread as in earnest, and what else a directory knows of somebody.

The same seed gives the same people. A few given names and family names are common and most are rare; namesakes get a
number in their login names; some have no job title, telephone, e-mail or last sign-in.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

_GIVEN = (
    "James Mary John Patricia Robert Jennifer Michael Linda David Elizabeth Maria Anna Thomas Laura Peter Sarah Daniel "
    "Julia Paul Emma Mark Sofia Andreas Eva Lucas Nina Felix Clara Hugo Alice Oscar Ida Victor Elsa Jonas Marta Ivan "
    "Olga Pavel Irina Ahmed Fatima Omar Leila Yusuf Amina Wei Mei Jun Hana Kenji Yuki Hiroshi Aiko Ravi Priya Arjun "
    "Anita Sanjay Divya Carlos Lucía Miguel Carmen José Inés João Beatriz Luís Teresa Pierre Chloé Louis Camille René "
    "Zoë Sören Åsa Björn Maja Lars Freja Mikkel Signe Jürgen Käthe Günther Lotte Dieter Anke Marek Zofia Paweł Hanna "
    "Tomáš Jana Jiří Eliška Mehmet Ayşe Emre Zeynep Nikos Eleni Giorgos Sofía Liam Niamh Seán Aoife Kofi Ama Chidi"
)
_FAMILY = (
    "Smith Schmidt Johnson Williams Brown Jones Garcia Miller Davis Martin Lopez Wilson Anderson Taylor Moore Jackson "
    "Harris Clark Lewis Walker Hall Young King Wright Hill Scott Green Adams Baker Nelson Carter Müller Fischer "
    "Weber Meyer Wagner Becker Hoffmann Koch Bauer Richter Klein Wolf Rossi Ferrari Bianchi Romano Colombo Dubois "
    "Moreau Laurent Simon Michel Lefèvre Leroy Roux Girard Silva Santos Pereira Costa Oliveira Rodríguez Fernández "
    "González Pérez Sánchez Ramírez Torres Novák Svoboda Dvořák Nowak Kowalski Wiśniewski Ivanov Petrov Popov "
    "Hansen Nielsen Jensen Olsen Larsen Johansson Andersson Karlsson Nilsson Virtanen Korhonen Öztürk Kaya Demir Chen "
    "Wang Li Zhang Liu Yang Huang Zhao Wu Zhou Tanaka Sato Suzuki Takahashi Watanabe Kim Park Choi Jung Patel Singh "
    "Sharma Gupta Khan Ali Hussain Hassan Okafor Mensah Diallo Traoré O'Brien Murphy Kelly van-der-Berg de-Vries"
)
_ENDS = (
    "son",
    "sen",
    "man",
    "berg",
    "stein",
    "field",
    "wood",
    "ford",
    "ley",
    "ton",
    "ham",
    "dale",
    "brook",
    "shaw",
    "worth",
)
_JOBS = (
    "Engineer",
    "Manager",
    "Analyst",
    "Consultant",
    "Administrator",
    "Developer",
    "Architect",
    "Accountant",
    "Designer",
    "Technician",
    "Director",
    "Coordinator",
    "Assistant",
    "Specialist",
    "Researcher",
    "Clerk",
    "Buyer",
    "Planner",
    "Controller",
    "Lawyer",
)
_RANKS = ("", "Senior ", "Junior ", "Lead ", "Principal ", "Deputy ")
_DOMAINS = ("example.com", "corp.example.com", "example.org", "example.net", "mail.example.de")
DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Somebody:
    """What a directory is told of a person, or of a service; `place` and `roles` are drawn for whoever keeps him.

    Times are milliseconds before the present.
    """

    username: str
    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    job_title: str | None
    alias: str | None
    is_service: bool
    is_active: bool
    age: int
    last_login_age: int | None
    place: float
    role: float
    is_restricted: bool


class _Uneven:
    """Draws the first often and the last rarely: the n-th one in proportion to 1/(n + 4)."""

    def __init__(self, items: Sequence[str]) -> None:
        self._items = items
        self._weights = list(accumulate(1 / (rank + 5) for rank in range(len(items))))

    def some(self, source: random.Random, number: int) -> list[str]:
        return source.choices(self._items, cum_weights=self._weights, k=number)


def people(number: int, seed: int = 1) -> Iterator[Somebody]:
    """This many people, the oldest first, no two with the same login name."""
    source = random.Random(seed)
    given = _Uneven(_GIVEN.split())
    stems = _FAMILY.split()
    family = _Uneven([*stems, *(f"{stem}{end}" for end in _ENDS for stem in stems if stem.isascii())])
    titles = _Uneven([f"{rank}{job}" for rank in _RANKS for job in _JOBS])
    taken: Counter[str] = Counter()
    done = 0
    while done < number:
        some = min(10_000, number - done)
        drawn = zip(*(uneven.some(source, some) for uneven in (given, family, titles)), strict=True)
        for place, names in enumerate(drawn, done):
            yield _somebody(source, taken, place, (number - place) * (5 * 365 * DAY // number), *names)
        done += some


def _somebody(
    source: random.Random, taken: Counter[str], place: int, age: int, given: str, family: str, title: str
) -> Somebody:
    draw = source.random
    login = f"{given}.{family}".lower().replace("'", "")
    taken[login] += 1
    login = login if taken[login] == 1 else f"{login}{taken[login]}"
    email = f"{login}@{_DOMAINS[int(len(_DOMAINS) * draw() ** 2)]}".encode("ascii", "ignore").decode()
    taken[email] += 1
    return Somebody(
        username=email if draw() < 0.4 and taken[email] == 1 else login,
        given_name=given,
        family_name=family.replace("-", " "),
        email=email if draw() < 0.97 else None,
        phone=f"+{source.randrange(10**9, 10**11)}" if draw() < 0.8 else None,
        job_title=title if draw() < 0.7 else None,
        alias=f"{login[:1]}{place:07}" if draw() < 0.2 else None,
        is_service=draw() < 0.003,
        is_active=draw() >= 0.025,
        age=age,
        last_login_age=int(age * draw() ** 3) if draw() < 0.7 else None,
        place=draw(),
        role=draw(),
        is_restricted=draw() < 0.05,
    )
