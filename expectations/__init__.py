"""Quality suites as code: is the set plausible, and does what landed keep its contract.

What flows through: the catalogue and the published marts' meaning in, suites of rules out; suites
and the warehouse in, one outcome a rule out, and a site of pages. Who checks what: keys and
reconciliations are dbt tests, the legality of one record is the loader's; here only what a whole
set can tell.
Belongs here: suites (`raw/`, `marts/`, `metrics.py`), their vocabulary (`rules.py`), and the two
modules that touch Great Expectations: judging (`validation.py`), Data Docs (`docs.py`, `pages/`).
Does not belong here: Dagster, the command line.
"""

import os

# Great Expectations reads this when it is imported, and reports to its makers otherwise.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
