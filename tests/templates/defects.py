"""Defects that the checks of templates must catch, each planted alone into a project that has none.

A plant is an edit of one file: what is replaced (once) by what, or a function of its text. Nothing replaced
means: added at the end, of a new file where there is none; no replacement: the file is removed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

IMAGE, IGNORE, COMPOSE, LOCK = "Dockerfile", "Dockerfile.dockerignore", "compose.yaml", "requirements.txt"
AUDIT, EXPLORE, MANIFEST, README = (
    "notebooks/validation.ipynb",
    "notebooks/explore.ipynb",
    "pyproject.toml",
    "README.md",
)
CATALOGUE, SOURCE = "catalog.toml", "src/triage/"


@dataclass(frozen=True)
class Defect:
    """One defect of a baked project: its name, the file, and the edit; `deep` ones show only when something runs."""

    name: str
    path: str
    old: str | None = None
    new: str | None = None
    deep: bool = False
    edit: Callable[[str], str] | None = None

    def plant(self, project: Path) -> None:
        """Edit the project in the folder `project`; an edit that changes nothing is a mistake of this list."""
        file = project / self.path
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        if self.edit is None and self.new is None:
            file.unlink()
            return
        after = self._edited(before)
        assert after != before, f"{self.name}: changes nothing"
        file.parent.mkdir(exist_ok=True)
        file.write_text(after, encoding="utf-8", newline="")

    def _edited(self, before: str) -> str:
        if self.edit is not None:
            return self.edit(before)
        if self.old:
            assert self.old in before, f"{self.name}: {self.path} does not hold {self.old!r}"
        return before.replace(self.old, self.new or "", 1) if self.old else before + (self.new or "")


def _same_ids(notebook: str) -> str:
    first, second = re.findall(r'"id": "(.*?)"', notebook)[:2]
    return notebook.replace(f'"id": "{second}"', f'"id": "{first}"', 1)


IN_IMAGES = [
    Defect("COPY of a folder that is not there", IMAGE, "COPY projects projects", "COPY project projects"),
    Defect("COPY of what the ignore file shuts out", IMAGE, "COPY pyproject.toml ./", "COPY pyproject.toml Makefile ./"),
    Defect("COPY from a stage that is not there", IMAGE, "--from=build /opt", "--from=builder /opt"),
    Defect("command that does not exist", IMAGE, 'CMD ["run"', 'CMD ["rum"'),
    Defect("command that names another project", IMAGE, '["run", "triage"]', '["run", "triagge"]'),
    Defect("program that does not exist", IMAGE, 'ENTRYPOINT ["paddock"]', 'ENTRYPOINT ["padock"]'),
    Defect("command in shell form", IMAGE, 'CMD ["run", "triage"]', "CMD paddock run triage"),
    Defect("base without a version", IMAGE, "BASE=python:3.11-slim\n", "BASE=python\n"),
    Defect("base of the day", IMAGE, "BASE=python:3.11-slim\n", "BASE=python:latest\n"),
    Defect("no user", IMAGE, "USER 10001\n", ""),
    Defect("user is root", IMAGE, "USER 10001\n", "USER 0\n"),
    Defect("root again at the end", IMAGE, "VOLUME ", "USER root\nVOLUME "),
    Defect("packages without hashes", IMAGE, "--require-hashes \\\n        -r projects", "\\\n        -r projects"),
    Defect("package installed beside the lock", IMAGE, "./shared \\\n", "./shared \\\n    && uv pip install xgboost \\\n"),
    Defect("compiler in the last stage", IMAGE, "RUN useradd", "RUN apt-get update && apt-get install -y gcc && useradd"),
    Defect("no health check", IMAGE, 'HEALTHCHECK --interval=60s --timeout=20s CMD ["paddock", "data", "list"]\n', ""),
    Defect("health check of a command that does not exist", IMAGE, '"data", "list"', '"data", "lst"'),
    Defect("secret in a variable", IMAGE, "USER 10001", "ENV API_TOKEN=9f8e7d6c5b4a\nUSER 10001"),
    Defect("secret copied in", IMAGE, "COPY pyproject.toml ./", "COPY pyproject.toml .env ./"),
    Defect("environment that is not on the path", IMAGE, "PATH=/opt/venv/bin", "PATH=/opt/env/bin"),
    Defect("workspace is another folder", IMAGE, "PADDOCK_WORKSPACE=/workspace", "PADDOCK_WORKSPACE=/work"),
    Defect("download without a checksum", IMAGE, "COPY shared shared", "ADD https://example.org/a.tar.gz /tmp/\nCOPY shared shared"),
    Defect("image file is gone", IMAGE),
    Defect("ignore file shuts out the package", IGNORE, "!shared\n", ""),
    Defect("ignore file lets all in", IGNORE, "*\n!pyproject", "!pyproject"),
    Defect("ignore file lets history in", IGNORE, "!shared\n", "!shared\n!.git\n"),
    Defect("password in the compose file", COMPOSE, "${POSTGRES_PASSWORD:?set it to a password}\n    healthcheck", "hunter2\n    healthcheck"),
    Defect("service builds from a file that is not there", COMPOSE, "triage/Dockerfile\n", "triage/Dockerfle\n"),
    Defect("context is another folder", COMPOSE, "context: ../..", "context: .."),
    Defect("service may write", COMPOSE, "    read_only: true\n", ""),
    Defect("service keeps its capabilities", COMPOSE, "    cap_drop: [ALL]\n", ""),
    Defect("waits for a service that is not there", COMPOSE, "      serving:\n        condition", "      database:\n        condition"),
    Defect("volume is not declared", COMPOSE, "volumes:\n  state:\n", "volumes:\n"),
    Defect("database of the day", COMPOSE, "postgres:16", "postgres"),
    Defect("key stands twice", COMPOSE, "    read_only: true\n", "    read_only: true\n    read_only: false\n"),
    Defect("health check that is always well", IMAGE, '["paddock", "data", "list"]', '["true"]'),
    Defect("health check that asks for help", IMAGE, '"data", "list"]', '"--help"]'),
    Defect("health check that hides a failure", IMAGE, '["paddock", "data", "list"]', "paddock data list || true"),
    Defect("image that only lists datasets", IMAGE, 'CMD ["run", "triage"]', 'CMD ["data", "list"]'),
    Defect("parameter of the image that is not there", IMAGE, '"triage"]', '"triage", "-p", "regularization=1"]'),
    Defect("failed install that is hidden", IMAGE, "/requirements.txt\nCOPY shared", "/requirements.txt || true\nCOPY shared"),
    Defect("packages of the whole workspace", IMAGE, "-r projects/triage/requirements.txt", "-r requirements.txt"),
    Defect("environment that sees the base's packages", IMAGE, "uv venv", "uv venv --system-site-packages"),
    Defect("Python that the project does not allow", IMAGE, "BASE=python:3.11-slim\n", "BASE=python:3.8-slim\n"),
    Defect("base without Python", IMAGE, "BASE=python:3.11-slim\n", "BASE=debian:12\n"),
    Defect("code that the run may write", IMAGE, "COPY projects projects", "COPY --chown=10001 projects projects"),
    Defect("group of root", IMAGE, "USER 10001\n", "USER 10001:0\n"),
    Defect("runs that name no commit", IMAGE, "ENV PADDOCK_COMMIT=${COMMIT}\n", ""),
    Defect("state that is lost", IMAGE, "VOLUME /workspace/.paddock\n", ""),
    Defect("ignore file lets other projects in", IGNORE, "projects/*/*\n", ""),
    Defect("ignore file lets secrets of the project in", IGNORE, "**/.env*\n", ""),
    Defect("database that nobody asks", COMPOSE, "pg_isready -U paddock", "exit 0"),
    Defect("database that is open to the network", COMPOSE, "image: postgres:16\n", 'image: postgres:16\n    ports: ["5432:5432"]\n'),
    Defect("database that forgets", COMPOSE, "serving:/var/lib/postgresql/data", "serving:/var/lib/postgres"),
    Defect("database under another password", COMPOSE, "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD", "POSTGRES_PASSWORD: ${PG_PASSWORD"),
    Defect("whole machine in a container", COMPOSE, "      - state:", "      - /:/host\n      - state:"),
    Defect("run that never ends", COMPOSE, "    read_only: true\n", "    read_only: true\n    restart: always\n"),
]  # fmt: skip

IN_DECLARATIONS = [
    Defect("stale lock", LOCK, "pandas==", "pandas==0."),
    Defect("hash is missing", LOCK, edit=lambda text: re.sub(r" \\\n    --hash=sha256:\w+", "", text, count=1)),
    Defect("requirements are gone", LOCK),
    Defect("import that is no dependency", SOURCE + "features.py", "import numpy as np\n", "import numpy as np\nimport requests\n"),
    Defect("import of what nobody installed", SOURCE + "features.py", "import numpy as np\n", "import numppy as np\n"),
    Defect("dependency that nothing imports", MANIFEST, '"numpy", ', '"numpy", "requests", '),
    Defect("dependency that the lock does not hold", MANIFEST, '"numpy", ', '"numpy", "xgboost", '),
    Defect("dependency pinned beside the lock", MANIFEST, '"pandas"', '"pandas==2.0.0"'),
    Defect("pipeline that does not exist", MANIFEST, "tasks:Pipeline", "tasks:Pipelin"),
    Defect("package that does not exist", MANIFEST, 'package = "triage"', 'package = "triag"'),
    Defect("setting that does not exist", MANIFEST, "deadline_minutes = 60", "deadline = 60"),
    Defect("nobody answers for it", MANIFEST, 'owner = "ML team"\n', ""),
    Defect("schedule that never comes", MANIFEST, '"0 5 * * *"', '"0 25 * * *"'),
    Defect("deadline after the next run", MANIFEST, "deadline_minutes = 60", "deadline_minutes = 6000"),
    Defect("reads a dataset that nobody writes", MANIFEST, "reads = []", 'reads = ["shop.orders"]'),
    Defect("tests' folder that does not exist", MANIFEST, 'testpaths = ["tests"]', 'testpaths = ["test"]'),
    Defect("dataset that no task writes", CATALOGUE, "", '\n[datasets.lost]\ndescription = "Lost."\n\n[datasets.lost.columns]\nn = { dtype = "int64", description = "A number." }\n'),
    Defect("dataset under another name", SOURCE + "tasks.py", 'dataset = "cases"', 'dataset = "case"'),
    Defect("dtype that does not exist", CATALOGUE, 'malignant = { dtype = "bool"', 'malignant = { dtype = "boolean"'),
    Defect("column declared twice", CATALOGUE, 'malignant = {', 'mean_radius = { dtype = "bool", description = "Twice." }\nmalignant = {'),
    Defect("task that nothing needs", SOURCE + "tasks.py", "class Pipeline(Task):", 'class Lost(Task):\n    """Does nothing."""\n\n\nclass Pipeline(Task):'),
    Defect("tests chosen by a word", MANIFEST, "--import-mode=importlib", "--import-mode=importlib -k nothing"),
    Defect("markers that nobody declares", MANIFEST, "--strict-markers ", ""),
    Defect("settings of pytest under a wrong name", MANIFEST, "[tool.pytest.ini_options]", "[tool.pytest_ini_options]"),
    Defect("settings of pytest elsewhere", "pytest.ini", "", "[pytest]\naddopts = -k nothing\n"),
    Defect("types that nobody checks", MANIFEST, "strict = true", "strict = true\nignore_errors = true"),
    Defect("types of the package left out", MANIFEST, 'module = ["implicit.*"', 'module = ["triage.*", "implicit.*"'),
    Defect("linter without rules", MANIFEST, 'src = ["src"]\n', 'src = ["src"]\nlint.ignore = ["ALL"]\n'),
    Defect("linter of its own", MANIFEST, 'extend = "../../pyproject.toml"\n', ""),
    Defect("module that the linter leaves out", SOURCE + "features.py", '"""What the model', '# ruff: noqa\n"""What the model'),
    Defect("another name than its folder", MANIFEST, 'name = "triage"', 'name = "triages"'),
    Defect("another Python than its image", MANIFEST, ">=3.11,<3.14", ">=3.12,<3.14"),
    Defect("dependency that the lock cannot meet", MANIFEST, '"pandas"', '"pandas>=99"'),
    Defect("dependency from elsewhere", MANIFEST, '"pandas"', '"pandas @ git+https://github.com/pandas-dev/pandas"'),
    Defect("parameter that does not arrive", SOURCE + "tasks.py", "FitModel(regularisation=self.regularisation)", "FitModel()"),
    Defect("parameter that nothing looks at", SOURCE + "tasks.py", "self.load()), self.regularisation))", "self.load()), 1.0))"),
]  # fmt: skip

