"""Into schema raw, each file in one transaction.

What flows through: judged records in; rows of `raw.*` out, once and whole or not at all.
Belongs here: the schema, its connections, the load of one file. Does not belong here: who loads
which file (`loaders.workers`), trying rejects again (`loaders.replay`).
"""
