"""From files to the texts of their records.

What flows through: paths in; blocks of bytes that each hold whole records out.
Belongs here: which files there are, compression, where a record begins and ends. Does not belong
here: whether it is legal (`loaders.records`), any database.
"""