IN_NOTEBOOKS = [
    Defect("gate without a bound", AUDIT, 'paddock.gate(\\"auc\\", auc, at_least=minimum_auc)', 'paddock.gate(\\"auc\\", auc)'),
    Defect("gate that any score reaches", AUDIT, "minimum_auc: float = 0.97", "minimum_auc: float = 0.0"),
    Defect("gate that any share stays below", AUDIT, "largest_calibration_error: float = 0.08", "largest_calibration_error: float = 1.0"),
    Defect("gate with a bound at infinity", AUDIT, "largest_drift: float = 0.5", "largest_drift: float = 1e9"),
    Defect("gate of a constant", AUDIT, '(\\"auc\\", auc, at', '(\\"auc\\", 0.99, at'),
    Defect("gate of a value cut off", AUDIT, '(\\"auc\\", auc, at', '(\\"auc\\", max(auc, 0.98), at'),
    Defect("gate of a value with itself", AUDIT, "at_least=minimum_auc", "at_least=auc"),
    Defect("gate in a condition", AUDIT, 'paddock.gate(\\"auc\\", auc, at_least=minimum_auc)', 'if auc > minimum_auc:\\n", "    paddock.gate(\\"auc\\", auc, at_least=minimum_auc)'),
    Defect("gate below zero", AUDIT, "gain.low, above=0", "gain.low, above=-10"),
    Defect("gate with a bare number", AUDIT, "at_least=minimum_auc", "at_least=0.5"),
    Defect("gate whose bound moves with the value", AUDIT, "at_least=minimum_auc", "at_least=min(minimum_auc, auc)"),
    Defect("bound stored again", AUDIT, '"auc = roc', '"minimum_auc = 0.5\\n",\n    "auc = roc'),
    Defect("gate turned round", AUDIT, "at_most=largest_drift", "at_least=largest_drift"),
    Defect("gate whose failure is suppressed", AUDIT, 'paddock.gate(\\"auc\\", auc, at_least=minimum_auc)', 'import contextlib\\n",\n    "with contextlib.suppress(Exception):\\n",\n    "    paddock.gate(\\"auc\\", auc, at_least=minimum_auc)'),
    Defect("gate in a loop over nothing", AUDIT, 'paddock.gate(\\"auc\\", auc, at_least=minimum_auc)', 'for score in [auc][1:]:\\n",\n    "    paddock.gate(\\"auc\\", auc, at_least=minimum_auc)'),
    Defect("gate of a value that was cut off before", AUDIT, 'paddock.gate(\\"auc\\", auc, at_least=minimum_auc)', 'auc = max(auc, 0.98)\\n",\n    "paddock.gate(\\"auc\\", auc, at_least=minimum_auc)'),
    Defect("gate of a picked value", AUDIT, '(\\"auc\\", auc, at', '(\\"auc\\", auc if auc > 0.9 else 1.0, at'),
    Defect("gate of a measure against itself", AUDIT, 'auc = roc_auc_score(truth, held_out[\\"probability\\"])', "auc = roc_auc_score(truth, truth)"),
    Defect("gate of the best slice", AUDIT, 'by_slice[\\"value\\"].min()', 'by_slice[\\"value\\"].max()'),
    Defect("gate of the gain's high end", AUDIT, "gain.low, above=0", "gain.high, above=0"),
    Defect("gain that no gate judges", AUDIT, 'paddock.gate(\\"gain over the rule, low end\\", gain.low, above=0)', 'paddock.metric(\\"gain over the rule, low end\\", gain.low)'),
    Defect("gate replaced", AUDIT, '"auc = roc', '"paddock.gate = print\\n",\n    "auc = roc'),
    Defect("gate commented out", AUDIT, 'paddock.gate(\\"auc\\", auc, at_least=minimum_auc)', '# paddock.gate(\\"auc\\", auc, at_least=minimum_auc)'),
    Defect("judged on what the model learned from", AUDIT, 'judged[judged[\\"held_out\\"]]', 'judged[~judged[\\"held_out\\"]]'),
    Defect("published probability overwritten", AUDIT, '"held_out = judged', '"judged[\\"probability\\"] = judged[\\"malignant\\"]\\n",\n    "held_out = judged'),
    Defect("parameter that nothing uses", AUDIT, '"minimum_auc: float', '"unused: float = 0.5\\n",\n    "minimum_auc: float'),
    Defect("parameters without their tag", AUDIT, '\n     "parameters"\n', '\n     "parameter"\n'),
    Defect("cell that is skipped", AUDIT, '"metadata": {},\n   "outputs"', '"metadata": {\n    "tags": [\n     "skip-execution"\n    ]\n   },\n   "outputs"'),
    Defect("notebook that ends early", AUDIT, '"auc = roc', '"raise SystemExit(0)\\n",\n    "auc = roc'),
    Defect("notebook that leaves", AUDIT, '"auc = roc', '"exit()\\n",\n    "auc = roc'),
    Defect("notebook that is not run", MANIFEST, 'notebooks = ["notebooks/validation.ipynb"]', 'notebooks = ["notebooks/explore.ipynb"]'),
    Defect("notebook that does not exist", MANIFEST, "notebooks/validation.ipynb", "notebooks/audit.ipynb"),
    Defect("no notebook at all", MANIFEST, 'notebooks = ["notebooks/validation.ipynb"]', "notebooks = []"),
    Defect("results left in a notebook", EXPLORE, '"execution_count": null', '"execution_count": 7'),
    Defect("notebook that is no JSON", EXPLORE, '"cells": [', '"cells": ['[:-1]),
    Defect("two cells with one id", AUDIT, edit=_same_ids),
    Defect("cell that does not parse", EXPLORE, "import paddock", "import paddock as"),
    Defect("dataset read by a wrong name", AUDIT, 'paddock.read(\\"predictions\\")', 'paddock.read(\\"prediction\\")'),
]  # fmt: skip

