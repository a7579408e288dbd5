"""The audit log: who read or changed people's data, who may, when, and through what.

What flows through: actions in, entries of `audit.log` out; the log in, the first entry that does
not fit its chain of hashes out.
Belongs here: writing entries, checking the chain, remembering its head. Does not belong here:
deciding what is an action worth an entry; whoever does it calls `record`.
"""

from privacy.audit.chain import AuditError, verify
from privacy.audit.log import Entry, prepare, record

__all__ = ["AuditError", "Entry", "prepare", "record", "verify"]
