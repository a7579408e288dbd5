"""The semantic layer: its metrics are well-formed, and are the numbers of marts and metrics."""