IN_TESTS = [
    Defect("test that asserts nothing", "tests/test_rule.py", "    assert rule.decide(rule.fit(cases), cases).tolist() == truth", "    rule.decide(rule.fit(cases), cases)"),
    Defect("test that asserts what is always true", "tests/test_rule.py", "    assert rule", "    assert True or rule"),
    Defect("test of a tuple", "tests/test_pipeline.py", 'assert predictions["held_out"].any()', 'assert (predictions["held_out"].any(), "none held out")'),
    Defect("test that is skipped", "tests/test_rule.py", "def test_the_rule", "@pytest.mark.skip\ndef test_the_rule"),
    Defect("test that swallows its failure", "tests/test_rule.py", "    assert rule.decide(rule.fit(cases), cases).tolist() == truth", "    try:\n        assert rule.decide(rule.fit(cases), cases).tolist() == truth\n    except AssertionError:\n        pass"),
    Defect("test that no run collects", "tests/rules.py", "", '"""Tests of the rule."""\n\n\ndef test_rule() -> None:\n    """Never run."""\n    assert 1 + 1 == 2\n'),
    Defect("two tests of one name", "tests/test_rule.py", "", '\n\ndef test_the_rule_finds_the_thresholds_that_separate() -> None:\n    """Again."""\n    assert rule.COLUMNS\n'),
    Defect("module that no test reaches", SOURCE + "extra.py", "", '"""Something more."""\n\n\ndef more() -> int:\n    """Give more."""\n    return 1\n'),
    Defect("assertion that no run reaches", "tests/test_rule.py", "    assert rule.decide", "    if False:\n        assert rule.decide"),
    Defect("assertion under a condition", "tests/test_rule.py", "    assert rule.decide", "    if len(cases) > 1000:\n        assert rule.decide"),
    Defect("loop over nothing", "tests/test_rule.py", "    assert rule.decide(rule.fit(cases), cases).tolist() == truth", "    said = rule.decide(rule.fit(cases), cases).tolist()\n    for size in []:\n        assert said[size] == truth[size]"),
    Defect("return before the assertion", "tests/test_rule.py", "    assert rule.decide", "    if truth:\n        return\n    assert rule.decide"),
    Defect("test that expects its own failure", "tests/test_rule.py", "    assert rule.decide", "    with pytest.raises(AssertionError):\n        assert rule.decide"),
    Defect("test of a generator", "tests/test_rule.py", "    assert rule.decide(rule.fit(cases), cases).tolist() == truth", "    assert (said == true for said, true in zip(rule.decide(rule.fit(cases), cases), truth, strict=True))"),
    Defect("test that something is there", "tests/test_rule.py", "(rule.fit(cases), cases).tolist() == truth", "(rule.fit(cases), cases) is not None"),
    Defect("expectation from the code under test", "tests/test_rule.py", "    assert rule.decide(rule.fit(cases), cases).tolist() == truth", "    expected = rule.decide(rule.fit(cases), cases)\n    assert rule.decide(rule.fit(cases), cases).equals(expected)"),
    Defect("tolerance without an end", "tests/test_rule.py", "== truth", '== pytest.approx(truth, abs=float("inf"))'),
    Defect("cases of a test that are none", "tests/test_rule.py", "def test_the_rule_finds_the_thresholds_that_separate(", '@pytest.mark.parametrize("n", [])\ndef test_the_rule_finds_the_thresholds_that_separate(n: int'),
    Defect("test that pytest cannot await", "tests/test_rule.py", "def test_the_rule", "async def test_the_rule"),
    Defect("one example of a property", "tests/test_features.py", "max_examples=25", "max_examples=1"),
    Defect("property without its phases", "tests/test_features.py", "deadline=None", "deadline=None, phases=()"),
    Defect("conftest that leaves a file out", "tests/conftest.py", "", '"""Settings of the tests."""\n\ncollect_ignore = ["test_rule.py"]\n'),
    Defect("tests of the rule are gone", "tests/test_rule.py", None, None),
]  # fmt: skip

