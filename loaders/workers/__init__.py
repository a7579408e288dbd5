"""Many processes on many files, or on the parts of a large one.

What flows through: files in; outcomes out.
Belongs here: processes, what they are told and say, cutting a file. Does not belong here: what
each does to its file (`loaders.landing`).
"""
