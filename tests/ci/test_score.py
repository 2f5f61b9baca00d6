"""What the ML Test Score promises: each item counts by its evidence, and by nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from paddock.data.given import publish_given
from paddock.errors import ConfigurationError
from paddock.project import Workspace, load_project
from paddock.runs.record import last_good, write_record
from paddock.runs.request import Request
from paddock.runs.run import run
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS, scratch_copy
from paddock_ci.files import ProjectFiles
from paddock_ci.score import command
from paddock_ci.score.code import Code
from paddock_ci.score.facts import Facts
from paddock_ci.score.score import SECTIONS, answer, score

ROOT = Path(__file__).parents[2]
ITEMS = {item.code: item for items in SECTIONS.values() for item in items}
OF_RUN = [code for code, item in ITEMS.items() if item.of_run]
VALIDATION = "notebooks/validation.ipynb"
TEST_FEATURES, TEST_PIPELINE = "tests/test_features.py", "tests/test_pipeline.py"
PARAMETERS = """
minimum_importance: float = 0.001
longest_seconds: float = 60.0
largest_ageing: float = 0.1
minimum_correlation: float = 0.1
minimum_age_auc: float = 0.5
"""
EVIDENCE = """
begun = time.perf_counter()
made = features.inputs(cases[cases["case_id"].isin(held_out.head(1)["case_id"])])
one = features.inputs(cases.head(1))
paddock.table(one, title="What the model sees of one case")
paddock.gate("seconds of features", time.perf_counter() - begun, at_most=longest_seconds)
columns = ["mean_radius", "mean_texture"]
tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(held_out[columns], truth)
importance = permutation_importance(tree, held_out[columns], truth, n_repeats=1, random_state=0)
paddock.gate("importance of the worst feature", importance.importances_mean.min(), at_least=minimum_importance)
both = held_out.merge(paddock.read("predictions", version=0), on="case_id", suffixes=("", "_before"))
lost = roc_auc_score(truth, both["probability"]) - roc_auc_score(truth, both["probability_before"])
paddock.gate("what an older model costs", lost, at_most=largest_ageing)
seen = held_out.merge(paddock.read("ward.outcomes"), on="case_id")
paddock.gate("correlation with what came true", seen["probability"].corr(seen["harm"]), at_least=minimum_correlation)
by_age = metrics.slices(held_out, pd.cut(held_out["age"], [0, 50, 100]), slice_auc)
paddock.gate("auc of the worst age", by_age["value"].min(), at_least=minimum_age_auc)
"""
WARD = {
    "pyproject.toml": '[project]\nname = "ward"\nversion = "0.1.0"\ndescription = "The ward."\n\n[tool.paddock]\n'
    'owner = "Ward"\npackage = "ward"\npipeline = "ward.tasks:Pipeline"\nnotebooks = ["notebooks/validation.ipynb"]\n',
    "catalog.toml": '[datasets.outcomes]\ndescription = "What came true."\nkey = ["case_id"]\n\n'
    '[datasets.outcomes.columns]\ncase_id = { dtype = "string", description = "The mass." }\n'
    'harm = { dtype = "float64", description = "How bad it was." }\n',
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a fresh project that has run once, and whose tests have passed."""
    place = tmp_path_factory.mktemp("fresh") / "workspace"
    team = scratch_copy(Workspace(ROOT), place)
    project = load_project(team, new_project(team, ANSWERS).name)
    record = run(project, Request())
    assert record.status == "published", record.reason
    pytest_command = [sys.executable, "-m", "pytest", "projects/triage"]
    assert subprocess.run(pytest_command, cwd=place, capture_output=True, check=False).returncode == 0
    return place


