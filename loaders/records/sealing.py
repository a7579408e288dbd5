"""Direct identifiers of users, encrypted before they land.

What flows through: the `data` of a user in; the same with an object in the place of each identifier
out, `{"sealed": token}`, and back with any of the keys. The token is Fernet's: authenticated, and
another each time. A username carries its MD5 too, as events name authors by username and the models
compare that; who can guess a username can so confirm it.
Belongs here: what is sealed, and its form. Pure. Does not belong here: where keys come from
(`settings`), what has landed already (`privacy.encryption`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Raw

from loaders.errors import SettingsError

IDENTIFIERS = ("username", "email")
COMPARED = "username"


class Sealer:
    """Seals with the first of some keys, opens with all."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys.

        Args:
            keys: At least one, each 32 bytes in URL-safe base64.

        Raises:
            SettingsError: One of them is no key.
        """
        # Only here, for it costs a tenth of a second, which a load without keys need not wait for.
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # noqa: PLC0415

        self._refusal = InvalidToken
        try:
            fernets = [Fernet(key) for key in keys]
        except ValueError as error:
            raise SettingsError(
                "CHHIMEKI_ENCRYPTION_KEYS holds what is no key; `chhimeki privacy new-key` makes"
                " one, commas stand between several."
            ) from error
        self._first, self._all = fernets[0], MultiFernet(fernets)

    def seal_user(self, data: bytes) -> bytes:
        """Seal the identifiers that are texts.

        Args:
            data: JSON text of an object, as a user's snapshot carries it.
        """
        members = msgspec.json.decode(data, type=dict[str, Raw])
        for name in IDENTIFIERS:
            value = msgspec.json.decode(members[name]) if name in members else None
            if value and isinstance(value, str):
                members[name] = Raw(msgspec.json.encode(self._sealed(name, value)))
        return msgspec.json.encode(members)

    def open(self, token: str) -> str:
        """Open what any of the keys sealed.

        Raises:
            SettingsError: None of them did.
        """
        try:
            return self._all.decrypt(token).decode()
        except self._refusal as error:
            raise SettingsError(
                "No key in CHHIMEKI_ENCRYPTION_KEYS opens what is stored; add the key that it was"
                " encrypted with."
            ) from error

    def is_current(self, token: str) -> bool:
        """Say whether the first key sealed it."""
        try:
            self._first.decrypt(token)
        except self._refusal:
            return False
        return True

    def _sealed(self, name: str, value: str) -> dict[str, str]:
        plain = value.encode()
        sealed = {"sealed": self._first.encrypt(plain).decode()}
        if name == COMPARED:
            sealed["md5"] = hashlib.md5(plain, usedforsecurity=False).hexdigest()
        return sealed


def opened(value: object, sealer: Sealer | None) -> str:
    """Read an identifier as it is stored, sealed or not.

    Args:
        value: What stands in the data of a user.
        sealer: Opens it; none where there are no keys.

    Raises:
        SettingsError: It is sealed, and no key opens it.
    """
    if not (isinstance(value, dict) and isinstance(value.get("sealed"), str)):
        return str(value)
    if sealer is None:
        raise SettingsError("The user is encrypted; set CHHIMEKI_ENCRYPTION_KEYS.")
    return sealer.open(value["sealed"])


def sealer_with(keys: Sequence[str]) -> Sealer | None:
    """Give what opens and seals; none without keys.

    Args:
        keys: As the settings hold them.

    Raises:
        SettingsError: One of them is no key.
    """
    return Sealer(keys) if keys else None