IN_READMES = [
    Defect("file that is not there", README, "rule.py`", "rules.py`"),
    Defect("command that is not there", README, "paddock report triage", "paddock reports triage"),
    Defect("option that is not there", README, "paddock run triage ", "paddock run triage --quick "),
    Defect("project that is not there", README, "pytest projects/triage", "pytest projects/triagge"),
    Defect("make target that is not there", README, "paddock report triage", "make reprt"),
    Defect("parameter that is not there", README, "-p regularisation=0.1", "-p regularization=0.1"),
    Defect("commands that nobody executes", README, "```sh\n", "```\n"),
    Defect("link to nowhere", README, "## Model card\n", "## Model card\n\nSee [how it came](docs/history.md).\n"),
    Defect("model card without its limits", README, "| Known limits | ", "| Limits | "),
    Defect("title of another project", README, "# Triage\n", "# Triages\n"),
    Defect("owner of another project", README, "Owner: ML team", "Owner: Data team"),
    Defect("word misspelt", README, "A logistic regression learns", "A logistic regression recieves"),
    Defect("failure that is hidden", README, "pytest projects/triage ", "pytest projects/triage || true "),
    Defect("option of pytest that is not there", README, "pytest projects/triage ", "pytest projects/triage --quick "),
    Defect("package installed by hand", README, "```sh\n", "```sh\npip install -r requirements.txt\n"),
    Defect("password in a command", README, "```sh\n", "```sh\nexport POSTGRES_PASSWORD=hunter2\n"),
    Defect("module that nobody tells of", README, "`model.py`, ", ""),
    Defect("setting that nothing reads", README, "## Model card\n", "Set `PADDOCK_SERVING_URI`.\n\n## Model card\n"),
    Defect("dataset that is not there", README, "## Model card\n", "Read `triage.prediction`.\n\n## Model card\n"),
    Defect("limits still to be written", README, "| Known limits | no", "| Known limits | to be written: no"),
]  # fmt: skip