@pytest.fixture(scope="module")
def complete(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with the evidence that a template cannot have, committed, reviewed and run a second time."""
    place = tmp_path_factory.mktemp("complete") / "workspace"
    shutil.copytree(fresh, place)
    project = place / "projects/triage"
    for path, text in WARD.items():
        (place / "projects/ward" / path).parent.mkdir(exist_ok=True)
        (place / "projects/ward" / path).write_text(text)
    ids = [f"mass-{number:04d}" for number in range(1, 570)]
    harm = last_predictions(place).set_index("case_id").loc[ids, "probability"].to_numpy()
    publish_given(Workspace(place), "ward.outcomes", pd.DataFrame({"case_id": ids, "harm": harm}))
    mend(project / "pyproject.toml", "reads = []", 'reads = ["ward.outcomes"]')
    mend(project / "catalog.toml", "\nheld_out =", '\nage = { dtype = "float64", minimum = 0, maximum = 120, '
         'unit = "years", description = "Age." }\nheld_out =')  # fmt: skip
    mend(project / "src/triage/tasks.py", '"held_out":', '"age": (cases["mean_texture"] * 2).clip(1, 99),\n"held_out":')
    add_to_notebook(project / VALIDATION)
    (place / ".gitignore").write_text(".paddock/\n.hypothesis/\n.pytest_cache/\n__pycache__/\n")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    commit = [*git, "commit", "-qm", "Begin\n\nReviewed-by: Grace <grace@example.org>"]
    for step in (["git", "init", "-q"], ["git", "add", "-A"], commit):
        subprocess.run(step, cwd=place, check=True)
    record = run(load_project(Workspace(place), "triage"), Request(parameters={"regularisation": "0.5"}))
    assert record.status == "published", record.reason
    return place


@pytest.fixture
def project(fresh: Path, tmp_path: Path) -> Path:
    """The folder of the fresh project in a copy of its workspace, to be broken."""
    shutil.copytree(fresh, tmp_path / "workspace")
    return tmp_path / "workspace/projects/triage"


def last_predictions(place: Path) -> pd.DataFrame:
    """The predictions that are published."""
    from paddock.data.session import open_session
    from paddock.settings import load_settings

    team = Workspace(place)
    return open_session(load_project(team, "triage"), load_settings(team), run="").read("predictions")


def mend(path: Path, old: str, new: str) -> None:
    """Replace a text that is there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def add_to_notebook(path: Path) -> None:
    """Add the parameters, imports and gates of EVIDENCE to the validation notebook."""
    notebook = json.loads(path.read_text())
    cells = notebook["cells"]
    tagged = next(cell for cell in cells if "parameters" in cell["metadata"].get("tags", ()))
    tagged["source"] = "".join(tagged["source"]).rstrip() + PARAMETERS.rstrip()
    imports = next(cell for cell in cells if "import paddock\n" in "".join(cell["source"]))
    imports["source"] = (
        "import time\nfrom sklearn.inspection import permutation_importance\n"
        "from sklearn.tree import DecisionTreeClassifier\n" + "".join(imports["source"])
    )
    cells.append({**imports, "id": "evidence", "source": EVIDENCE.strip()})
    path.write_text(json.dumps(notebook))


def credit(place: Path, code: str) -> float:
    """What an item counts for the project."""
    return answer(Facts(Workspace(place), "triage"), ITEMS[code]).credit.value


def said(place: Path, code: str) -> str:
    """What an item says of the project."""
    found = answer(Facts(Workspace(place), "triage"), ITEMS[code])
    return f"{found.said} → {found.step}"


def test_the_rubric_has_four_sections_of_seven() -> None:
    """Four sections of seven items, each with a code of its own."""
    assert [len(items) for items in SECTIONS.values()] == [7, 7, 7, 7]
    assert len(ITEMS) == 28


def test_a_fresh_project_scores_what_it_shows(fresh: Path) -> None:
    """After one run, and with its tests passed, each section reaches four."""
    found = score(Workspace(fresh), "triage")
    assert {section.title: section.points for section in found.sections} == {
        "Data": 4.0,
        "Model": 4.0,
        "Infrastructure": 5.5,
        "Monitoring": 6.5,
    }
    assert (found.total, found.band.partition(";")[0]) == (
        4.0,
        "strong automated testing and monitoring, fit for critical systems",
    )


def test_each_item_says_what_it_saw_or_what_to_do(fresh: Path) -> None:
    """Every answer names something; what is not fully credited names a next step."""
    for section in score(Workspace(fresh), "triage").sections:
        for item, evidence in section.answers:
            assert len(evidence.said) > 10, item.code
            assert bool(evidence.step) == (evidence.credit < 1), item.code


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("D1", 1), ("D2", 1), ("D3", 1), ("D6", 1), ("M1", 1), ("M2", 1), ("M3", 1), ("M4", 1), ("M5", 1), ("M6", 1),
        ("M7", 1), ("I4", 1), ("I5", 1), ("I6", 1), ("I7", 1), ("O1", 1), ("O2", 1), ("O3", 1), ("O4", 1), ("O7", 1),
    ],
)  # fmt: skip
def test_evidence_of_a_run_is_credited(complete: Path, code: str, expected: float) -> None:
    """With its evidence, each item whose evidence comes from runs counts a whole point."""
    assert credit(complete, code) == expected, said(complete, code)


