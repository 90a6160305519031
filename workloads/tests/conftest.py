from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Iterator

import pytest
from experiment_node import ExperimentNode

if find_spec("ray") is None:
    collect_ignore = ["arena", "cognition"]
    collect_ignore_glob = ["supervisor/test_ray_*.py"]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[ExperimentNode]:
    node = ExperimentNode(tmp_path)
    yield node
    node.end()
