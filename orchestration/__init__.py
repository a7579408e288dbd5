"""Wiring: the packages, the dbt project and the suites as one Dagster graph and one command.

What flows through: settings and paths in; runs, exit codes and a summary out. This package sees all
others and none of them sees it.
Belongs here: the graph (`defs/`, one Dagster concept a module), the command line (`cli.py`) and
what both share. Does not belong here: SQL over marts beyond counting rows, rules, parsing of files.
"""