def test_an_older_version_tells_of_ageing_too(complete: Path) -> None:
    """A gate on another version of a dataset is told before one on a model of earlier rows."""
    assert "'what an older model costs' (notebooks/validation.ipynb cell" in said(complete, "M4")


@pytest.mark.parametrize("code", ["D4", "D7", "I1", "I2", "I3", "O5"])
def test_evidence_of_tests_is_credited_where_they_passed(fresh: Path, project: Path, code: str) -> None:
    """A test that can fail counts half, and a whole point once pytest passed after the last change."""
    assert credit(fresh, code) == 1, said(fresh, code)
    shutil.rmtree(project / ".pytest_cache")
    assert credit(project.parents[1], code) == 0.5
    assert "not seen to pass" in said(project.parents[1], code)


@pytest.mark.parametrize("code", ["D2", "M1", "M2", "M7"])
def test_what_a_fresh_project_has_not_is_not_credited(fresh: Path, code: str) -> None:
    """Without its evidence, an item counts nothing and says how to get it."""
    assert credit(fresh, code) == 0
    assert answer(Facts(Workspace(fresh), "triage"), ITEMS[code]).step


def remove(path: str) -> Callable[[Path], None]:
    """Remove a file or folder of the project."""

    def removing(project: Path) -> None:
        target = project / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return removing


def change(path: str, old: str, new: str = "") -> Callable[[Path], None]:
    """Replace a text in a file of the project."""
    return lambda project: mend(project / path, old, new)


def without_gate(name: str) -> Callable[[Path], None]:
    """Make the gate of that name a metric, so that the notebook still computes its value."""
    return change(VALIDATION, f'paddock.gate(\\"{name}\\"', f'paddock.metric(\\"{name}\\"')


SKEWED = change("src/triage/model.py", "features.inputs(cases)", "cases.select_dtypes('number')")


