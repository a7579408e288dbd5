"""What dbt's project file says that is needed outside of dbt.

What flows through: `dbt_project.yml` in, single values out.
Belongs here: reading it. Does not belong here: what any value is for.
"""

from __future__ import annotations

import yaml

from loaders.settings import PROJECT_ROOT


def reporting_zone() -> str:
    """Name the time zone whose days the tables have."""
    project = yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    return str(project["vars"]["reporting_timezone"])
