"""Model fields that know no model."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from images_app.lib.crypto import Secret, seal, unseal


@dataclass(frozen=True)
class _Sealed:
    """What a row holds, until somebody asks for the text."""

    token: str


class _SecretAttribute(DeferredAttribute):
    """Opens the seal when the text is asked for, so that reading a row needs no key.

    Whatever is assigned hides itself in a repr at once, not only after a reload.
    """

    field: models.Field[Any, Any]

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, _Sealed):
            return value
        instance.__dict__[self.field.attname] = text = unseal(value.token)
        return text

    def __set__(self, instance: models.Model, value: Any) -> None:
        plain_text = isinstance(value, str) and not isinstance(value, Secret)
        instance.__dict__[self.field.attname] = Secret(value) if plain_text else value


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is sealed in the database and in ``dumpdata``, plain in Python, and never shown by repr.

    Asking for it raises SealError where no key opens it; reading and saving the rest of the row does not. The empty
    text is stored as it is. Every sealing differs, so the only lookup is ``isnull``.
    """

    description = "Text sealed with FIELD_KEY"
    descriptor_class = _SecretAttribute

    def from_db_value(
        self, value: str | None, expression: Any, connection: BaseDatabaseWrapper
    ) -> "_Sealed | Secret | None":
        return _Sealed(value) if value else _hidden(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """As it is kept, sealed or plain: saving must not need to open it."""
        return vars(model_instance)[self.attname]

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, _Sealed):
            return value.token
        value = super().get_prep_value(value)
        return seal(value) if isinstance(value, str) and value else value

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, _Sealed) else _hidden(super().to_python(value))

    def value_to_string(self, obj: models.Model) -> str:
        """What a dump holds: the sealed form (loading it back needs the plain text typed in again)."""
        value = self.value_from_object(obj)
        return seal(value) if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: it can be read, not searched ({lookup_name}).")
        return super().get_lookup(lookup_name)


def _hidden(value: Any) -> Any:
    return Secret(value) if isinstance(value, str) else value
