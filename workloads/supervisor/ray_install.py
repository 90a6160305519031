"""Installs Ray with uv: seconds instead of minutes, and the same files for all environments of a machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from errors import NodeError
from spawn import PR_SET_PDEATHSIG, prctl

UV = "uv==0.13.9"
"""Installed beside Ray where the node has none."""
ABOUT = """
import importlib, json, platform, ray
for part in ("scripts.scripts", "dashboard.dashboard", "dashboard.agent", "_private.runtime_env.agent.main"):
    try:
        importlib.import_module("ray." + part)
    except ImportError:
        pass
print(json.dumps({"python": platform.python_version(), "ray": ray.__version__}))
"""
"""Compiles what a member starts with: a raylet gives its agent 15 s, and a small machine is slow."""
ABOUT_PYTHON = "import platform; print(platform.python_version())"


def node_python() -> str:
    """The node's own `python3`, which runs this."""
    return sys.executable


def python_version(python: str) -> str:
    """Such as 3.11.2. Raises NodeError."""
    return _run([python, "-I", "-c", ABOUT_PYTHON], "ask for its version").strip()


def install_ray(folder: Path, packages: list[str], python: str | None, wheels: Path | None) -> dict[str, Any]:
    """Makes the environment `folder`; says the versions of its Python and Ray. Raises RayNotInstalled."""
    own = folder / "bin" / "python"
    offline = ["--no-index", "--find-links", str(wheels)] if wheels else []
    uv = _find_uv()
    if uv:
        # Whoever names no Python means the node's; one that is named and not there is downloaded.
        choice = ["--python", python or node_python()]
        _run([uv, "venv", *choice, *(["--offline"] if wheels else []), str(folder)], "make an environment")
    else:
        uv = _bring_uv(folder, python, offline)
    _run([uv, "pip", "install", "--python", str(own), *offline, *packages], f"install {' '.join(packages)}")
    about: dict[str, Any] = json.loads(_run([str(own), "-I", "-c", ABOUT], "import ray"))
    return about


def _find_uv() -> str | None:
    """Its own installer puts it where a login without a shell does not look."""
    places = [os.environ.get("PATH", os.defpath), *map(os.path.expanduser, ("~/.local/bin", "~/.cargo/bin"))]
    return shutil.which("uv", path=os.pathsep.join(places))


def _bring_uv(folder: Path, python: str | None, offline: list[str]) -> str:
    """An environment that has uv itself. Raises UvMissing when this node lacks what that takes."""
    own = python_version(node_python())
    if python and own != python and not own.startswith(f"{python}."):
        text = f"this node has Python {own}, and no uv that could bring {python}"
        raise NodeError("UvMissing", text, "install uv there, or leave  python  out of the cluster")
    try:
        _run([node_python(), "-m", "venv", str(folder)], "make an environment")
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *offline, UV], "install uv")
    except NodeError as failed:
        text = f"this node has no uv, and cannot make it by itself: {failed.parts[1]}"
        remedy = (
            "type there  sudo apt-get install python3-venv  and let it reach its package index, or install uv"
        )
        raise NodeError("UvMissing", text, remedy) from failed
    return str(folder / "bin" / "uv")


def _run(command: list[str], purpose: str) -> str:
    """Runs a program that ends with this one, whatever ends this; returns its stdout."""
    hidden = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "CONDA_PREFIX")
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    # An index of one's own, or a way out that is looked into, is known to the machine's certificates only.
    done = subprocess.run(
        command,
        env={"UV_NATIVE_TLS": "1", **variables, "UV_NO_PROGRESS": "1", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, 9),
    )
    if done.returncode == 0:
        return done.stdout
    lines = [line.strip() for line in done.stderr.splitlines() if not line.startswith("warning:")]
    said = " | ".join(line for line in lines[-6:] if line).rstrip(".")
    text = f"{Path(command[0]).name} cannot {purpose}: {said or f'exit code {done.returncode}'}"
    remedy = (
        "correct  ray  and  requirements  of the cluster, or let this node reach a package index, or name a"
        " folder of wheels on it (wheels), that has them"
    )
    raise NodeError("RayNotInstalled", text, remedy)
