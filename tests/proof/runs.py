"""Seeds of the checks that see runs: cycles of projects, and defects that show only when something runs."""

from __future__ import annotations

from tests.proof.seed import CATALOGUE, MANIFEST, READER, Defect, Honest, Seed
from tests.templates.defects import DEEP

_WEEKS = '[datasets.weeks]\ndescription = "Weeks."\n\n[datasets.weeks.columns]\nn = { dtype = "int64", description = "N." }\n'
_WRITES = Honest("", f"{READER}catalog.toml", new=_WEEKS)


def _third(reads: str) -> Seed:
    """A third project, which reads a dataset of the reader."""
    told = f'[project]\nname = "third"\n\n[tool.paddock]\nowner = "ML team"\nreads = ["{reads}"]\n'
    return Honest("", "../third/pyproject.toml", new=told, also=(Honest("", "../third/catalog.toml", new=_WEEKS),))


SEEDS: list[Seed] = [
    *DEEP,
    Defect("reads what is made of its own", MANIFEST, "reads = []", 'reads = ["report.weeks"]', code="PL102", also=(_WRITES,)),
    Defect("cycle of three", MANIFEST, "reads = []", 'reads = ["third.weeks"]', code="PL102", also=(_third("report.weeks"), _WRITES)),
    Defect("two that read each other", f"{READER}pyproject.toml", '"triage.predictions"', '"third.weeks"', code="PL102", also=(_third("report.weeks"), _WRITES)),
    Honest("chain of three", CATALOGUE, "# The datasets", "# These are the datasets", code="PL102", also=(_third("report.weeks"), _WRITES)),
    Honest("two readers of one dataset", CATALOGUE, "# The datasets", "# These are the datasets", code="PL102", also=(_third("triage.cases"),)),
]  # fmt: skip
