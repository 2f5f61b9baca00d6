"""Seeds of the checks PD: what a project declares, and what its code does."""

from __future__ import annotations

from tests.proof.seed import CATALOGUE, EXPLORE, IMAGE, MANIFEST, SOURCE, Defect, Honest, Seed
from tests.templates.defects import IN_DECLARATIONS, IN_NOTEBOOKS

_TASKS = SOURCE + "tasks.py"
_COSTS = SOURCE + "costs.py"
_IMPORT = "import pandas as pd\n"
_RULE = "class FitRule(Task):"
_FRAME = '    def frame(self) -> pd.DataFrame:\n        """The cases as they come."""'
_OPTIONS = "--import-mode=importlib"
_STRICT = "strict = true\n"
_SRC = 'src = ["src"]\n'

OF_TABLES: list[Seed] = [
    Defect("schedule of six fields", MANIFEST, '"0 5 * * *"', '"0 0 5 * * *"', code="PD101"),
    Defect("key of a column that is not there", CATALOGUE, 'key = ["case_id"]', 'key = ["case"]', code="PD101"),
    Defect("bounds that nothing meets", CATALOGUE, "minimum = 0, maximum = 1,", "minimum = 1, maximum = 0,", code="PD101"),
    Honest("dataset that another project writes", MANIFEST, "reads = []", "reads = []  # none yet", code="PD101"),
    Honest("column that may be missing", CATALOGUE, 'malignant = { dtype = "bool",', 'malignant = { dtype = "bool", nullable = true,', code="PD101"),
    Defect("folder of code that does not exist", MANIFEST, 'pythonpath = ["src"]', 'pythonpath = ["source"]', code="PD102"),
    Honest("two notebooks that are there", MANIFEST, '["notebooks/validation.ipynb"]', '["notebooks/validation.ipynb", "notebooks/explore.ipynb"]', code="PD102"),
    Honest("another task as the pipeline", MANIFEST, "tasks:Pipeline", "tasks:Predictions", code="PD102"),
    Defect("import in a function", _COSTS, "    return probability", "    import requests\n\n    requests.get('https://a.b')\n    return probability", code="PD103"),
    Defect("import of another project", _COSTS, _IMPORT, f"{_IMPORT}from report import weeks\n", code="PD103"),
    Defect("import of the tests' tool", _COSTS, _IMPORT, f"import pytest\n{_IMPORT}", code="PD103"),
    Honest("import of the standard library", _COSTS, _IMPORT, f"import statistics\n\n{_IMPORT}", code="PD103"),
    Honest("import of a module of its own", _COSTS, _IMPORT, f"{_IMPORT}from triage import sources\n", code="PD103"),
    Defect("requirement that is none", MANIFEST, '"pandas"', '"pandas >= "', code="PD104"),
    Honest("dependency that a notebook alone imports", EXPLORE, "import paddock", "import requests\\nimport paddock", code="PD104", also=(Honest("", MANIFEST, '"numpy", ', '"numpy", "requests", '),)),
    Honest("dependency with a lower bound", MANIFEST, '"pandas"', '"pandas>=2"', code="PD104"),
    Defect("two tasks that write one dataset", _TASKS, _RULE, f'class Again(Cases):\n    """Once more."""\n\n    dataset = "cases"\n\n\n{_RULE}', code="PD105"),
    Honest("dataset that is annotated", _TASKS, 'dataset = "cases"', 'dataset: str = "cases"', code="PD105"),
    Honest("common parent of tasks", _TASKS, "class Cases(DatasetTask):", 'class Source(DatasetTask):\n    """What comes from outside."""\n\n\nclass Cases(Source):', code="PD105"),
    Defect("dataset of another project, undeclared", _TASKS, "return sources.cases()", 'return paddock.read("report.weeks")', code="PD106"),
    Defect("file beside the datasets", "notebooks/validation.ipynb", 'cases = paddock.read(\\"cases\\")', 'cases = pd.read_csv(\\"cases.csv\\")', code="PD106"),
    Defect("declared and never read", MANIFEST, "reads = []", 'reads = ["report.weeks"]', code="PD106"),
    Honest("dataset by its full name", "notebooks/validation.ipynb", 'paddock.read(\\"cases\\")', 'paddock.read(\\"triage.cases\\")', code="PD106"),
    Honest("datasets in a loop", "notebooks/validation.ipynb", 'cases = paddock.read(\\"cases\\")', 'cases, _ = [paddock.read(name) for name in (\\"cases\\", \\"predictions\\")]', code="PD106"),
    Defect("task that only it requires", _TASKS, "return Predictions(", "return Pipeline(", code="PD107"),
    Defect("task that nothing needs any more", _TASKS, '"rule": FitRule(), ', "", code="PD107"),
    Honest("task that is cloned", _TASKS, "Predictions(regularisation=self.regularisation)", "self.clone(Predictions)", code="PD107"),
    Honest("task by a name of its own", _TASKS, "return Predictions(regularisation=self.regularisation)", "needed = Predictions\n        return needed(regularisation=self.regularisation)", code="PD107"),
    Defect("deadline of no time", MANIFEST, "deadline_minutes = 60", "deadline_minutes = 0", code="PD108"),
    Defect("the thirty-first of February", MANIFEST, '"0 5 * * *"', '"0 5 31 2 *"', code="PD108"),
    Honest("weekdays, within a day", MANIFEST, '"0 5 * * *"', '"0 5 * * 1-5"', code="PD108"),
    Honest("no schedule at all", MANIFEST, 'schedule = "0 5 * * *"\ndeadline_minutes = 60\n', "", code="PD108"),
]  # fmt: skip
OF_TOOLS: list[Seed] = [
    Defect("stops at the first failure", MANIFEST, _OPTIONS, f"{_OPTIONS} -x", code="PD109"),
    Defect("only what failed last", MANIFEST, _OPTIONS, f"{_OPTIONS} --lf", code="PD109"),
    Defect("setting that takes another back", MANIFEST, _OPTIONS, f"{_OPTIONS} -o xfail_strict=false", code="PD109"),
    Defect("no parameters is a skip", MANIFEST, "xfail_strict", 'empty_parameter_set_mark = "skip"\nxfail_strict', code="PD109"),
    Defect("imports that nobody follows", MANIFEST, _STRICT, f'{_STRICT}follow_imports = "skip"\n', code="PD109"),
    Defect("one check fewer of types", MANIFEST, _STRICT, f"{_STRICT}disallow_any_generics = false\n", code="PD109"),
    Defect("linter of an older Python", MANIFEST, _SRC, f'{_SRC}target-version = "py37"\n', code="PD109"),
    Defect("hidden settings of the linter", ".ruff.toml", new="exclude = ['*']\n", code="PD109"),
    Honest("durations of the slowest tests", MANIFEST, _OPTIONS, f"{_OPTIONS} --durations=5", code="PD109"),
    Honest("rules beyond the workspace's", MANIFEST, _SRC, f'{_SRC}lint.extend-select = ["PL"]\n', code="PD109"),
    Honest("comment that names its rule", _COSTS, _IMPORT, "import pandas as pd  # noqa: TC002\n", code="PD109"),
    Defect("version that is none", MANIFEST, 'version = "0.1.0"', 'version = "first"', code="PD110"),
    Defect("owner without a name", MANIFEST, 'owner = "ML team"', 'owner = "  "', code="PD110"),
    Honest("fewer Pythons, its image's among them", MANIFEST, ">=3.11,<3.14", ">=3.11,<3.13", code="PD110"),
    Honest("lower bound that the lock meets", MANIFEST, '"pandas"', '"pandas>=1"', code="PD110"),
    Honest("version of a pre-release", MANIFEST, 'version = "0.1.0"', 'version = "1.0.0rc1"', code="PD110"),
    Defect("parameter under a fixed value", _TASKS, "Predictions(regularisation=self.regularisation)", "Predictions(regularisation=2.0)", code="PD112"),
    Defect("defaults that differ", _TASKS, "FloatParameter(default=1.0)", "FloatParameter(default=9.0)", code="PD112"),
    Honest("parameter by a variable", _TASKS, "return Predictions(regularisation=self.regularisation)", "value = self.regularisation\n        return Predictions(regularisation=value)", code="PD112"),
    Honest("all parameters at once", _TASKS, "Predictions(regularisation=self.regularisation)", "Predictions(**self.param_kwargs)", code="PD112"),
]  # fmt: skip
_RECORD = "template.toml"
_OTHER = "USER 10001", "USER 10002"
_DEVIATION = (
    '\n[[tool.paddock.deviations]]\npath = "Dockerfile"\nreason = "Its image needs another user."\nuntil = {}\n'
)
_LATER, _EARLIER = _DEVIATION.format("2999-01-31"), _DEVIATION.format("2020-01-31")
_EDIT = (Defect("", IMAGE, *_OTHER),)

