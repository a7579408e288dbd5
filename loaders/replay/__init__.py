"""Rejected records: read back, and tried again once what was wrong has been mended.

What flows through: rejects in schema raw in; rows in the other tables, and what still is not legal,
out.
Belongs here: rejects after their landing. Does not belong here: the verdict (`loaders.records`).
"""
