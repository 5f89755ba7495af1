"""Development's environment: secrets that stay, and a .env that says what it says."""

from pathlib import Path

import pytest

from stack.environment import development, kept_secret, read_env_file


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "deep" / "secret")

    assert kept_secret(tmp_path / "deep" / "secret") == first
    assert len(first) >= 50
    assert (tmp_path / "deep" / "secret").stat().st_mode & 0o777 == 0o600


def test_two_directories_have_different_secrets(tmp_path: Path) -> None:
    here, there = development(tmp_path / "here"), development(tmp_path / "there")

    assert here["SECRET_KEY"] != there["SECRET_KEY"]
    assert here["SECRET_KEY"] != here["TRELLIS_CLICK_KEY"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("KEY=value", {"KEY": "value"}),
        ("  export KEY = value ", {"KEY": "value"}),
        ('KEY="two words"', {"KEY": "two words"}),
        ("KEY='a#b'", {"KEY": "a#b"}),
        ("KEY=a=b", {"KEY": "a=b"}),
        ("KEY=", {"KEY": ""}),
        ("# KEY=value", {}),
        ("", {}),
        ("no assignment", {}),
    ],
)
def test_a_line_of_the_env_file(tmp_path: Path, line: str, expected: dict[str, str]) -> None:
    (tmp_path / ".env").write_text(line + "\n")

    assert read_env_file(tmp_path / ".env") == expected


def test_no_env_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}
