"""From the text of a record to its verdict, and from that to rows.

What flows through: texts in; verdicts, and rows in PostgreSQL's binary format, out.
Belongs here: what a legal record is, and how it is stored. Does not belong here: files
(`loaders.reading`), sending rows (`loaders.landing`).
"""
