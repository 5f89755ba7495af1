"""Programs that the benchmarks need and the project does not bring."""

import shutil

PACKAGES = {"wrk": "wrk", "nginx": "nginx-light"}
# Debian keeps servers where only root looks for programs.
PLACES = "/usr/local/sbin:/usr/sbin:/sbin"


class Missing(Exception):
    """Programs that are not installed; the message says how to get them."""


def find(*names: str) -> list[str]:
    """Paths of these programs, in order. Raises Missing, naming all that are not there."""
    found = {name: shutil.which(name) or shutil.which(name, path=PLACES) for name in names}
    if missing := [name for name, path in found.items() if path is None]:
        packages = " ".join(PACKAGES[name] for name in missing)
        raise Missing(f"{' and '.join(missing)} not found. On Debian or Ubuntu: sudo apt-get install {packages}")
    return [path for path in found.values() if path]
