"""A provider's own numbers: what of a file is taken, and what they say beside the ledger."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from images_app.audit.models import AuditEntry
from images_app.budgets.actions import today
from images_app.budgets.models import LedgerEntry
from images_app.jobs.models import Generation
from images_app.jobs.spending import Range
from images_app.oversight.models import UsageLine
from images_app.oversight.reconcile import Reconciled
from images_app.oversight.usage import MOST_BYTES, MOST_LINES, MOST_SAID, NotRead, Sums, read, take
from images_app.providers.models import Provider
from images_app.teams.models import User
from tests.budgets.test_bookings import answered

Ask = Callable[..., Generation]
ClientOf = Callable[[User], Client]
DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    "text",
    [
        "day,model,pictures,usd\n2026-11-03,dall-e-3,2,0.08\n",
        "\ufeffDate;Model;Images;Cost\r\n2026-11-03;dall-e-3;2;0,08\r\n\r\n",
        "start_time\tline_item\tnum_images\tamount_value\tamount_currency\n1793664000\tdall-e-3\t2\t$0.08\tusd\n",
        "start_time_iso,model,num_images,usd\n2026-11-04T01:00:00+02:00,dall-e-3,2,0.08\n",
        'day,model,pictures,usd,note\n2026-11-03,dall-e-3,1,0.04,"one, of\ntwo"\n2026-11-03,dall-e-3,1,0.04,\n',
    ],
)
def test_exports_of_many_shapes_say_the_same(text: str) -> None:
    assert read(text.encode()) == {(DAY, "dall-e-3"): Sums(2, Decimal("0.08"))}


def test_what_a_file_does_not_say_is_unknown_and_not_zero() -> None:
    assert read(b"day,usd\n2026-11-03,0.5\n") == {(DAY, ""): Sums(None, Decimal("0.5"))}
    assert read(b"day,images,usd\n2026-11-03,3,\n") == {(DAY, ""): Sums(3, None)}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "The first line must name the columns"),
        (b"model,usd\nx,1\n", "The first line must name the columns"),
        (b"day,model\n2026-11-03,x\n", "The first line must name the columns"),
        (b"\x89PNG\r\n\x1a\n", "no text in UTF-8"),
        (b"day,usd\n", "no line with pictures or money"),
        (b"day,usd\n2026-11-03,1\nyesterday,1\n", "Line 3: “yesterday” is no day"),
        (b"day,usd\n1999-01-01,1\n", "Line 2: 1999-01-01 is not a day that can have been charged"),
        (b"day,usd\n2999-01-01,1\n", "is not a day that can have been charged"),
        (b"day,usd\n2026-11-03,much\n", "Line 2: “much” is no sum of US dollars"),
        (b"day,usd\n2026-11-03,NaN\n", "is no sum of US dollars"),
        (b"day,usd\n2026-11-03,1e99\n", "is no sum of US dollars"),
        (b"day,images\n2026-11-03,1.5\n", "is no number of pictures"),
        (b"day,images\n2026-11-03,-1\n", "is no number of pictures"),
        (b"day,usd,currency\n2026-11-03,1,eur\n", "not in US dollars, but in eur"),
        (b"day,usd\n2026-11-03\n", "no line with pictures or money"),
        (b"day,usd\n" + b"2026-11-03,1\n" * (MOST_LINES + 1), "more than 20,000 lines"),
        (b"day,usd\n" + b" " * MOST_BYTES, "larger than 2 MB"),
        (b'day,usd\n2026-11-03,"' + b"1" * 200_000 + b'"\n', "Line 2: "),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_its_line(file: bytes, said: str) -> None:
    with pytest.raises(NotRead) as refused:
        read(file)
    assert said in refused.value.mistakes[0]


def test_no_more_mistakes_are_told_than_somebody_reads() -> None:
    with pytest.raises(NotRead) as refused:
        read(b"day,usd\n" + b"no,1\n" * 100)
    assert len(refused.value.mistakes) == MOST_SAID


@given(st.binary(max_size=200) | st.text(alphabet='day,usd\n;\t"0123456789-.', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(file: bytes) -> None:
    for content in (file, b"day,images,usd\n" + file):
        try:
            assert read(content)
        except NotRead as refused:
            assert refused.mistakes


@pytest.fixture
def provider(db: None, ask: Ask, alice: User) -> Provider:
    """Has three pictures of today in the books: two done, one held."""
    ask(alice, n=2)
    answered("picture")
    answered("picture")
    ask(alice, n=1)
    return LedgerEntry.objects.select_related("provider").earliest("id").provider


def said(provider: Provider, *lines: str) -> Reconciled:
    file = "\n".join(["day,model,pictures,usd", *lines]).replace("TODAY", today().isoformat())
    take(read(file.encode()), provider, None)
    return Reconciled(provider, Range())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "verdict", "signed"),
    [
        ("TODAY,dall-e-3,2,0.08", "agrees", ""),
        ("TODAY,dall-e-3,2,0.084", "agrees", ""),
        ("TODAY,dall-e-3,3,0.12", "within what is held", "+$0.04"),
        ("TODAY,dall-e-3,4,0.16", "more than booked", "+$0.08"),
        ("TODAY,dall-e-3,1,0.04", "less than booked", "−$0.04"),
        ("TODAY,dall-e-3,3,", "agrees", ""),
        ("TODAY,dall-e-3,9,", "other pictures", ""),
    ],
)
def test_a_day_is_judged(provider: Provider, line: str, verdict: str, signed: str) -> None:
    books = said(provider, line)
    (pair,) = books.days
    assert (pair.verdict, pair.signed) == (verdict, signed)
    assert (books.total.verdict, books.total.signed) == (verdict, signed)
    assert pair.differs == (verdict in {"more than booked", "less than booked", "other pictures"})


@pytest.mark.django_db
def test_days_nobody_imported_are_in_no_difference(provider: Provider) -> None:
    (pair,) = Reconciled(provider, Range()).days
    assert (pair.verdict, pair.difference, pair.differs) == ("not imported", None, False)
    first = today().replace(day=1)
    other = first if today() != first else first + timedelta(days=1)
    books = said(provider, f"{other},dall-e-3,1,0.04")
    assert books.missing == 1
    assert books.total.ours.spent == 0 and books.total.difference == Decimal("0.04")


@pytest.mark.django_db
def test_a_day_put_in_again_takes_the_place_of_the_first(provider: Provider) -> None:
    said(provider, "TODAY,dall-e-3,9,9.00", "TODAY,other,1,1.00", "2026-01-02,dall-e-3,1,1.00")
    said(provider, "TODAY,dall-e-3,2,0.08")
    kept = UsageLine.objects.values_list("day", "name", "pictures", "usd")
    assert list(kept) == [
        (date(2026, 1, 2), "dall-e-3", 1, Decimal(1)),
        (today(), "dall-e-3", 2, Decimal("0.08")),
    ]


@pytest.mark.django_db
def test_models_are_told_apart_by_the_names_of_the_endpoint(provider: Provider) -> None:
    model = LedgerEntry.objects.select_related("model").earliest("id").model.name
    books = said(provider, f"TODAY,{model},2,0.08", "TODAY,Surcharge,,0.50")
    assert {pair.name: pair.verdict for pair in books.models} == {
        model: "agrees",
        "Surcharge": "more than booked",
    }


@pytest.mark.django_db
def test_another_provider_has_books_of_its_own(provider: Provider) -> None:
    other = Provider.objects.create(slug="other", name="Other", base_url="https://other.example/v1")
    said(provider, "TODAY,dall-e-3,2,0.08")
    assert Reconciled(other, Range()).days == []


def put_in(client: Client, provider: Provider, content: bytes) -> tuple[int, str]:
    file = SimpleUploadedFile("usage.csv", content, "text/csv")
    answer = client.post(f"/oversight/reconciliation/{provider.slug}/import/", {"file": file}, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_file_is_put_in_and_shown(provider: Provider, admin: User, client_of: ClientOf) -> None:
    client = client_of(admin)
    assert "Nothing of this month is imported" in client.get("/oversight/reconciliation/").content.decode()
    status, text = put_in(client, provider, f"day,usd\n{today()},0.5\n".encode())
    assert status == 200 and "The numbers of 1 day are in." in text
    assert "+$0.42" in text and "more than booked" in text
    entry = AuditEntry.objects.get(verb="usage.imported")
    assert entry.after == {"days": 1, "first": f"{today()}", "last": f"{today()}", "lines": 1}
    file = b"".join(client.get(f"/oversight/reconciliation/export/?provider={provider.slug}"))
    assert (
        f'"{today()}","3","0.0800","0.0400","0","","0.500000","0.420000","more than booked"' in file.decode()
    )


def test_a_mistake_is_told_where_it_was_made_and_nothing_counts(
    provider: Provider, admin: User, client_of: ClientOf
) -> None:
    status, text = put_in(client_of(admin), provider, f"day,usd\n{today()},0.5\n<b>x</b>,1\n".encode())
    assert status == 422 and "Line 3: “&lt;b&gt;x&lt;/b&gt;” is no day" in text
    status, text = put_in(client_of(admin), provider, b"")
    assert status == 422 and "The file is empty." in text
    assert not UsageLine.objects.exists()


def test_only_staff_with_both_permissions_put_numbers_in(
    provider: Provider, alice: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    file = f"day,usd\n{today()},0.5\n".encode()
    client = client_of(alice)
    assert put_in(client, provider, file)[0] == 403
    alice.user_permissions.add(Permission.objects.get(codename="view_ledgerentry"))
    assert put_in(client, provider, file)[0] == 403
    assert "Put them in" not in client.get("/oversight/reconciliation/").content.decode()
    alice.user_permissions.add(Permission.objects.get(codename="add_usageline"))
    assert put_in(client, provider, file)[0] == 200
    assert UsageLine.objects.get().usd == Decimal("0.5")


def test_a_provider_that_is_not_there(db: None, admin: User, client_of: ClientOf) -> None:
    for address in ("?provider=none", "export/?provider=none", "export/"):
        assert client_of(admin).get(f"/oversight/reconciliation/{address}").status_code == 404
    Provider.objects.all().delete()
    assert "There is no provider." in client_of(admin).get("/oversight/reconciliation/").content.decode()


def test_seconds_are_those_of_utc() -> None:
    last = int(datetime(2026, 11, 3, 23, 59, 59, tzinfo=UTC).timestamp())
    assert set(read(f"day,usd\n{last},1\n".encode())) == {(DAY, "")}
