"""What a verb says when it refuses."""

from __future__ import annotations

import errno


class NodeError(Exception):
    """One named problem: what is wrong, and what to do about it. Holds no value of an instance's `env`."""

    exit_code = 1

    def __init__(self, name: str, text: str, remedy: str) -> None:
        super().__init__(f"{name}: {text}; {remedy}")
        self.parts = (name, text, remedy)

    def followed_by(self, what: str) -> NodeError:
        """The same problem, with what came of it."""
        self.args = (f"{self}; {what}",)
        return self


class BadRequest(NodeError):
    """The request itself is wrong: a mistake of whoever sent it."""

    exit_code = 2

    def __init__(self, text: str) -> None:
        super().__init__("BadRequest", text, "use the components of the same version of Berth")


class NodeErrors(Exception):
    """Several problems that were found in one go."""

    def __init__(self, problems: list[NodeError]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def refuse_if_any(problems: list[NodeError]) -> None:
    """Raises all the problems at once, if there are any."""
    if problems:
        raise NodeErrors(problems)


def from_system(error: OSError) -> NodeError:
    """What the system refused, as a named problem."""
    text = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NodeError("DiskFull", text, "make room on this node, then run the update again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NodeError("NotAllowed", text, "give this login the right to, then run the update again")
    return NodeError("SystemError", text, "see what is wrong with this node, then run the update again")
