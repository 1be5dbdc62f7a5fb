"""What a connection's client may do otherwise than the RFCs say: one table, each row named after the habit."""

from __future__ import annotations

from dataclasses import dataclass

from muster.core.words import Word

LENIENT = "lenient"


class Habit(Word):
    """Something that clients do, and that a profile forgives or not."""

    OPERATION_IN_ANY_CASE = "`Add`, `Replace` and `Remove` with capitals (Entra ID)"
    TRUTH_AS_TEXT = 'truth values as "True" and "False" (Entra ID)'
    PATH_AS_KEY = "keys that are paths, in a PATCH without a path (Entra ID)"
    VALUE_PATH_CREATES = "a value path that selects nothing makes what it describes (Entra ID)"
    REMOVE_BY_VALUE = "values beside a remove say which to remove (Entra ID, JumpCloud)"
    BARE_VALUE = "a text where an object with `value` belongs, as a manager's id (Entra ID)"
    ONE_FOR_SEVERAL = "an object where a list of one belongs (OneLogin)"
    SEVERAL_FOR_ONE = "a list of one where an object belongs (Entra ID)"
    EMPTY_REMOVES = "an empty text takes an object away, as a manager (Entra ID)"
    EXTENSION_WITHOUT_URN = "an extension's attributes without its URN, as `manager` (Entra ID)"
    NUMBER_AS_TEXT = "numbers and truth values where texts belong"
    ANY_TEXT_AS_BINARY = "a text that is no base64 where one belongs, as a certificate in PEM"
    SEVERAL_PRIMARIES = "more than one primary value; the last one is"
    UNKNOWN_ATTRIBUTE = "attributes that no schema has, which are passed over"
    UNKNOWN_SCHEMA = "URNs in `schemas` that nobody knows (Entra ID's groups)"
    NO_SCHEMAS = "a resource without `schemas`"
    OLD_SCHEMA = "URNs of `urn:scim:schemas:core` with SCIM 2 (OneLogin)"
    READ_ONLY_SENT_BACK = "read-only attributes in a PATCH, which are passed over (Okta)"
    UNKNOWN_MEMBER = "members of a group who are no users, who are passed over (scim-sanity)"
    ANY_CONTENT_TYPE = "bodies of another content type than SCIM's, or none (OneLogin, Okta's test)"


@dataclass(frozen=True)
class Profile:
    """How strict a connection is: the habits that it forgives.

    `untold` are the attributes that `/Schemas` keeps from its client, each by name, or by name and sub-attribute.
    """

    name: str
    forgiven: frozenset[Habit]
    untold: frozenset[str] = frozenset()

    def forgives(self, habit: Habit) -> bool:
        """Whether it does."""
        return habit in self.forgiven


_OF_ENTRA = frozenset(
    (
        Habit.OPERATION_IN_ANY_CASE,
        Habit.TRUTH_AS_TEXT,
        Habit.PATH_AS_KEY,
        Habit.VALUE_PATH_CREATES,
        Habit.REMOVE_BY_VALUE,
        Habit.BARE_VALUE,
        Habit.SEVERAL_FOR_ONE,
        Habit.EMPTY_REMOVES,
        Habit.EXTENSION_WITHOUT_URN,
        Habit.NUMBER_AS_TEXT,
        Habit.ANY_TEXT_AS_BINARY,
        Habit.UNKNOWN_ATTRIBUTE,
        Habit.UNKNOWN_SCHEMA,
        Habit.READ_ONLY_SENT_BACK,
        Habit.ANY_CONTENT_TYPE,
    )
)
_OF_OKTA = frozenset(
    (
        Habit.OPERATION_IN_ANY_CASE,
        Habit.ANY_TEXT_AS_BINARY,
        Habit.READ_ONLY_SENT_BACK,
        Habit.UNKNOWN_ATTRIBUTE,
        Habit.UNKNOWN_SCHEMA,
        Habit.SEVERAL_PRIMARIES,
        Habit.ANY_CONTENT_TYPE,
    )
)
_OF_ONELOGIN = frozenset(
    (
        Habit.ONE_FOR_SEVERAL,
        Habit.OLD_SCHEMA,
        Habit.NO_SCHEMAS,
        Habit.ANY_TEXT_AS_BINARY,
        Habit.UNKNOWN_ATTRIBUTE,
        Habit.UNKNOWN_SCHEMA,
        Habit.READ_ONLY_SENT_BACK,
        Habit.ANY_CONTENT_TYPE,
    )
)

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("strict", frozenset()),
        Profile("entra", _OF_ENTRA, frozenset(("password", "emails.display"))),
        Profile("okta", _OF_OKTA),
        Profile("onelogin", _OF_ONELOGIN),
        Profile(LENIENT, frozenset(Habit)),
    )
}
"""The profiles by name; `lenient` forgives everything."""