IN_FILES = [
    Defect("tag of the template left", README, "Owner:", "{{ cookiecutter.owner }} Owner:"),
    Defect("block of the template left", SOURCE + "costs.py", "", "# {% if True %}\n"),
    Defect("space at a line's end", README, "## Model card\n", "## Model card \n"),
    Defect("no newline at the end", CATALOGUE, edit=lambda text: text.rstrip("\n")),
    Defect("carriage returns", COMPOSE, "read_only: true\n", "read_only: true\r\n"),
    Defect("empty file", "docs.md", "", "\n"),
    Defect("path of one machine", SOURCE + "sources.py", "_MALIGNANT = 0", '_MALIGNANT = 0\n_FOLDER = "/home/ada/data"'),
    Defect("code that is not formatted", SOURCE + "costs.py", "MISS_COST = 5.0", "MISS_COST=5.0"),
    Defect("import that nothing uses", SOURCE + "costs.py", "import pandas as pd\n", "import numpy as np\nimport pandas as pd\n"),
    Defect("code that does not parse", SOURCE + "costs.py", "def decide(", "def decide(("),
    Defect("public function without a promise", SOURCE + "costs.py", '    """Say yes where the expected cost of no is larger: at a probability of 1 / (1 + MISS_COST) and above."""\n', ""),
    Defect("secret in the code", SOURCE + "sources.py", "_MALIGNANT = 0", '_MALIGNANT = 0\n_KEY = "AKIAIOSFODNN7EXAMPLQ"'),
    Defect("settings that do not parse", MANIFEST, "[tool.ruff]", "[tool.ruff"),
]  # fmt: skip

