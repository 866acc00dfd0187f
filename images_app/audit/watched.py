"""Admin classes whose deeds are written down. Every admin class of ours is Audited, or ReadOnly; those that show
what is another person's are ReadsPrivate besides."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from images_app.audit.actions import record
from images_app.lib.fields import SealedTextField

HIDDEN = "hidden"
# Columns that an entry names and never quotes.
SECRETS = frozenset({"password", "token_hash", "api_key", "key_hash", "prompt", "revised_prompt"})
_BATCH = 500

State = dict[str, Any]


class ReadOnly:
    """For an admin class of rows the product writes: no adding, changing or deleting by hand."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class Audited:
    """Writes down what is added, changed and deleted through an admin class, its inlines and its actions included, in
    the transaction that does it. Stands before ModelAdmin among the bases.

    Verbs are "team.added", "team.changed", "team.deleted", and "provider.pause" for an action of that name. A verb of a
    room that writes its own entry besides is the better one to read; both are kept.
    """

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        # The form has put the new values on its row already, but the database has the old ones still.
        form.audit_before = _states(type(form.instance), [form.instance.pk]) if change else {}
        return super().save_form(request, form, change)  # type: ignore[misc]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The last of what saves a page; so many-to-many columns and inlines are compared here too."""
        earlier = [_rows(formset.model, _pks(formset)) for formset in formsets]
        old = [{pk: state_of(row) for pk, row in rows.items()} for rows in earlier]
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        self._compare(request, form.instance, form.audit_before.get(form.instance.pk))
        for formset, rows, states in zip(formsets, earlier, old, strict=True):
            now = _rows(formset.model, rows)
            for pk, row in rows.items():
                if pk in now:
                    self._compare(request, now[pk], states[pk])
                else:
                    self._note(request, row, "deleted", states[pk], {})
            for row in formset.new_objects:
                self._compare(request, row, None)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            self._note(request, obj, "deleted", state_of(obj), {})
            super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            for row in queryset:
                self._note(request, row, "deleted", state_of(row), {})
            super().delete_queryset(request, queryset)  # type: ignore[misc]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)  # type: ignore[misc]
        return {
            # That one asks first, and then comes by delete_queryset.
            name: action if name == "delete_selected" else (self._watching(action[0], name), *action[1:])
            for name, action in found.items()
        }

    def _watching(self, action: Callable[..., Any], name: str) -> Callable[..., Any]:
        def watched(admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            pks = list(queryset.values_list("pk", flat=True))
            with self.comparing(request, queryset.model, pks, name):
                answer: HttpResponse | None = action(admin, request, queryset)
            return answer

        return watched

    @contextmanager
    def comparing(
        self, request: HttpRequest, model: type[Model], pks: Iterable[Any], verb: str = "changed"
    ) -> Iterator[None]:
        """Writes down in what the rows differ after the block from before it, in one transaction with it: for pages of
        an admin class that save by a way of their own."""
        with transaction.atomic():
            before = _states(model, pks)
            yield
            for pk, row in _rows(model, before).items():
                self._compare(request, row, before[pk], verb)

    def _compare(self, request: HttpRequest, row: Model, before: State | None, verb: str = "changed") -> None:
        """Writes down in what a row differs from before, if in anything; all of it where it was not there."""
        after = state_of(type(row)._base_manager.get(pk=row.pk))
        if before is None:
            self._note(request, row, "added", {}, after)
            return
        other = [name for name in after if after[name] != before[name]]
        if other:
            self._note(request, row, verb, {n: before[n] for n in other}, {n: after[n] for n in other})

    def _note(self, request: HttpRequest, row: Model, verb: str, before: State, after: State) -> None:
        hidden = {field.name for field in row._meta.concrete_fields if is_secret(field)}
        record(
            f"{row._meta.model_name}.{verb}",
            actor=request.user,
            target=row,
            team=_team_of(row),
            before={name: HIDDEN if name in hidden else value for name, value in before.items()},
            after={name: HIDDEN if name in hidden else value for name, value in after.items()},
            request=request,
        )


class ReadsPrivate:
    """Writes down that somebody opened the admin's page of a thing that is another person's ("storedimage.read"), before
    they see it. Where the list itself shows such things, ``audit_lists`` has it written down as well. Stands before
    ModelAdmin among the bases."""

    audit_lists = False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        answer = super().change_view(request, object_id, *args, **kwargs)  # type: ignore[misc]
        row = (answer.context_data or {}).get("original") if isinstance(answer, TemplateResponse) else None
        if row is not None and getattr(row, "person_id", None) != request.user.pk:
            read(request, row)
        return answer

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = super().changelist_view(request, *args, **kwargs)  # type: ignore[misc]
        if self.audit_lists and isinstance(answer, TemplateResponse):
            asked = {name: ", ".join(request.GET.getlist(name)) for name in request.GET}
            name = self.opts.model_name  # type: ignore[attr-defined]
            record(f"{name}.listed", actor=request.user, after=asked, request=request)
        return answer


def read(request: HttpRequest, row: Model) -> None:
    """Somebody of the administration looks at a thing of another person."""
    record(
        f"{row._meta.model_name}.read", actor=request.user, target=row, team=_team_of(row), request=request
    )


def state_of(row: Model) -> State:
    """Every column as the database holds it, many-to-many ones as sorted keys. Secrets are in it, to be compared."""
    state = {field.name: vars(row).get(field.attname) for field in row._meta.concrete_fields}
    for field in row._meta.many_to_many:
        state[field.name] = sorted(str(pk) for pk in getattr(row, field.name).values_list("pk", flat=True))
    return state


def is_secret(field: Any) -> bool:
    return isinstance(field, SealedTextField) or field.name in SECRETS


def _states(model: type[Model], pks: Iterable[Any]) -> dict[Any, State]:
    return {pk: state_of(row) for pk, row in _rows(model, pks).items()}


def _rows(model: type[Model], pks: Iterable[Any]) -> dict[Any, Model]:
    """As the database has them now, by key; those that are gone are left out."""
    found: dict[Any, Model] = {}
    for part in _parts(list(pks)):
        found.update(model._base_manager.in_bulk(part))
    return found


def _parts(pks: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(pks), _BATCH):
        yield pks[start : start + _BATCH]


def _pks(formset: Any) -> list[Any]:
    return [form.instance.pk for form in formset.initial_forms]


def _team_of(row: Model) -> Model | None:
    """The team a row belongs to. A person's is only where they work just now."""
    if row._meta.model_name == "team":
        return row
    return None if isinstance(row, AbstractBaseUser) else getattr(row, "team", None)
