"""Invitations: a mail with a link that opens once, for the address it was sent to, while its sender may still give the role."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Invitation, Membership, User
from apps.accounts.roles import Role
from tests.accounts import make

pytestmark = pytest.mark.django_db
LINK = f"/invitations/{make.INVITED}"
DANA = {"email": "dana@example.com", "password1": make.PASSWORD, "password2": make.PASSWORD}


@pytest.fixture
def alice(client: Client) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


def dana(*, verified: bool = True) -> User:
    person = make.a_user("dana@example.com")
    EmailAddress.objects.create(user=person, email=person.email, verified=verified, primary=True)
    return person


def token_in(mail: EmailMessage) -> str:
    return re.search(r"/invitations/(\S+)", str(mail.body))[1]


def roles_of(person: str = "dana@example.com") -> list[tuple[str, str]]:
    return list(Membership.objects.filter(user__email=person).values_list("organization__key", "role"))


def test_an_invitation_is_a_mail_with_a_link(
    client: Client, alice: Membership, mailoutbox: list[EmailMessage], settings: object
) -> None:
    settings.TRELLIS_PAGES_URL = "https://trellis.example"  # type: ignore[attr-defined]

    answer = client.post("/settings/invitations/new", {"email": "Dana@Example.com", "role": "marketer"}, follow=True)

    assert "dana@example.com is invited" in answer.text.lower()
    assert mailoutbox[0].to[0].lower() == "dana@example.com"
    assert mailoutbox[0].subject == "Trellis: you are invited to Acme"
    assert "https://trellis.example/invitations/" in str(mailoutbox[0].body)
    assert "as marketer" in str(mailoutbox[0].body)


def test_the_token_is_in_the_mail_and_nowhere_else(
    client: Client, alice: Membership, mailoutbox: list[EmailMessage]
) -> None:
    answer = client.post("/settings/invitations/new", {"email": "dana@example.com", "role": "viewer"}, follow=True)

    token = token_in(mailoutbox[0])
    assert len(token) == 64
    assert token not in answer.text
    assert token not in str(Invitation.objects.values().get())


def test_whoever_signs_up_by_the_link_is_in_with_that_address_and_needs_no_organization(
    settings: object, mailoutbox: list[EmailMessage]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # type: ignore[attr-defined]
    make.an_invitation(make.alice(), role=Role.MARKETER)
    browser = Client()

    browser.get(LINK)
    form = browser.get("/accounts/signup/").text
    browser.post("/accounts/signup/", DANA)

    assert "Acme" in form
    assert roles_of() == [("acme", "marketer")]
    assert browser.get("/settings/members").status_code == 200
    assert EmailAddress.objects.get(email="dana@example.com").verified
    assert Membership.objects.filter(user__email="dana@example.com").count() == 1


def test_by_the_link_nobody_signs_up_with_another_address(settings: object) -> None:
    """Or the link would prove an address that it was never sent to."""
    make.an_invitation(make.alice())
    browser = Client()

    browser.get(LINK)
    browser.post("/accounts/signup/", DANA | {"email": "mallory@example.com"})

    assert not User.objects.filter(email="mallory@example.com").exists()
    assert roles_of() == [("acme", "viewer")]


def test_whoever_signs_in_with_that_address_may_join(client: Client) -> None:
    make.an_invitation(make.alice(), role=Role.ADMIN)
    dana()
    stranger = client.get(LINK).text
    way = re.search(r'href="(/accounts/login/[^"]+)"', stranger)[1]

    back = client.post(way, {"login": "dana@example.com", "password": make.PASSWORD})
    joining = client.get(back["Location"]).text
    client.post(LINK)

    assert back["Location"] == LINK
    assert ">Join<" in joining
    assert roles_of() == [("acme", "admin")]


def test_whoever_joins_works_there_at_once(client: Client) -> None:
    make.an_invitation(make.alice())
    charlie = make.a_member(dana(), make.an_organization("other"), Role.OWNER)
    make.signed_in(client, charlie)

    answer = client.post(LINK, follow=True)

    assert "Welcome to Acme." in answer.text
    assert "Viewer of Acme" in answer.text


@pytest.mark.parametrize("who", ["somebody else", "an address that was never confirmed"])
def test_the_link_alone_lets_nobody_in(client: Client, who: str) -> None:
    make.an_invitation(make.alice())
    person = dana(verified=False) if who != "somebody else" else make.with_verified_address(make.charlie()).user
    make.signed_in(client, person)

    looked, tried = client.get(LINK), client.post(LINK)

    assert ">Join<" not in looked.text
    assert tried.status_code == 403
    assert "acme" not in dict(roles_of(person.email))


def test_a_link_opens_once(client: Client) -> None:
    invitation = make.an_invitation(make.alice())
    make.signed_in(client, dana())
    client.post(LINK)
    Membership.objects.filter(user__email="dana@example.com").delete()

    assert client.post(LINK).status_code == 404
    assert roles_of() == []
    assert Invitation.objects.get(pk=invitation.pk).accepted_at


@pytest.mark.parametrize(
    "why",
    ["never was", "ran out", "withdrawn", "sender left", "sender demoted", "sender switched off", "organization gone"],
)
def test_every_link_that_opens_nothing_reads_the_same(client: Client, why: str) -> None:
    bob = make.bob(Role.ADMIN)
    make.alice()
    sent_at = timezone.now() - timedelta(days=8 if why == "ran out" else 1)
    invitation = make.an_invitation(bob, role=Role.ADMIN, sent_at=sent_at)
    make.signed_in(client, dana())
    {
        "withdrawn": lambda: invitation.withdraw(timezone.now()),
        "sender left": bob.delete,
        "sender demoted": lambda: Membership.objects.filter(pk=bob.pk).update(role=Role.MARKETER),
        "sender switched off": lambda: User.objects.filter(pk=bob.user_id).update(is_active=False),
        "organization gone": bob.organization.delete,
    }.get(why, bool)()

    answer = client.post("/invitations/" + "0" * 64 if why == "never was" else LINK)

    assert (answer.status_code, roles_of()) == (404, [])
    assert "This link opens nothing" in answer.text


def test_a_demoted_sender_s_lower_invitations_still_count() -> None:
    bob = make.bob(Role.OWNER)
    invitation = make.an_invitation(bob, role=Role.MARKETER)

    Membership.objects.filter(pk=bob.pk).update(role=Role.ADMIN)

    assert invitation.is_open(timezone.now())


def test_nobody_invites_above_their_own_role(client: Client, mailoutbox: list[EmailMessage]) -> None:
    make.signed_in(client, make.bob(Role.ADMIN))

    answer = client.post("/settings/invitations/new", {"email": "dana@example.com", "role": "owner"})

    assert answer.status_code == 422
    assert 'value="owner"' not in client.get("/settings/members").text
    assert (mailoutbox, Invitation.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"email": "nonsense"}, "valid email address"),
        ({"email": "alice@example.com"}, "is a member already"),
        ({"email": "ALICE@example.com"}, "is a member already"),
        ({"role": "janitor"}, "not one of the available choices"),
        ({"email": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said(
    client: Client, alice: Membership, mailoutbox: list[EmailMessage], sent: dict[str, str], says: str
) -> None:
    answer = client.post("/settings/invitations/new", {"email": "dana@example.com", "role": "viewer"} | sent)

    assert answer.status_code == 422
    assert says in answer.text
    assert mailoutbox == []


def test_sending_again_makes_a_new_link_and_ends_the_old_one(
    client: Client, alice: Membership, mailoutbox: list[EmailMessage]
) -> None:
    invitation = make.an_invitation(alice, sent_at=timezone.now() - timedelta(days=9))

    client.post(f"/settings/invitations/{invitation.pk}/send")

    stranger = Client()
    assert stranger.get(LINK).status_code == 404
    assert stranger.get(f"/invitations/{token_in(mailoutbox[0])}").status_code == 200


def test_inviting_somebody_again_is_sending_again_with_the_new_role(
    client: Client, alice: Membership, mailoutbox: list[EmailMessage]
) -> None:
    make.an_invitation(alice)

    client.post("/settings/invitations/new", {"email": "dana@example.com", "role": "admin"})

    assert [(one.role, one.mails) for one in Invitation.objects.all()] == [("admin", 2)]
    assert "as admin" in str(mailoutbox[0].body)


def test_an_admin_does_not_send_an_owner_s_invitation_again(client: Client, mailoutbox: list[EmailMessage]) -> None:
    invitation = make.an_invitation(make.alice(), role=Role.OWNER)
    make.signed_in(client, make.bob(Role.ADMIN))

    assert client.post(f"/settings/invitations/{invitation.pk}/send").status_code == 422
    assert mailoutbox == []


def test_nobody_is_sent_two_mails_in_a_minute_or_a_hundred_in_a_day(
    client: Client, alice: Membership, mailoutbox: list[EmailMessage]
) -> None:
    again = make.an_invitation(alice, sent_at=timezone.now() - timedelta(seconds=20))
    make.an_invitation(alice, "busy@example.com", token="other", mails=99)

    too_soon = client.post(f"/settings/invitations/{again.pk}/send")
    too_many = client.post("/settings/invitations/new", {"email": "eve@example.com", "role": "viewer"})

    assert "Wait a minute" in too_soon.text
    assert "Send the others tomorrow" in too_many.text
    assert mailoutbox == []


def test_a_mail_that_cannot_be_sent_is_said_and_can_be_sent_again(
    client: Client, alice: Membership, settings: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]

    answer = client.post("/settings/invitations/new", {"email": "dana@example.com", "role": "viewer"}, follow=True)

    assert "could not be sent" in answer.text
    assert "Send again: dana@example.com" in answer.text


def test_a_name_with_line_feeds_breaks_no_mail(alice: Membership, mailoutbox: list[EmailMessage]) -> None:
    alice.organization.name = "Acme\r\nBcc: everybody@example.com " + "x" * 70
    alice.organization.save()
    client = make.signed_in(Client(), alice)

    client.post("/settings/invitations/new", {"email": "dana@example.com", "role": "viewer"})

    assert mailoutbox[0].recipients() == ["dana@example.com"]
    assert "\n" not in mailoutbox[0].subject


def test_who_is_a_member_already_keeps_the_role(client: Client) -> None:
    alice = make.alice()
    make.an_invitation(alice, role=Role.VIEWER)
    make.signed_in(client, make.a_member(dana(), alice.organization, Role.ADMIN))

    client.post(LINK)

    assert roles_of() == [("acme", "admin")]


def test_the_page_says_which_invitations_open_nothing(client: Client, alice: Membership) -> None:
    make.an_invitation(alice, "old@example.com", token="1", sent_at=timezone.now() - timedelta(days=8))
    make.an_invitation(make.bob(Role.VIEWER), "odd@example.com", token="2")
    make.an_invitation(alice, "fine@example.com", token="3")

    page = client.get("/settings/members").text

    assert (page.count("Run out"), page.count("Does not count")) == (1, 1)