DEEP = [
    Defect("wrong type", SOURCE + "costs.py", "MISS_COST = 5.0", 'MISS_COST = "5.0"', deep=True),
    Defect("the model sees the answer", SOURCE + "features.py", '("case_id", "malignant")', '("case_id",)', deep=True),
    Defect("the model learns from what judges it", SOURCE + "features.py", "cases[~is_held_out(cases)]", "cases", deep=True),
    Defect("probability of the other class", SOURCE + "model.py", "[:, 1]", "[:, 0]", deep=True),
    Defect("decision turned round", SOURCE + "costs.py", "probability >=", "probability <", deep=True),
    Defect("cost forgotten", SOURCE + "costs.py", "1 / (1 + MISS_COST)", "MISS_COST / (1 + MISS_COST)", deep=True),
    Defect("column that the contract does not know", SOURCE + "tasks.py", '"rule_decision": ', '"rule_decisions": ', deep=True),
    Defect("source that lost a column", SOURCE + "sources.py", 'return frame.assign(', 'return frame.drop(columns="mean_area").assign(', deep=True),
    Defect("model too weak", SOURCE + "model.py", "LogisticRegression(C=regularisation,", "LogisticRegression(C=regularisation / 1e9,", deep=True),
    Defect("rule never fitted", SOURCE + "tasks.py", "self.dump(rule.fit(features.training(self.load())))", "self.dump(rule.ThresholdRule())", deep=True),
    Defect("the model is fitted on everything", SOURCE + "tasks.py", "model.fit(features.training(self.load()),", "model.fit(self.load(),", deep=True),
    Defect("everything counts as held out", SOURCE + "tasks.py", "features.is_held_out(cases)", "True", deep=True),
    Defect("feature made of the answer", SOURCE + "features.py", ".apply(np.log1p)", '.apply(np.log1p).assign(hint=cases["malignant"].astype(float))', deep=True),
    Defect("probability is the answer", SOURCE + "tasks.py", 'model.probability(self.load("model"), cases)', 'cases["malignant"].astype(float)', deep=True),
]  # fmt: skip

DEFECTS = [*IN_IMAGES, *IN_DECLARATIONS, *IN_NOTEBOOKS, *IN_TESTS, *IN_READMES, *IN_FILES, *DEEP]
