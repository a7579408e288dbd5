"""Judge a rule before and after its corruption: `python -m tests.contributing.judging SUITE RULE`.

What flows through: names in; the rules that fail before and after out, as JSON. It runs inside a
copy of the project, whose suites and corruptions it takes.
"""

import json
import sys

import psycopg

from expectations.validation import judge
from loaders.settings import Settings
from tests.quality.corruptions import CORRUPTIONS
from tests.quality.test_corruptions import SUITES, failed


def main(suite: str, rule: str) -> None:
    settings = Settings.from_environment()
    (before,) = judge([SUITES[suite]], settings)
    with psycopg.connect(settings.conninfo()) as connection:
        connection.execute(CORRUPTIONS[suite][rule].statement.encode())
    (after,) = judge([SUITES[suite]], settings)
    sys.stdout.write(json.dumps({"before": [*failed(before)], "after": [*failed(after)]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
