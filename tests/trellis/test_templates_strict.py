"""No template may need what the content security policy refuses."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
REFUSED = {
    "an inline style": re.compile(r"\sstyle=|<style\b"),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "a handler in an attribute": re.compile(r"\son[a-z]+=|\shx-on"),
    "a filter in a trigger": re.compile(r"hx-trigger=\"[^\"]*\["),
    "an expression of htmx": re.compile(r"=[\"']js(?:on)?:"),
    "a host of somebody else": re.compile(r"(?:src|href)=\"(?:https?:)?//"),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_keeps_to_the_policy(path):
    source = path.read_text()

    assert [what for what, pattern in REFUSED.items() if pattern.search(source)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_short(path):
    assert len(path.read_text().splitlines()) <= 120
