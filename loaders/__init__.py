"""From files to schema raw: reading, the verdict on each record, landing, and what they stand on.

What flows through: landing files and the event catalogue in; rows of `raw.*`, and the dbt files
rendered from the catalogue, out. This package imports nothing of ours.
Belongs here: files, the catalogue, schema raw, the embedded server, the simulator. Does not belong
here: what a number means, which is dbt's, and when anything runs, which is Dagster's.
"""
