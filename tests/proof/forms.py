"""Seeds of the checks PF and of the linters: files that parse, are tidy, and name no machine."""

from __future__ import annotations

from tests.proof.seed import CATALOGUE, COMPOSE, README, SOURCE, TESTS, Defect, Honest, Seed
from tests.templates.defects import IN_DECLARATIONS, IN_FILES, IN_READMES

_CONSTANT = "_MALIGNANT = 0"


def _constant(text: str) -> str:
    return f"{_CONSTANT}\n_PLACE = {text}"


_OLD = [*IN_FILES, *IN_READMES, *IN_DECLARATIONS]
OF_TOOLS: list[Seed] = [seed for seed in _OLD if seed.code.startswith("TL")]
SEEDS: list[Seed] = [
    *(seed for seed in _OLD if seed.code.startswith("PF")),
    Defect("table that stands twice", CATALOGUE, new="\n[datasets.cases]\ndescription = 'Again.'\n", code="PF101"),
    Defect("comment in JSON", "settings.json", new='{"a": 1} // x\n', code="PF101"),
    Defect("tab in YAML", "settings.yaml", new="a:\n\t- b\n", code="PF101"),
    Defect("alias of nothing", "settings.yaml", new="a: &one 1\nb: *two\n", code="PF101"),
    Defect("code of Python 2", SOURCE + "costs.py", new='print "done"\n', code="PF101"),
    Honest("anchor and alias", "settings.yaml", new="a: &one {x: 1}\nb:\n  <<: *one\n  y: 2\n", code="PF101"),
    Honest("two documents of one meaning", "settings.json", new='{"a": {"x": 1}, "b": {"x": 1}}\n', code="PF101"),
    Defect("letters of another encoding", "notes.md", new="Gr\udcfc\udcdfe\n", code="PF102"),
    Defect("unfinished merge", "query.sql", new="<<<<<<< HEAD\nselect 1\n=======\nselect 2\n>>>>>>> b\n", code="PF102"),
    Defect("null byte", "notes.md", new="a\x00b\n", code="PF102"),
    Defect("table as binary", "cases.parquet", new="PAR1\udcff\n", code="PF102"),
    Defect("secrets of one person", ".env", new="A=1\n", code="PF102"),
    Defect("far too large", "cases.csv", new="a,b\n" * 300_000, code="PF102"),
    Honest("letters beyond ASCII", "notes.md", new="Größe, 尺寸, 👩‍🔬\n", code="PF102"),
    Honest("heading that is underlined", "notes.md", new="Title\n=======\n", code="PF102"),
    Honest("example of an environment", ".env.example", new="A=\n", code="PF102"),
    Defect("text that is turned round", "notes.md", new="A \u202e B\n", code="PF102"),
    Defect("letter that nobody sees", SOURCE + "costs.py", new="# mis\u200bs\n", code="PF102"),
    Defect("mark of another editor", "settings.toml", new="\ufeffa = 1\n", code="PF102"),
    Defect("copy of a file", "README (1).md", new="Notes.\n", code="PF102"),
    Defect("copy of an editor", "README.md~", new="Notes.\n", code="PF102"),
    Defect("notebook without a name", "notebooks/Untitled1.ipynb", new="{}\n", code="PF102"),
    Defect("name in other capitals", "readme.md", new="Notes.\n", code="PF102"),
    Honest("number in a name", "notes-1.md", new="Notes.\n", code="PF102"),
    Defect("home of a Mac", "notes.md", new="See /Users/ada/cases.\n", code="PF103"),
    Defect("home of Windows", "notes.md", new="See C:\\Users\\ada\\cases.\n", code="PF103"),
    Defect("disk of a server", SOURCE + "sources.py", _CONSTANT, _constant('"/mnt/nas/cases"'), code="PF103"),
    Defect("home of whoever runs it", SOURCE + "sources.py", _CONSTANT, _constant('Path.home() / "cases"'), code="PF103"),
    Defect("home of Windows, slashes turned", "notes.md", new="See C:/Users/ada/cases.\n", code="PF103"),
    *(
        Defect(f"place {place}", SOURCE + "sources.py", _CONSTANT, _constant(f'r"{place}"'), code="PF103")
        for place in ("/Volumes/USB/cases", "/content/drive/MyDrive", "/scratch/ada", "/var/tmp/cases", "\\\\nas\\cases")
    ),
    Honest("address that looks like a home", "notes.md", new="See https://a.b/home/ada/cases.\n", code="PF103"),
    Honest("approximately a number", SOURCE + "sources.py", _CONSTANT, _constant('"~0.5, /data"'), code="PF103"),
    Honest("folders of an image", "Dockerfile", "USER 10001\n", "RUN install -d /data/cache\nUSER 10001\n", code="PF103"),
    Defect("tag in a file's name", "{{cookiecutter.slug}}.md", new="x\n", code="PF201"),
    Defect("comment of the template", SOURCE + "costs.py", new="# {# why #}\n", code="PF201"),
    Honest("braces of an f-string", SOURCE + "costs.py", new='SAID = f"{{{MISS_COST}}}"\n', code="PF201"),
    Honest("variable of a shell", COMPOSE, "# The project", "# ${NAME} and $${NAME}: the project", code="PF201"),
    Honest("set of sets", f"{TESTS}test_rule.py", new="\nSETS = [{1}, {2}]\n", code="PF201"),
    Honest("percent in prose", README, "## Model card", "About 90 % of 5 %.\n\n## Model card", code="PF201"),
]  # fmt: skip
