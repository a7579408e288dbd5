"""Roles: what each component of the warehouse may do, and no more.

What flows through: settings in; logins on the server, their rights in the database out.
Belongs here: the rights as data (`rights`) and the granting of them (`granting`). Does not belong
here: which columns of marts and metrics analysts read, which dbt grants as it makes them (macro
`grant_to_analysts`).
"""

from privacy.roles.granting import are_in_use, bring_up_to_date, set_passwords

__all__ = ["are_in_use", "bring_up_to_date", "set_passwords"]
