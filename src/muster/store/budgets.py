"""How much one search may look at: figures that hold together, each with what it costs."""

SMALL = 1_000
"""A tenant of so many users is looked through for every search, whatever is asked."""

PROBED = 100
"""Candidates of an exact search that are looked at at once; for more it moves to a thread."""

CHOSEN = 50_000
"""Users that may be looked at one by one, by their rows; a search that needs more is refused."""

CANDIDATES = 10_000
"""Users of whom nothing is known but that they may hold a text somewhere: what they hold is compared."""

BEGUN = 40_000
"""Users who sign in with a name that may begin with a text; of several fields together the same share for each."""

LISTED = 100_000
"""Users of whom one entry of an index may be gone through, where no row has to be looked at."""

WALKED = 20_000
"""Users in a search's order that are looked at for a page of those who meet it."""

FEW = 500
"""So few that no other index is asked for fewer."""

DEEP = 1_000
"""The offset from which on a page is looked for by its block of numbers, and it is remembered where it ended."""
