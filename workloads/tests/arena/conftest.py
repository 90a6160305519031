from __future__ import annotations

import sys
from pathlib import Path

# As in a job: the program's folder is the path.
sys.path.insert(0, str(Path(__file__).parents[2] / "arena"))
