"""Measurements of the warehouse against what else one could do, and against larger histories.

What flows through: simulated events in bulk in; seconds, memory and ratios out, as JSON in
`results/` and as tables in `README.md`.
Belongs here: whatever is only measured. Does not belong here: tests (a number that has to hold is
a test of `tests/`), and anything the warehouse itself would import.
Run it alone: `make bench`, or `python -m benchmarks landing --events 100000`.
"""
