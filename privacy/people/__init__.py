"""What is held on one person: shown to them, or erased.

What flows through: a person's id in; an archive of everything held on them, or their erasure and
its receipt, out.
Belongs here: who a person is, where they are named, what leaves. Does not belong here: how marts
are made anew (`orchestration.erasing`), how erased people are kept out (`loaders.records.erased`).
"""
