"""The dashboards: pages of charts over the published tables, as a site that needs no server.

What flows through: `metrics`, `marts` and `analyst`, read as the analyst, in; a folder of HTML out.
Belongs here: questions, their SQL, how they are drawn, and a server for one's own machine. Does not
belong here: when the site is made, and what the analyst may not read (`orchestration`).
"""
