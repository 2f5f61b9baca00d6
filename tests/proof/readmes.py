"""Seeds of the checks RM: what a README.md names, its commands and parameters, its model card."""

from __future__ import annotations

from tests.proof.seed import README, Defect, Honest, Seed
from tests.templates.defects import IN_IMAGES, IN_READMES

_CARD = "## Model card\n"


def _told(text: str) -> str:
    """A paragraph above the model card."""
    return f"{text}\n\n{_CARD}"


SEEDS: list[Seed] = [
    *(seed for seed in (*IN_IMAGES, *IN_READMES) if seed.code.startswith("RM")),
    Defect("picture that is not there", README, _CARD, _told("![curve](docs/curve.png)"), code="RM101"),
    Defect("link by reference to nowhere", README, _CARD, _told("See [how][h].\n\n[h]: docs/missing.md"), code="RM101"),
    Defect("link out of the workspace", README, _CARD, _told("See [x](../../../x.md)."), code="RM101"),
    Defect("dataset that is read by a wrong name", README, _CARD, _told('```python\npaddock.read("triage.nothing")\n```'), code="RM101"),
    Honest("units that look like paths", README, _CARD, _told("Sizes are in `px/cell`, the threshold is `1/6`."), code="RM101"),
    Honest("link to another page of the workspace", README, _CARD, _told("See [the glossary](../../docs/glossary.md)."), code="RM101"),
    Honest("setting and dataset that are there", README, _CARD, _told("Set `PADDOCK_SERVING_URL`; read `triage.cases`."), code="RM101"),
    Defect("function that is not there", README, _CARD, _told("See `costs.decid()`."), code="RM101"),
    Defect("task that is not there", README, _CARD, _told("See `triage.tasks:Pipelines`."), code="RM101"),
    Honest("function and task that are there", README, _CARD, _told("See `costs.decide()` and `triage.tasks:Pipeline`."), code="RM101"),
    Defect("target in a sentence", README, _CARD, _told("Then run `make nothing`."), code="RM102"),
    Defect("another project's folder", README, "paddock report triage", "cd projects/nothing && paddock report triage", code="RM102"),
    Honest("placeholders for secrets", README, "```sh\n", "```sh\nexport POSTGRES_PASSWORD=…\n", code="RM102"),
    Honest("options of pytest", README, "pytest projects/triage ", "pytest projects/triage -k rule -x --maxfail=1 ", code="RM102"),
    Honest("block of another language", README, _CARD, _told("```toml\na = 1\n```"), code="RM102"),
    Defect("value of another type", README, "regularisation=0.1", "regularisation=zero", code="RM103"),
    Defect("parameter of the audit that is not there", README, "minimum_auc=0.98", "minimal_auc=0.98", code="RM103"),
    Honest("value in another form", README, "regularisation=0.1", "regularisation=1e-3", code="RM103"),
    Honest("long option", README, "`-p minimum_auc=0.98`", "`--parameters minimum_auc=0.98`", code="RM103"),
    Defect("deadline of another kind", README, "within 60 minutes", "within 6 hours", code="RM104"),
    Defect("time of another day", README, "daily at 05:00", "daily at 06:00", code="RM104"),
    Defect("card that nobody sees", README, _CARD, f"<!--\n{_CARD}", code="RM104"),
    Defect("another pace", README, "daily at 05:00", "weekly at 05:00", code="RM104"),
    Defect("row that stands twice", README, "| Not for |", "| Not for | nothing |\n| Not for |", code="RM104"),
    Honest("schedule in other words", README, "daily at 05:00 UTC, published within 60 minutes", "each day at 05:00 UTC; done 60 minutes later", code="RM104"),
    Honest("one row more", README, "| Schedule |", "| Licence | internal |\n| Schedule |", code="RM104"),
    Defect("title in another case", README, "# Triage\n", "# TRIAGE\n", code="RM105"),
    Defect("owner that nobody reads", README, "Owner: ML team\n", "<!-- Owner: ML team -->\n", code="RM105"),
    Defect("second title", README, "## What it does", "# What it does", code="RM105"),
    Honest("title that is underlined", README, "# Triage\n", "Triage\n======\n", code="RM105"),
    Honest("owner with markup around it", README, "Owner: ML team", "Owner: **ML team**", code="RM105"),
]  # fmt: skip
