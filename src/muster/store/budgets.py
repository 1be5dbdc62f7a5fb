"""How much one search may look at: figures that hold together, each with what it costs."""

SMALL = 1_000
"""A tenant of so many users is looked through for every search, whatever is asked."""

PROBED = 100
"""Candidates of an exact search that are looked at at once; for more it moves to a thread."""

CHOSEN = 50_000
"""Users that may be looked at one by one, by their rows; a search that needs more is refused."""

CANDIDATES = 20_000
"""Of them, those of whom nothing is known but that they may hold a text somewhere."""

BEGUN = 10_000
"""Users some name of whom may begin with a text: each of their names is an entry of its own."""

LISTED = 100_000
"""Users of whom one entry of an index may be gone through, where no row has to be looked at."""

WALKED = 20_000
"""Users in a search's order that are looked at for a page of those who meet it."""

FEW = 500
"""So few that no other index is asked for fewer."""

DEEP = 1_000
"""The offset from which on it is remembered where pages end."""
