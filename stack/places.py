"""Where everything lies: one name for each path."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETUP = ROOT / ".data"
DATA = Path(os.environ.get("TRELLIS_DATA_DIR") or ROOT / ".data").resolve()
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
ASSETS = ROOT / "static" / "build"

LOGS = DATA / "logs"


def path_with_venv() -> str:
    return os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
