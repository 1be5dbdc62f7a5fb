"""What is done with events and mails after they were committed: proving the chain, delivering what is owed.

`outbox` delivers mails, worded in `texts` and carried by `post`; `audit` proves a tenant's chain of events and `heads`
seals its newest link, so that a cut can be found; `uses` has it written down when keys were used. What is owed and what
happened is decided in `core` and written by `store`; nothing here writes an event, and everything that it needs is
handed in.
"""
