"""What breaks around the warehouse, and that the next run makes it good without a special hand.

After each fault the same command is given again and nothing else is done: then every mart and
metric is what a full refresh makes of the same records, and what landed is what one clean run
lands. The person who gave the command was told in one line what happened.

| fault | where |
|---|---|
| the server killed (`kill -9`) during a build | `test_builds_cut_short` |
| a build killed, terminated, stopped by Ctrl-C | `test_builds_cut_short` |
| a model that fails half-way | `test_builds_cut_short` |
| the disk full during a build | `test_builds_cut_short` |
| two builds at once | `test_builds_at_once` |
| a build while a load commits | `test_late_commits` |
| a Dagster run killed, terminated, stopped by Ctrl-C | `test_runs_cut_short` |
| the server killed, its disk full, during a load | `test_loads_on_failing_servers` |
| a load killed, or its connection lost | `integration/test_landing_faults` |
| a worker of several killed | `integration/test_workers` |
| the landing folder unreadable | `integration/test_landing_folder` (no rights), \
`test_unreadable_landing_folders` (broken, or no folder) |
| the server killed while it starts, its files damaged | `integration/servers` |
"""