OF_TEMPLATES: list[Seed] = [
    Defect("managed file that is edited", IMAGE, *_OTHER, code="PD113"),
    Defect("managed file that is gone", "Dockerfile.dockerignore", code="PD113"),
    Defect("record that is gone", _RECORD, code="PD113"),
    Defect("record without an answer", _RECORD, 'project_name = "Triage"\n', "", code="PD113"),
    Defect("record with a mark of a conflict", _RECORD, "[answers]", "<<<<<<< HEAD\n[answers]", code="PD113"),
    Defect("record that leaves a managed file out", _RECORD, "Dockerfile = ", "# Dockerfile = ", code="PD113"),
    Defect("edit under a deviation that has ended", MANIFEST, new=_EARLIER, code="PD113", also=_EDIT),
    Honest("edit of a file that is merged", "compose.yaml", "retries: 30", "retries: 60", code="PD113"),
    Honest("edit of a file that is the project's own", EXPLORE, '"nbformat_minor": 5', '"nbformat_minor":  5', code="PD113"),
    Honest("edit under a deviation", MANIFEST, new=_LATER, code="PD113", also=_EDIT),
    Defect("deviation that has ended", MANIFEST, new=_EARLIER, code="PD114", also=_EDIT),
    Defect("deviation without a reason", MANIFEST, new=_LATER.replace("Its image needs another user.", " "), code="PD114", also=_EDIT),
    Defect("deviation without an end", MANIFEST, new=_LATER.replace("until = 2999-01-31\n", ""), code="PD114", also=_EDIT),
    Defect("deviation that nothing needs", MANIFEST, new=_LATER, code="PD114"),
    Defect("deviation of a file that is merged", MANIFEST, new=_LATER.replace('"Dockerfile"', '"compose.yaml"'), code="PD114", also=_EDIT),
    Honest("deviation that is needed", MANIFEST, new=_LATER, code="PD114", also=_EDIT),
    Honest("deviation by a pattern", MANIFEST, new=_LATER.replace('"Dockerfile"', '"Docker*"'), code="PD114", also=_EDIT),
]  # fmt: skip
OF_STRANGERS: list[Seed] = [
    Defect("dependency that no Python installs", MANIFEST, '"pandas"', "\"pandas; python_version < '3'\"", code="PD104"),
    Defect("extra that is not there", MANIFEST, '"pandas"', '"pandas[nothing]"', code="PD104"),
    Honest("dependency of newer Pythons", MANIFEST, '"pandas"', "\"pandas; python_version >= '3.11'\"", code="PD104"),
    Honest("extra that is there", MANIFEST, '"pandas"', '"pandas[parquet]"', code="PD104"),
    Defect("script of a module that is not there", MANIFEST, "[tool.paddock]", '[project.scripts]\ntriage = "triage.main:run"\n\n[tool.paddock]', code="PD102"),
    Honest("script of a module that is there", MANIFEST, "[tool.paddock]", '[project.scripts]\ntriage = "triage.costs:decide"\n\n[tool.paddock]', code="PD102"),
    Defect("import by a call", _COSTS, _IMPORT, f"import importlib\n\n{_IMPORT}\nhttp = importlib.import_module('requests')\n", code="PD103"),
    Defect("import by its inner name", _COSTS, _IMPORT, f"{_IMPORT}\nhttp = __import__('requests')\n", code="PD103"),
    Defect("another project's folder", _COSTS, _IMPORT, f"import sys\n\n{_IMPORT}\nsys.path.insert(0, '../report')\n", code="PD103"),
    Honest("declared package by a call", _COSTS, _IMPORT, f"import importlib\n\n{_IMPORT}\nnumbers = importlib.import_module('numpy')\n", code="PD103"),
    Defect("dataset that goes round its contract", _TASKS, _FRAME, f'    def run(self) -> None:\n        """Write what there is."""\n        self.dump(None)\n\n{_FRAME}', code="PD105"),
    Defect("dataset that is always complete", _TASKS, _FRAME, f'    def complete(self) -> bool:\n        """Never write."""\n        return True\n\n{_FRAME}', code="PD105"),
    Honest("dataset with a method of its own", _TASKS, _FRAME, f'    def recent(self) -> bool:\n        """Whether it is new."""\n        return True\n\n{_FRAME}', code="PD105"),
    Defect("parameter that tells no results apart", _TASKS, "FloatParameter(default=1.0)", "FloatParameter(default=1.0, significant=False)", code="PD112"),
    Defect("parameter that no schedule gives", _TASKS, edit=lambda text: text.replace("FloatParameter(default=1.0)", "FloatParameter()"), code="PD112"),
    Defect("types beside the code", SOURCE + "costs.pyi", new='"""Types."""\n\nfrom typing import Any\n\ndecide: Any\n', code="PD109"),
    Defect("functions of any size", MANIFEST, _SRC, f"{_SRC}lint.mccabe.max-complexity = 100\n", code="PD109"),
    Honest("imports sorted by its own names", MANIFEST, _SRC, f'{_SRC}lint.isort.known-first-party = ["triage"]\n', code="PD109"),
]  # fmt: skip
_OLD = [seed for seed in (*IN_DECLARATIONS, *IN_NOTEBOOKS) if seed.code.startswith("PD")]
SEEDS: list[Seed] = [*_OLD, *OF_TABLES, *OF_TOOLS, *OF_TEMPLATES]