@pytest.mark.parametrize(
    ("code", "spoil", "expected"),
    [
        ("D1", change("catalog.toml", "min_rows = 50", "min_rows = 51"), 0),
        ("D3", change("pyproject.toml", "deadline_minutes = 60"), 0),
        ("D4", change(TEST_FEATURES, '    assert not {"case_id", "malignant"} & set(inputs.columns)\n'), 0),
        ("D6", SKEWED, 0),
        ("D7", remove(TEST_FEATURES), 0),
        ("M3", change("src/triage/tasks.py", "model.tuned(training, self.regularisation)", "self.regularisation"), 0),
        ("M3", change("src/triage/model.py", "(_unfitted(regularisation), choices,",
                      '(_unfitted(1.0), {"logisticregression__C": [regularisation]},'), 0),
        ("M4", without_gate("auc lost by an older model"), 0),
        ("M4", change(VALIDATION, 'ageing.earlier(features.training(cases), \\"case_id\\")',
                      "features.training(cases)"), 0),
        ("M5", without_gate("gain over the rule, low end"), 0),
        ("M6", without_gate("auc of the worst slice"), 0),
        ("I1", change(TEST_PIPELINE, "test_what_is_held_out_is_never", "what_is_held_out_is_never"), 0),
        ("I2", remove("tests/test_model.py"), 0),
        ("I3", remove(TEST_PIPELINE), 0),
        ("I4", without_gate("gain over the rule, low end"), 0),
        ("I5", remove("../../.paddock/tasks"), 0),
        ("I6", change("Dockerfile", 'ENTRYPOINT ["paddock"]', 'ENTRYPOINT ["paddok"]'), 0),
        ("I7", change("catalog.toml", "serve = true"), 0),
        ("O1", change("requirements.txt", "luigi==", "luigy=="), 0),
        ("O2", change("catalog.toml", "min_rows = 50", "min_rows = 51"), 0),
        ("O3", SKEWED, 0),
        ("O4", change("pyproject.toml", 'schedule = "0 5 * * *"'), 0),
        ("O5", change("catalog.toml", '"float64", minimum = 0, maximum = 1, ', '"float64", minimum = 0, '), 0),
        ("O6", change("pyproject.toml", "deadline_minutes = 60"), 0),
        ("O7", without_gate("gain over the rule, low end"), 0),
        ("O7", without_gate("largest drift"), 0.5),
    ],
)  # fmt: skip
def test_without_its_evidence_an_item_is_not_credited(
    project: Path, code: str, spoil: Callable[[Path], None], expected: float
) -> None:
    """Where the gate, the test, the bound or the file is gone, so is the credit."""
    spoil(project)
    assert credit(project.parents[1], code) == expected, said(project.parents[1], code)


def test_a_comment_or_an_empty_file_is_no_evidence(project: Path) -> None:
    """Gates in comments and tests that assert nothing count nothing."""
    mend(
        project / VALIDATION, 'paddock.gate(\\"auc of the worst slice\\"', '# paddock.gate(\\"auc of the worst slice\\"'
    )
    (project / "tests/test_model.py").write_text('"""Calls model.fit and asserts finely."""\n')
    (project / TEST_PIPELINE).write_text("def test_it(tmp_path):\n    testing.build(PROJECT, tmp_path, given={})\n")
    assert [credit(project.parents[1], code) for code in ("M6", "I1", "I2", "I3")] == [0, 0, 0, 0]


def test_a_test_that_failed_is_no_evidence(project: Path) -> None:
    """What failed when pytest last ran counts nothing, and nothing counts a whole point beside it."""
    noted = project / ".pytest_cache/v/cache/lastfailed"
    noted.write_text(json.dumps({f"{TEST_PIPELINE}::test_what_is_held_out_is_never_learned_from": True}))
    assert [credit(project.parents[1], code) for code in ("I1", "I3")] == [0, 0.5]


def test_two_runs_that_wrote_the_same_are_reproducible(project: Path) -> None:
    """Two runs that computed everything on the same inputs prove it either way."""
    (project / TEST_PIPELINE).unlink()
    found = load_project(Workspace(project.parents[1]), "triage")
    record = last_good(found)
    assert record is not None
    write_record(found, record.model_copy(update={"run": "20200101-000000-aaaaaa", "status": "failed"}))
    assert credit(project.parents[1], "I1") == 1
    other = tuple(fact.model_copy(update={"content_hash": "0" * 64}) for fact in record.datasets)
    again = {"run": "20200102-000000-aaaaaa", "status": "failed", "datasets": other}
    write_record(found, record.model_copy(update=again))
    assert credit(project.parents[1], "I1") == 0


