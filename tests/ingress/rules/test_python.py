"""Rules in Python, beyond what cases and the differential test say of them."""

from apps.ingress.rules import EVERYTHING, Every, Not, Some, Term, compiled, holds
from tests.ingress.make import an_event

GERMANY = Term("country", "is", "DE")


def test_a_rule_is_compiled_once() -> None:
    assert compiled(Every((GERMANY, Term("os", "is", "iOS")))) is compiled(Every((GERMANY, Term("os", "is", "iOS"))))


def test_a_group_stops_at_the_first_condition_that_settles_it() -> None:
    """A condition on what this is not would fail loudly."""
    no_address: object = None
    event = an_event(country="AT", ip=no_address)
    never_asked = Term("ip", "starts_with", "10.")

    assert not holds(Every((GERMANY, never_asked)), event)
    assert holds(Some((Not(GERMANY), never_asked)), event)


def test_everything_holds_and_an_empty_choice_does_not() -> None:
    assert holds(EVERYTHING, an_event())
    assert not holds(Some(()), an_event())
    assert holds(Not(Some(())), an_event())


def test_a_group_of_one_is_its_condition() -> None:
    assert compiled(Every((GERMANY,))) is compiled(GERMANY)
