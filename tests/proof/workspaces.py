"""Seeds of the checks WS: the lock and what is exported from it, and who owns which name."""

from __future__ import annotations

from tests.proof.seed import LOCK, MANIFEST, WORKSPACE, Defect, Honest, Seed
from tests.templates.defects import IN_DECLARATIONS

_EXPORT = f"{WORKSPACE}requirements.txt"


def _project(name: str, package: str = "") -> str:
    told = f'package = "{package}"\n' if package else ""
    return f'[project]\nname = "{name}"\nversion = "0.1.0"\n\n[tool.paddock]\nowner = "ML team"\n{told}'


def _other(folder: str) -> str:
    return f"{WORKSPACE}projects/{folder}/pyproject.toml"


SEEDS: list[Seed] = [
    *(seed for seed in IN_DECLARATIONS if seed.code.startswith("WS")),
    Defect("export of another lock", f"{WORKSPACE}poetry.lock", 'content-hash = "', 'content-hash = "0', code="WS101"),
    Defect("hash of the lock edited", f"{WORKSPACE}poetry.lock", 'hash = "sha256:', 'hash = "sha256:0', code="WS101"),
    Defect("index above the export", _EXPORT, edit=lambda text: f"--index-url https://a.b/simple\n{text}", code="WS101"),
    Defect("no export", _EXPORT, code="WS101"),
    Defect("dependency that the lock does not know", f"{WORKSPACE}shared/pyproject.toml", "dependencies = [", 'dependencies = ["requests", ', code="WS101"),
    Defect("package that the lock has not", _EXPORT, new="evil==1.0\n", code="WS101"),
    Defect("hash that the lock has not", _EXPORT, "--hash=sha256:", "--hash=sha256:0", code="WS101"),
    Defect("option of the installer", _EXPORT, new="--find-links /tmp\n", code="WS101"),
    Honest("another version of the workspace", f"{WORKSPACE}shared/pyproject.toml", 'version = "', 'version = "1', code="WS101"),
    Honest("setting of a tool", f"{WORKSPACE}pyproject.toml", new="\n[tool.other]\nlimit = 1\n", code="WS101"),
    Defect("index above a project's export", LOCK, edit=lambda text: f"--extra-index-url https://a.b/simple\n{text}", code="WS102"),
    Honest("lower bound of a dependency", MANIFEST, '"pandas"', '"pandas>=2"', code="WS102"),
    Honest("dependencies in another order", MANIFEST, '"luigi", "matplotlib"', '"matplotlib", "luigi"', code="WS102"),
    Defect("scripts of nobody", f"{WORKSPACE}projects/scripts/load.py", new="x = 1\n", code="WS103"),
    Defect("manifest without its table", _other("scripts"), new='[project]\nname = "scripts"\n', code="WS103"),
    Defect("project below a group", _other("group/deep"), new=_project("deep"), code="WS103"),
    Honest("third project", _other("other"), new=_project("other"), code="WS103"),
    Honest("file beside the projects", f"{WORKSPACE}projects/NOTES.md", new="Notes.\n", code="WS103"),
    Defect("package of another project", _other("other"), new=_project("other", "triage"), code="WS104"),
    Defect("name in capitals", _other("other"), new=_project("TRIAGE"), code="WS104"),
    Defect("folder in capitals", _other("Triage"), new=_project("Triage"), code="WS104"),
    Honest("name that only begins alike", _other("triage-weekly"), new=_project("triage-weekly", "triage_weekly"), code="WS104"),
    Defect("owner of a new account", f"{WORKSPACE}pyproject.toml", "[tool.paddock.workspace]\n", '[tool.paddock.workspace]\nowners = { "ML team" = "@acme/ml" }\n', code="WS105"),
    Defect("project of an account", _other("other"), new=_project("other").replace("ML team", "@ada"), code="WS105"),
    Defect("account that is none", f"{WORKSPACE}pyproject.toml", "[tool.paddock.workspace]\n", '[tool.paddock.workspace]\nowners = { "ML team" = "ask Ada" }\n', code="WS105"),
    Honest("project of nobody with an account", _other("other"), new=_project("other"), code="WS105"),
    Honest("project of an account that is named", _other("other"), new=_project("other").replace("ML team", "@ada"), also=(Honest("", f"{WORKSPACE}CODEOWNERS", new="/projects/other/ @ada\n"),), code="WS105"),
    Honest("project without a package", _other("other"), new=_project("other"), code="WS104"),
]  # fmt: skip
