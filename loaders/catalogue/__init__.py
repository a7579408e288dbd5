"""The event catalogue: what each event type may carry. The one place where that is said.

What flows through: the YAML files of this folder in, one frozen `Catalogue` out. Validation in the
warehouse, typed views, docs and checks follow from it (`loaders.rendering`, `expectations`).
Belongs here: the files, their shape (`model`), and their strict reading (`parsing`).
Does not belong here: SQL, dbt, or the check of any event.
"""

from loaders.catalogue.model import Catalogue, Envelope, EventType, Field
from loaders.catalogue.parsing import CATALOGUE_FOLDER, load_catalogue

__all__ = ["CATALOGUE_FOLDER", "Catalogue", "Envelope", "EventType", "Field", "load_catalogue"]
