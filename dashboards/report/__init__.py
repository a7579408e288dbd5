"""The weekly report: what changed in a week, where that comes from, what experiments found.

What flows through: `metrics`, `marts` and `analyst`, read as the analyst, in; one page as HTML and
as plain text out.
Belongs here: its numbers, what counts as a movement, its words. Does not belong here: when it is
made, where it lies and who gets it by mail (`orchestration.weekly_report`). It stands beside the
dashboards as it asks as they do and repeats their verdicts.
"""
