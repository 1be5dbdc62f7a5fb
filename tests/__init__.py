"""The tests of Muster, in rooms that mirror those of `src/muster`.

`support` holds what they run against: real databases, a real mail server, a whole Muster as a process. `house` holds
the rules of this house as programs. No database is ever replaced by a double.
"""
