"""A job is somebody's deed, done later: before each step the one table is asked whether they may still do it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Role, Scope
from apps.ingress import jobs
from apps.ingress.models import Job
from tests.accounts import make

pytestmark = pytest.mark.django_db
KIND = "three steps"


@pytest.fixture
def bob() -> Membership:
    make.alice()
    return make.bob(Role.MARKETER)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], Any]], list[int]]:
    """A kind of job of three steps, of which the first lets something happen; answers with the steps that were done."""

    def define(verb: str, happens: Callable[[], Any]) -> list[int]:
        done: list[int] = []

        def step(job: Job, cursor: Any) -> Any:
            done.append((cursor or 0) + 1)
            if done == [1]:
                happens()
            return done[-1] if done[-1] < 3 else None

        monkeypatch.setitem(jobs._slices, KIND, step)
        monkeypatch.setitem(jobs._verbs, KIND, verb)
        return done

    return define


def worked_on(member: Membership, **more: Any) -> Job:
    job = jobs.start(KIND, member.organization_id, more.pop("user_id", member.user_id), {}, **more)
    jobs.work(job.pk, job.turn)
    job.refresh_from_db()
    return job


def becomes(member: Membership, role: Role) -> Callable[[], Any]:
    return lambda: Membership.objects.filter(pk=member.pk).update(role=role)


def switched_off(member: Membership) -> None:
    member.user.is_active = False
    member.user.save()


def test_a_job_of_somebody_who_may_is_done(bob: Membership, meanwhile: Any) -> None:
    done = meanwhile("write", lambda: None)

    assert worked_on(bob).status == Job.Status.DONE
    assert done == [1, 2, 3]


def test_a_job_of_somebody_demoted_stops_before_its_next_step(bob: Membership, meanwhile: Any) -> None:
    done = meanwhile("write", becomes(bob, Role.VIEWER))

    job = worked_on(bob)

    assert (done, job.status) == ([1], Job.Status.FAILED)
    assert job.error == "Whoever started this may no longer do it: their role has changed."


def test_it_goes_on_when_the_lower_role_still_may(bob: Membership, meanwhile: Any) -> None:
    meanwhile("read", becomes(bob, Role.VIEWER))

    assert worked_on(bob).status == Job.Status.DONE


@pytest.mark.parametrize("gone", [lambda bob: bob.delete(), lambda bob: bob.user.delete(), switched_off])
def test_a_job_of_somebody_removed_stops(bob: Membership, meanwhile: Any, gone: Callable[[Membership], None]) -> None:
    done = meanwhile("read", lambda: gone(bob))

    job = worked_on(bob)

    assert (done, job.status) == ([1], Job.Status.FAILED)
    assert job.error == "Whoever started this is no longer a member."


def test_a_job_that_waited_while_its_owner_left_does_not_begin(bob: Membership, meanwhile: Any) -> None:
    done = meanwhile("write", lambda: None)
    job = jobs.start(KIND, bob.organization_id, bob.user_id, {})
    bob.delete()

    jobs.work(job.pk, job.turn)

    assert done == []


def test_a_role_in_another_organization_does_not_count(bob: Membership, meanwhile: Any) -> None:
    done = meanwhile("read", lambda: None)
    charlie = make.charlie()

    worked_on(bob, user_id=charlie.user_id)

    assert done == []


def test_a_job_that_has_failed_so_is_not_revived(bob: Membership, meanwhile: Any) -> None:
    meanwhile("write", bob.delete)
    worked_on(bob)

    assert jobs.revive(timezone.now() + jobs.FORGOTTEN_AFTER * 2) == 0


def test_commands_and_the_beat_may_all(bob: Membership, meanwhile: Any) -> None:
    meanwhile("manage", lambda: None)

    assert worked_on(bob, user_id=0).status == Job.Status.DONE


def test_a_job_of_a_key_goes_on_when_whoever_made_the_key_leaves(bob: Membership, meanwhile: Any) -> None:
    key, _ = make.an_api_key(bob.organization, [Scope.CAMPAIGNS_WRITE], created_by=bob.user)
    meanwhile("write", bob.delete)

    assert worked_on(bob, key_id=key.key_id).status == Job.Status.DONE


def test_it_stops_when_the_key_is_revoked(bob: Membership, meanwhile: Any) -> None:
    key, _ = make.an_api_key(bob.organization, [Scope.CAMPAIGNS_WRITE])
    done = meanwhile("write", lambda: key.revoke(timezone.now()))

    job = worked_on(bob, key_id=key.key_id)

    assert (done, job.status) == ([1], Job.Status.FAILED)
    assert "was revoked" in job.error


@pytest.mark.parametrize(("scopes", "whose"), [([Scope.CAMPAIGNS_READ], "acme"), ([Scope.CAMPAIGNS_WRITE], "other")])
def test_a_key_that_may_not_starts_nothing(bob: Membership, meanwhile: Any, scopes: list[str], whose: str) -> None:
    key, _ = make.an_api_key(make.an_organization(whose), scopes)
    done = meanwhile("write", lambda: None)

    worked_on(bob, key_id=key.key_id)

    assert done == []


def test_every_kind_of_job_says_what_one_must_be_allowed_to_do() -> None:
    kinds = {kind: jobs._verbs[kind] for kind in jobs._slices}

    assert kinds.pop("reenrich", None) in ("write", None)
    assert {"attribution": "write", "rebook": "manage", "dry-run": "read"}.items() <= kinds.items()