@pytest.mark.parametrize(("seconds", "expected"), [(1000.0, 1), (0.1, 0)])
def test_times_are_compared_with_earlier_runs(project: Path, seconds: float, expected: float) -> None:
    """After three earlier runs, one that took twice their median counts nothing, another one a point."""
    found = load_project(Workspace(project.parents[1]), "triage")
    record = last_good(found)
    assert record is not None
    for day in (1, 2, 3):
        phases = {"build": seconds, "audit": 0.0}
        write_record(found, record.model_copy(update={"run": f"2020010{day}-000000-aaaaaa", "phases": phases}))
    assert credit(project.parents[1], "O6") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{datetime.now(UTC):%Y-%m-%d} Ada: access to cases is by role", 0.5),
        (f"{datetime.now(UTC) - timedelta(days=400):%Y-%m-%d} Ada: access to cases is by role", 0),
        (f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d} Ada: access to cases is by role", 0),
        ("2026-02-31 Ada: access to cases is by role", 0),
        ("all fine", 0),
    ],
)
def test_privacy_is_signed_by_name_and_date(project: Path, line: str, expected: float) -> None:
    """A dated, named line counts half for a year; it leaves the checks of the project as they are."""
    manifest = project / "pyproject.toml"
    manifest.write_text(f'{manifest.read_text()}\n[tool.paddock-score]\nsigned = {{ D5 = "{line}" }}\n')
    facts = Facts(Workspace(project.parents[1]), "triage")
    assert answer(facts, ITEMS["D5"]).credit.value == expected
    assert facts.faults("PD101", "PD109") == []


PACKAGE = {
    "tasks": """
        from shop import choice, features, lists, model

        class Fit:
            def run(self):
                model.fit(self.load(), choice.best(self.load()))

        class Lists:
            def frame(self):
                return lists.made(self.load("model"), self.load("history"))
        """,
    "features": """
        def matrix(history):
            return history

        def unseen(history):
            return history
        """,
    "model": """
        from shop import features

        def fit(history, factors):
            return Factors(factors).fit(features.matrix(history))

        def scores(model):
            return model["users"] @ model["items"].T
        """,
    "lists": """
        from shop import features, model

        def made(fitted, history):
            return model.scores(fitted) - features.matrix(history) - features.unseen(history)
        """,
    "choice": """
        from shop import model

        def best(history):
            def found(factors):
                return model.scores(model.fit(history, factors)).mean()

            return max((8, 16), key=found)
        """,
}


def code_of(place: Path, modules: dict[str, str]) -> Code:
    """The code of a project `shop` with these modules."""
    package = place / "projects/shop/src/shop"
    package.mkdir(parents=True)
    (place / "projects/shop/pyproject.toml").write_text('[tool.paddock]\npackage = "shop"\n')
    for name, text in modules.items():
        (package / f"{name}.py").write_text(textwrap.dedent(text))
    return Code(ProjectFiles(place, place / "projects/shop"))


def test_factors_predict_by_products(tmp_path: Path) -> None:
    """What asks a model of factors shares the features with what fits it; what only one of both uses is not shared."""
    assert [str(name) for name in code_of(tmp_path, PACKAGE).shared] == ["features.matrix"]


def test_the_best_of_fitted_models_is_a_search(tmp_path: Path) -> None:
    """To take the best of several by a key that fits a model for each is tuning; by another key it is not."""
    assert list(code_of(tmp_path / "fitted", PACKAGE).comparisons()) == ["src/shop/choice.py:8 max((8, 16), key=found)"]
    other = PACKAGE | {"choice": PACKAGE["choice"].replace("model.scores(model.fit(history, factors)).mean()", "1")}
    assert list(code_of(tmp_path / "other", other).comparisons()) == []


def test_evidence_of_other_files_counts_half(project: Path) -> None:
    """Once a file changed, what the last run showed counts half, and says so."""
    mend(project / "README.md", "# Triage", "# Triage ")
    for code in ("D1", "M5", "M6", "I4", "O7"):
        assert credit(project.parents[1], code) == 0.5
        assert "changed since that run" in said(project.parents[1], code)


