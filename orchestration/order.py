"""The order of a build: the models that experiments are analysed by, the analysis, what reads it.

What flows through: nothing; the names of the parts, for dbt and for people.
Belongs here: what `building` (the command) and `defs` (the graph) say alike. Does not belong here:
doing any of it.
"""

AFTER_ANALYSIS = "source:analysis+"
"""What reads the analysis of experiments, and all that follows it: a second `dbt build`, once the
analysis has been made of what the first one built. Together the two are the whole project; a test
that reads of both runs in the second."""

MODELS = "Building and testing models"
ANALYSIS = "Analysing experiments"
RESULTS = "Building on their results"
NOT_ANALYSED = "Experiments were not analysed, as models that they may need have failed."
