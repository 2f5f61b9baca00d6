"""The checks are proved: each has defects that it must catch, and honest seeds that it must let pass.

A family is a file with its SEEDS, and a line here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.proof import (
    audits,
    datasets,
    declarations,
    documents,
    examples,
    forms,
    images,
    notebooks,
    policies,
    readmes,
    runs,
    secrets,
    suites,
    templates,
    workflows,
    workspaces,
)
from tests.proof.seed import Seed

FAMILIES: Mapping[str, Sequence[Seed]] = {
    "NB1 notebooks": notebooks.SEEDS,
    "NB2 audits": audits.SEEDS,
    "PD declarations": declarations.SEEDS,
    "PF files": forms.SEEDS,
    "PT tests": suites.SEEDS,
    "RM READMEs": readmes.SEEDS,
    "DK images": images.SEEDS,
    "DC datasets": datasets.SEEDS,
    "SE secrets": secrets.SEEDS,
    "WF workflows": workflows.SEEDS,
    "DO documentation": documents.SEEDS,
    "WS workspace": workspaces.SEEDS,
    "CK policy": policies.SEEDS,
    "PL runs": runs.SEEDS,
    "BK templates": templates.SEEDS,
    "TL tools": forms.OF_TOOLS,
    "examples of the reference": examples.SEEDS,
}
