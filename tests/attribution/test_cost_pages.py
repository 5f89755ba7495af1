"""Costs on their pages: a file is looked at, mapped, applied and undone; rows that cannot be read are told one by one."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.roles import Role
from apps.attribution.models import CostUpload
from apps.ingress.warehouse.connection import client as clickhouse
from tests.accounts import make

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
FILE = b"Date;Campaign;Source;Amount spent (EUR)\n2026-11-01;Spring;google;12,50\n2026-11-02;Spring;google;7,50\nyesterday;x;y;1\n"
SUM = "SELECT sum(cost) FROM costs WHERE organization_id = {organization:UInt32} AND upload_id = {upload:UInt64}"


def uploaded(client: Client, data: bytes = FILE, name: str = "november.csv") -> CostUpload:
    client.post("/costs/upload", {"file": SimpleUploadedFile(name, data)})
    return CostUpload.objects.latest("pk")


def columns(client: Client, upload: CostUpload, **changes: str) -> dict[str, str]:
    """What the form of the columns would send, with these changes."""
    form = client.get(f"/costs/{upload.pk}").context["form"]
    return {name: str(form[name].value() or "") for name in form.fields} | changes


def applied(client: Client, upload: CostUpload) -> CostUpload:
    client.post(f"/costs/{upload.pk}/apply", columns(client, upload))
    upload.refresh_from_db()
    return upload


def counted(upload: CostUpload) -> Decimal:
    said = {"organization": upload.organization_id, "upload": upload.pk}
    return Decimal(clickhouse().execute(SUM, said)[0][0])


@pytest.mark.usefixtures("alice")
def test_without_costs_the_page_says_what_they_are_for(client: Client) -> None:
    assert "No costs yet" in client.get("/costs").content.decode()


@pytest.mark.usefixtures("alice")
def test_a_file_is_looked_at_before_it_counts(client: Client) -> None:
    upload = uploaded(client)

    answer = client.get(f"/costs/{upload.pk}")

    preview = answer.context["preview"]
    assert (preview.rows, preview.bad_rows, preview.totals) == (2, 1, {"EUR": Decimal("20.00")})
    assert "yesterday" in answer.content.decode()
    assert upload.status == CostUpload.Status.DRAFT
    assert counted(upload) == 0


@pytest.mark.usefixtures("alice")
def test_the_columns_can_be_given_another_meaning(client: Client) -> None:
    upload = uploaded(client, b"a,b,c\n2026-11-01,5,9\n")

    assert client.get(f"/costs/{upload.pk}").context["preview"] is None
    answer = client.get(f"/costs/{upload.pk}", columns(client, upload, column_day="0", column_cost="2"))

    assert answer.context["preview"].totals == {"EUR": Decimal("9")}


@pytest.mark.parametrize(
    "changes", [{"column_day": ""}, {"column_cost": "0"}, {"column_cost": "99"}, {"currency": "XXX"}, {"days": "never"}]
)
@pytest.mark.usefixtures("alice")
def test_columns_that_make_no_sense_are_refused(client: Client, changes: dict[str, str]) -> None:
    upload = uploaded(client)

    assert client.post(f"/costs/{upload.pk}/apply", columns(client, upload, **changes)).status_code == 422
    assert counted(upload) == 0


@pytest.mark.usefixtures("alice")
def test_an_applied_file_counts_and_an_undone_one_does_not(client: Client) -> None:
    upload = applied(client, uploaded(client))
    assert (upload.status, upload.rows, upload.errors, counted(upload)) == ("applied", 2, 1, Decimal("20"))

    client.post(f"/costs/{upload.pk}/undo")

    upload.refresh_from_db()
    assert (upload.status, counted(upload)) == ("undone", Decimal(0))


@pytest.mark.usefixtures("alice")
def test_pressing_apply_twice_counts_once(client: Client) -> None:
    upload = uploaded(client)
    said = columns(client, upload)

    client.post(f"/costs/{upload.pk}/apply", said)
    answer = client.post(f"/costs/{upload.pk}/apply", said, follow=True)

    assert "It was applied before" in answer.content.decode()
    assert counted(upload) == Decimal("20")


@pytest.mark.usefixtures("alice")
def test_the_same_file_again_is_told(client: Client) -> None:
    applied(client, uploaded(client))

    again = uploaded(client, name="again.csv")

    assert "would count twice" in client.get(f"/costs/{again.pk}").content.decode()


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "empty"), (b"date,cost\n", "header and no rows"), (b"\xff\xfe\x00", "begins as utf-16"), (b"\n\n", "The file is empty")],
)  # fmt: skip
@pytest.mark.usefixtures("alice")
def test_a_file_of_which_nothing_can_be_made_is_refused(client: Client, data: bytes, says: str) -> None:
    answer = client.post("/costs/upload", {"file": SimpleUploadedFile("x.csv", data)})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not CostUpload.objects.exists()


@pytest.mark.usefixtures("alice")
def test_a_file_without_one_good_row_cannot_be_applied(client: Client) -> None:
    upload = uploaded(client, b"date,cost\nsoon,much\n")

    answer = client.post(f"/costs/{upload.pk}/apply", columns(client, upload), follow=True)

    assert "No row of the file can be read" in answer.content.decode()


@pytest.mark.usefixtures("alice")
def test_a_draft_can_be_discarded_and_what_counts_cannot(client: Client) -> None:
    draft, counting = uploaded(client), applied(client, uploaded(client, FILE + b"2026-11-03;S;g;1\n"))

    client.post(f"/costs/{draft.pk}/discard")
    client.post(f"/costs/{counting.pk}/discard")

    assert list(CostUpload.objects.all()) == [counting]


@pytest.mark.usefixtures("alice")
def test_with_clickhouse_away_an_upload_is_applied_later(client: Client, clickhouse_away: None) -> None:
    upload = uploaded(client)

    answer = client.post(f"/costs/{upload.pk}/apply", columns(client, upload), follow=True)

    assert "goes on by itself" in answer.content.decode()
    upload.refresh_from_db()
    assert upload.status == CostUpload.Status.APPLYING


@pytest.mark.parametrize("deed", ["apply", "undo", "discard"])
@pytest.mark.usefixtures("alice")
def test_uploads_of_others_are_not_there(client: Client, deed: str) -> None:
    theirs = CostUpload.objects.create(
        organization=make.charlie().organization, name="charlies.csv", data=FILE, digest="x", mapping={}
    )

    assert client.get(f"/costs/{theirs.pk}").status_code == 404
    assert client.post(f"/costs/{theirs.pk}/{deed}").status_code == 404
    assert "charlies.csv" not in client.get("/costs").content.decode()


def test_a_viewer_looks_and_changes_nothing(client: Client) -> None:
    make.signed_in(client, make.alice())
    upload = uploaded(client)
    make.signed_in(client, make.bob(Role.VIEWER))

    assert "november.csv" in client.get("/costs").content.decode()
    assert "Apply" not in client.get(f"/costs/{upload.pk}").content.decode()
    for deed in ("apply", "undo", "discard"):
        assert client.post(f"/costs/{upload.pk}/{deed}").status_code == 403
    assert client.post("/costs/upload").status_code == 403


@pytest.mark.usefixtures("alice")
def test_hostile_names_and_cells_are_shown_and_never_run(client: Client) -> None:
    text = "<script>alert(1)</script>"
    upload = uploaded(client, f"date,cost,campaign\n2026-11-01,5,{text}\n{text},1,x\n".encode(), name=f"{text}.csv")

    html = client.get(f"/costs/{upload.pk}").content.decode() + client.get("/costs").content.decode()

    assert "<script>alert" not in html


@pytest.mark.usefixtures("alice")
def test_the_first_rows_are_told_in_the_words_of_the_form(client: Client) -> None:
    upload = uploaded(client)

    html = client.get(f"/costs/{upload.pk}").content.decode()

    assert '<span class="text-secondary">Campaign</span> <bdi>spring</bdi>' in html


@pytest.mark.usefixtures("alice")
def test_an_undone_file_says_that_none_of_its_rows_counts(client: Client) -> None:
    upload = applied(client, uploaded(client))

    answer = client.post(f"/costs/{upload.pk}/undo", follow=True)

    assert "none of which counts" in answer.content.decode()


@pytest.mark.usefixtures("alice")
def test_a_missing_column_is_asked_for(client: Client) -> None:
    upload = uploaded(client)

    answer = client.get(f"/costs/{upload.pk}", columns(client, upload, column_day=""))

    assert answer.status_code == 422
    assert "Say which column it is." in answer.content.decode()
