"""The embedded PostgreSQL server, for whoever has no other.

What flows through: settings in; a server that is up or down out.
Belongs here: its processes, files and operating-system account. Does not belong here: what is in
the database (`loaders.landing`), a server that is given (`loaders.settings`).
"""
