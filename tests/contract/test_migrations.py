"""A migration that is in use is never edited: `chhimeki up` would refuse a warehouse that has it.

A new one is added here with its digest (`sha256sum`) when it is released; a line that is here stays
as it is, whatever becomes of the files that the comments in it name.
"""

import hashlib

from loaders.landing import schema
from orchestration.alerts import ledger
from privacy.audit import log
from privacy.people import receipts
from privacy.roles import granting

IN_USE = {
    "0001_raw.sql": "c8b92e668e131324cb4354c1d5b19c8a4d224fbb09cabcf21afd084bddc5da39",
    "0002_replays.sql": "3a75d71420afa852a74813eee14fe1783714f02aec2e3ca0631634bcfff90584",
    "0003_parts.sql": "ca082cf7943ed277019c0fd9491a30b200c5b2cfb6651dfae0f3e4fc51465c5e",
    "0004_reasons_moved.sql": "3b5c9d5d5bce9138ae2520bf1f674b2abcb8be8c4b7f79865cd03f33d896522c",
    "0005_erased_names.sql": "d459fd9e8b6bf0f540285747aede51cac2c0a90b04c268fbcd081a7cc8f02a12",
    "0006_rows_dropped.sql": "67baa315ef9a6b275bad49e820c71590cef944d970c541d65bff821561eb30d1",
    "0001_alerts.sql": "faee138489a2b2394c35c816542fb00fbd63393499bbbf4565414697d6a25dfb",
    "0001_audit.sql": "3d85853c4b10b59eecec043089a582e5a754a066511da24b0cefe7919cd25985",
    "0001_erasures.sql": "18c1e98f41effc1cf943c87b0719d7103ac75a99e2a08e658da5fe33860f77a1",
    "0001_grants.sql": "e2e040665b685062fc3d0c85c995f79ba89bd51197e54a860485a436f33675a5",
}


def test_a_migration_in_use_is_never_edited() -> None:
    rooms = (schema, ledger, log, receipts, granting)
    files = [path for room in rooms for path in room.MIGRATIONS.iterdir()]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    # The warehouse knows them by their names alone.
    assert len(digests) == len(files)
    assert digests == IN_USE
