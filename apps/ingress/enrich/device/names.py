"""Tables that turn one name into another, and how versions are written."""

from apps.ingress.enrich.patterns import read_rows


def read_pairs(name: str) -> dict[str, str]:
    """The two columns of a file of ours, in its order."""
    return dict(read_rows(name))


def short_version(major: str | None, minor: str | None = None) -> str:
    """`18.5`, and `141` for 141.0: a minor version of nothing says nothing."""
    if not major:
        return ""
    return f"{major}.{minor}" if minor and minor.strip("0") else major
