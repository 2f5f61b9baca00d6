"""Seeds of the checks DC: what contracts say, who relies on them, and whether a change breaks that."""

from __future__ import annotations

from tests.proof.seed import CATALOGUE, MANIFEST, READER, SOURCE, Defect, Honest, Seed

_PROBABILITY = 'probability = { dtype = "float64", minimum = 0, maximum = 1,'
_USE = f"{READER}notebooks/decisions.ipynb"
_SERVED = "serve = true\n"
# The last column, so that one more comes after it.
_LAST = "held_out = {"


def _column(name: str, told: str) -> str:
    return f"{name} = {{ {told} }}\n{_LAST}"


def _unmoved(name: str, old: str, new: str) -> Seed:
    """A change of a promise that a reader relies on."""
    return Defect(name, CATALOGUE, old, new, code="DC103")


SEEDS: list[Seed] = [
    Defect("catalogue that does not parse", CATALOGUE, "[datasets.predictions]", "[datasets.predictions", code="DC101"),
    Defect("reader of what is gone", CATALOGUE, edit=lambda text: text.replace("datasets.predictions", "datasets.decisions"), code="DC101"),
    Defect("project that another reads is gone", MANIFEST, code="DC101"),
    Defect("reader of a dataset misspelt", f"{READER}pyproject.toml", "triage.predictions", "triage.prediction", code="DC101"),
    Honest("second dataset that another reads", f"{READER}pyproject.toml", '"triage.predictions"', '"triage.predictions", "triage.cases"', code="DC101"),
    Honest("dataset that nobody writes yet", CATALOGUE, new='\n[datasets.weeks]\ndescription = "Weeks."\n\n[datasets.weeks.columns]\nn = { dtype = "int64", description = "How many." }\n', code="DC101"),
    Defect("description that says nothing", CATALOGUE, 'description = "The mass." }', 'description = "case_id" }', code="DC102"),
    Defect("description to be written", CATALOGUE, 'description = "The mass." }', 'description = "TODO: say it" }', code="DC102"),
    Defect("quantity without its unit", CATALOGUE, ', unit = "px", description = "Mean over', ', description = "Mean over', code="DC102"),
    Defect("personal and not marked", CATALOGUE, _LAST, _column("patient_name", 'dtype = "string", description = "Who it is."'), code="DC102"),
    Defect("number of an account", CATALOGUE, _LAST, _column("iban", 'dtype = "string", description = "Where the money goes."'), code="DC102"),
    Honest("personal and marked", CATALOGUE, _LAST, _column("email", 'dtype = "string", personal = true, description = "Where to write to."'), code="DC102"),
    Honest("named like a person, and none", CATALOGUE, _LAST, _column("product_name", 'dtype = "string", description = "What it is called."'), code="DC102"),
    Honest("quantity of no dimension", CATALOGUE, _LAST, _column("price_ratio", 'dtype = "float64", description = "New over old."'), code="DC102"),
    _unmoved("column renamed", _PROBABILITY, _PROBABILITY.replace("probability", "score")),
    _unmoved("column of another type", _PROBABILITY, 'probability = { dtype = "string",'),
    _unmoved("column that may be missing", _PROBABILITY, f"{_PROBABILITY} nullable = true,"),
    _unmoved("wider bounds", "minimum = 0, maximum = 1,", "minimum = -1, maximum = 1,"),
    _unmoved("rows that share their key", f'key = ["case_id"]\n{_SERVED}', _SERVED),
    _unmoved("no bounds at all", "minimum = 0, maximum = 1, ", ""),
    Honest("column that nobody uses goes", CATALOGUE, edit=lambda text: "".join(line for line in text.splitlines(keepends=True) if not line.startswith("rule_decision")), code="DC103"),
    Honest("narrower bounds", CATALOGUE, "minimum = 0, maximum = 1,", "minimum = 0.01, maximum = 0.99,", code="DC103"),
    Honest("one column more", CATALOGUE, _LAST, _column("model", 'dtype = "string", description = "Which model."'), code="DC103"),
    Honest("reader that moves along", CATALOGUE, _PROBABILITY, _PROBABILITY.replace("probability", "score"), code="DC103", also=(Honest("", _USE, 'said[\\"probability\\"]', 'said[\\"score\\"]'),)),
    Defect("nobody reads it any more", f"{READER}pyproject.toml", '"triage.predictions"', "", code="DC104", also=(Defect("", CATALOGUE, _SERVED, ""), Defect("", "notebooks/validation.ipynb", None, None), Defect("", "notebooks/explore.ipynb", None, None), Defect("", SOURCE + "tasks.py", "return Predictions(regularisation=self.regularisation)", "return FitModel(regularisation=self.regularisation)"))),
    Defect("dataset of nobody", CATALOGUE, new='\n[datasets.weeks]\ndescription = "Weeks."\n\n[datasets.weeks.columns]\nn = { dtype = "int64", description = "How many." }\n', code="DC104"),
    Defect("dataset that tests alone read", CATALOGUE, new='\n[datasets.weeks]\ndescription = "Weeks."\n\n[datasets.weeks.columns]\nn = { dtype = "int64", description = "How many." }\n', code="DC104", also=(Defect("", "tests/test_weeks.py", new='paddock.read("weeks")\n'),)),
    Honest("served, and read by no project", f"{READER}pyproject.toml", '"triage.predictions"', "", code="DC104"),
    Honest("read by another project, and not served", CATALOGUE, _SERVED, "", code="DC104"),
    Defect("older than a day each day", CATALOGUE, _SERVED, f"{_SERVED}max_age_days = 0.5\n", code="DC105"),
    Defect("two days over a weekend", CATALOGUE, _SERVED, f"{_SERVED}max_age_days = 2\n", code="DC105", also=(Defect("", MANIFEST, '"0 5 * * *"', '"0 5 * * 1-5"'),)),
    Defect("thirty days of a month", CATALOGUE, _SERVED, f"{_SERVED}max_age_days = 30\n", code="DC105", also=(Defect("", MANIFEST, '"0 5 * * *"', '"0 5 1 * *"'),)),
    Honest("two days, each day", CATALOGUE, _SERVED, f"{_SERVED}max_age_days = 2\n", code="DC105"),
    Honest("half a day, twice a day", CATALOGUE, _SERVED, f"{_SERVED}max_age_days = 0.5\n", code="DC105", also=(Honest("", MANIFEST, '"0 5 * * *"', '"0 5,17 * * *"'),)),
]  # fmt: skip
