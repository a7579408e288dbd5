"""Direct identifiers of users at rest: encrypted again with a new key, opened for who may see them.

What flows through: keys and what has landed in; the same under the first key, or one person's
identifiers in the clear, out. The loader seals what lands (`loaders.records.sealing`).
Belongs here: what is stored. Does not belong here: the form of a token.
"""

from privacy.encryption.reencrypting import reencrypt
from privacy.encryption.revealing import RevealError, reveal

__all__ = ["RevealError", "reencrypt", "reveal"]
