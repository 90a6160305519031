"""Nodes for tests, each with a directory of its own, and a check that nothing is left running on them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from supervised_node import Node, everything, groups, running


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A directory for the PATH with an rsync, whatever this machine has."""
    directory = tmp_path / "bin"
    directory.mkdir()
    (directory / "rsync").write_text("#!/bin/sh\n")
    (directory / "rsync").chmod(0o755)
    return directory


@pytest.fixture
def empty_node(tmp_path: Path, tools: Path) -> Iterator[Node]:
    """A node nobody has used. After the test a purge of each stack must leave no process of it."""
    node = Node(tmp_path / "work")
    node.environment["PATH"] = f"{tools}:{os.environ['PATH']}"
    # A mark of the test in everything it starts, also in what throws its tag away but keeps the rest.
    node.environment["TEST_MARK"] = str(tmp_path)
    yield node
    try:
        for stack in (path.parent.name for path in tmp_path.glob("work/.berth/*/supervisor")):
            if groups(node.beside(stack)) or node.beside(stack).processes():
                node.beside(stack).purge()
            assert groups(node.beside(stack)) == []
    finally:
        left = [pid for pid in everything(tmp_path) if running(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    assert left == []


@pytest.fixture
def node(empty_node: Node) -> Node:
    """A node made ready."""
    empty_node.preflight()
    return empty_node
