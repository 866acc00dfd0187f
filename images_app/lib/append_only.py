"""Tables that only grow: the database itself refuses to change or delete a row, whoever asks.

A model declares itself by deriving from OnlyGrows. Its triggers are put up after every migration, so they come back where
one of SQLite's (which builds a changed table anew) has lost them. Who owns the database can take them down: what is
then changed has to show by other means (docs/audit.md).
"""

from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields import Field

_FUNCTION = """
CREATE OR REPLACE FUNCTION easel_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
# A row trigger: a cascade that finds nothing to delete is no offence.
_POSTGRES = {
    "rows": 'CREATE TRIGGER "{name}" BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW'
    " EXECUTE FUNCTION easel_only_grows()",
    "all": 'CREATE TRIGGER "{name}" BEFORE TRUNCATE ON {table} FOR EACH STATEMENT'
    " EXECUTE FUNCTION easel_only_grows()",
}
# REPLACE deletes the row in its way and fires no trigger for that: so the new row is what is refused.
_SQLITE = {
    "update": 'CREATE TRIGGER "{name}" BEFORE UPDATE ON {table} BEGIN {refuse} END',
    "delete": 'CREATE TRIGGER "{name}" BEFORE DELETE ON {table} BEGIN {refuse} END',
    "replace": 'CREATE TRIGGER "{name}" BEFORE INSERT ON {table}'
    " WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refuse} END",
}


Key = tuple[list["Field[Any, Any]"], models.UniqueConstraint | None]
_THE_NEW_ONE_IS = "EXISTS (SELECT 1 FROM (SELECT {new}) WHERE {condition})"


class NotChangeable(Exception):
    """A row of a table that only grows was to be saved again or deleted."""


class OnlyGrows(models.Model):
    """For rows that are written once. The database raises IntegrityError for UPDATE, DELETE and TRUNCATE.

    What it points at must stay or be named without a foreign key: neither a cascade nor SET_NULL gets through. On
    SQLite a second row of a unique key is an IntegrityError even with ``ignore_conflicts``.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises NotChangeable for a row that is there already."""
        if not self._state.adding:
            raise NotChangeable(self._meta.label)
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise NotChangeable(self._meta.label)


def growing() -> list[type[models.Model]]:
    """Every model that has declared itself."""
    return [model for model in apps.get_models() if issubclass(model, OnlyGrows)]


def put_up(using: str = "default", **_: Any) -> None:
    """The triggers of every table there is; repeated, it changes nothing. Takes what ``post_migrate`` says."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for model in growing():
            if model._meta.db_table not in there:
                continue
            if connection.vendor == "sqlite":
                for kind, words in _SQLITE.items():
                    _put_up_sqlite(cursor, _sqlite(words, kind, model, connection), _name(model, kind))
                continue
            cursor.execute(_FUNCTION)
            for kind, words in _POSTGRES.items():
                _postgres(cursor, words, kind, model, connection)


def take_down(using: str = "default") -> None:
    """Takes the triggers away: for the clean-up of tests, and for a migration that must change such rows."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for model in growing():
            if model._meta.db_table not in there:
                continue
            for kind in _SQLITE if connection.vendor == "sqlite" else _POSTGRES:
                table = "" if connection.vendor == "sqlite" else f" ON {_quoted(model, connection)}"
                cursor.execute(f'DROP TRIGGER IF EXISTS "{_name(model, kind)}"{table}')


def _put_up_sqlite(cursor: Any, wanted: str, name: str) -> None:
    """Made anew only where it is another one: an earlier version, or none."""
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s", [name])
    there = cursor.fetchone()
    if there is None or there[0] != wanted:
        cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
        cursor.execute(wanted)


def _sqlite(words: str, kind: str, model: type[models.Model], connection: BaseDatabaseWrapper) -> str:
    return words.format(
        name=_name(model, kind),
        table=_quoted(model, connection),
        same=" OR ".join(f"({_alike(key, model, connection)})" for key in _unique(model)),
        refuse=f"SELECT RAISE(ABORT, '{model._meta.db_table} only grows');",
    )


def _alike(key: Key, model: type[models.Model], connection: BaseDatabaseWrapper) -> str:
    """That a row there is has the key of the new one."""
    quote = connection.ops.quote_name
    fields, rule = key
    columns = [quote(str(field.column)) for field in fields]
    alike = [f"{column} = NEW.{column}" for column in columns]
    if rule is not None:
        # Not entered: it changes nothing, it only knows how the database writes the condition.
        editor = connection.SchemaEditorClass(connection)
        condition = rule._get_condition_sql(model, editor)  # type: ignore[attr-defined]
        every = [quote(str(field.column)) for field in model._meta.concrete_fields]
        new = ", ".join(f"NEW.{column} AS {column}" for column in every)
        alike += [f"({condition})", _THE_NEW_ONE_IS.format(new=new, condition=condition)]
    return " AND ".join(alike)


def _postgres(
    cursor: Any, words: str, kind: str, model: type[models.Model], connection: BaseDatabaseWrapper
) -> None:
    name, table = _name(model, kind), _quoted(model, connection)
    # Asked first: making one anew would wait for everybody who writes to the table.
    cursor.execute(
        "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass AND tgenabled = 'A'",
        [name, table],
    )
    if cursor.fetchone() is None:
        cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON {table}')
        cursor.execute(words.format(name=name, table=table))
        # ALWAYS: also in a session that calls itself a replica, which fires no ordinary trigger.
        cursor.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')


def _unique(model: type[models.Model]) -> list[Key]:
    """The sets of columns that no two rows share, as a whole; with the rule, where it is one of some rows only."""
    meta = model._meta
    found: list[Key] = [([field], None) for field in meta.concrete_fields if field.unique]
    for rule in meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and rule.fields:
            fields: Any = [meta.get_field(name) for name in rule.fields]
            found.append((fields, rule if rule.condition is not None else None))
    return found


def _name(model: type[models.Model], kind: str) -> str:
    return f"{model._meta.db_table}_only_grows_{kind}"


def _quoted(model: type[models.Model], connection: BaseDatabaseWrapper) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))
