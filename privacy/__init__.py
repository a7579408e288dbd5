"""People's data: who may see it, what is held on a person, what leaves and when.

What flows through: settings and a person in; grants, exports, erasures, receipts and the audit log
out.
Belongs here: roles, export, erasure, retention, encryption, audit, each a part of its own. Does not
belong here: what an event is (`loaders.catalogue` classifies its fields), what a number means
(dbt), when anything runs (`orchestration`).
"""
