"""What tests of people's data share with those of builds: land records, look at rows."""

from tests.integration.conftest import land, query

__all__ = ["land", "query"]
