from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest
from experiment_node import ExperimentNode


@pytest.fixture
def node(tmp_path: Path) -> Iterator[ExperimentNode]:
    node = ExperimentNode(tmp_path)
    yield node
    node.end()