def forge_gate(folder: Path, is_sealed: bool) -> None:
    """Give a gate another value in the record; with its seal renewed, as one would who knows how."""
    from paddock.storage import artifact

    path = folder / "record.json"
    manifest = artifact.read_manifest(path)
    assert manifest is not None
    document: dict[str, Any] = json.loads(path.read_text())
    document["notebooks"][0]["gates"][0]["value"] = 99.0
    content = json.dumps(document).encode()
    artifact.write_bytes(path, content, manifest.facts) if is_sealed else path.write_bytes(content)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda folder: forge_gate(folder, is_sealed=False),
        lambda folder: forge_gate(folder, is_sealed=True),
        lambda folder: (folder / "record.json").write_text("{"),
        lambda folder: (folder / "report.html").unlink(),
        lambda folder: (folder / VALIDATION).write_text("{}"),
        lambda folder: (folder.parents[2] / "serving.duckdb").unlink(),
        lambda folder: shutil.rmtree(folder.parents[2] / "data"),
        lambda folder: shutil.rmtree(folder),
    ],
    ids=["value", "sealed value", "record", "report", "notebook", "database", "data", "gone"],
)
def test_a_record_that_nothing_vouches_for_gives_no_credit(project: Path, tamper: Callable[[Path], None]) -> None:
    """A record that is missing, damaged, or says other than report, notebook and database, counts nothing."""
    [folder] = (path for path in (project.parents[1] / ".paddock/runs/triage").iterdir() if path.is_dir())
    tamper(folder)
    facts = Facts(Workspace(project.parents[1]), "triage")
    for code in OF_RUN:
        found = answer(facts, ITEMS[code])
        assert found.credit == 0, (code, found.said)
        assert found.step


@pytest.mark.parametrize(
    "damage",
    [
        lambda project: (project / "pyproject.toml").write_text("[tool.paddock"),
        lambda project: (project / "pyproject.toml").write_text("[tool.paddock]\nnotebooks = 5\n"),
        lambda project: (project / "pyproject.toml").write_bytes(b"\xff\xfe"),
        lambda project: (project / "catalog.toml").write_text("[datasets.cases]\ncolumns = 3\n"),
        lambda project: (project / "catalog.toml").unlink(),
        lambda project: (project / VALIDATION).write_text("{"),
        lambda project: shutil.rmtree(project.parents[1] / ".paddock"),
    ],
    ids=["toml", "type", "text", "catalog", "no catalog", "notebook", "no runs"],
)
def test_a_damaged_project_scores_nothing(project: Path, damage: Callable[[Path], None]) -> None:
    """Whatever is broken, next to nothing is left of the score, each item has a next step, none has a traceback."""
    damage(project)
    found = score(Workspace(project.parents[1]), "triage")
    assert found.total <= 0.5
    for item, evidence in (pair for section in found.sections for pair in section.answers):
        assert evidence.credit == 1 or evidence.step, item.code
        assert "could not be judged" not in evidence.said, (item.code, evidence.said)


def test_an_empty_project_scores_nothing(tmp_path: Path) -> None:
    """A project of a declaration alone gets 0 in each section, with next steps."""
    folder = tmp_path / "projects/empty"
    folder.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    (folder / "pyproject.toml").write_text('[tool.paddock]\nowner = "Ada"\nnotebooks = ["a.ipynb"]\n')
    found = score(Workspace(tmp_path), "empty")
    assert [section.points for section in found.sections] == [0, 0, 0, 0]
    assert all(evidence.step for section in found.sections for _, evidence in section.answers)


def test_the_command_prints_within_eighty_columns(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People see the sums, each item and its evidence, as wide as a terminal."""
    command.score(None, json=False, workspace=fresh)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "triage: ML Test Score 4"
    assert "Data 4 of 7" in lines
    assert "  D1 1   A schema says what is expected of each feature" in lines
    assert max(map(len, lines)) <= 80


def test_the_command_prints_json(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Machines get the same: score, sections, and of each item credit, evidence and next step."""
    command.score(["triage"], json=True, workspace=fresh)
    [found] = json.loads(capsys.readouterr().out)
    assert (found["project"], found["score"], len(found["sections"])) == ("triage", 4.0, 4)
    assert set(found["sections"][0]["items"][0]) == {"code", "title", "way", "credit", "evidence", "step"}


def test_an_unknown_project_is_named(fresh: Path) -> None:
    """A project that does not exist is a mistake of the command, with the nearest name."""
    with pytest.raises(ConfigurationError, match="triag: no such project"):
        command.score(["triag"], json=False, workspace=fresh)
