"""Seeds of the checks CK: what a team says of its checks."""

from __future__ import annotations

from tests.proof.seed import MANIFEST, WORKSPACE, Defect, Honest, Seed

_LATE = Honest("", MANIFEST, "deadline_minutes = 60", "deadline_minutes = 6000")
_ALL = f"{WORKSPACE}pyproject.toml"


def _table(line: str) -> str:
    return f"\n[tool.paddock.checks]\n{line}\n"


SEEDS: list[Seed] = [
    Defect("check that is not there", MANIFEST, new=_table('ignore.PD999 = "no time"'), code="CK101"),
    Defect("code in small letters", MANIFEST, new=_table('ignore.nb109 = "no time"'), code="CK101"),
    Defect("no reason", MANIFEST, new=_table('ignore.PD108 = " "'), code="CK101"),
    Defect("day in quotes", MANIFEST, new=_table('ignore.PD108 = { reason = "later", until = "2030-01-01" }'), code="CK101"),
    Defect("whole family", MANIFEST, new=_table('ignore.PD = "no time"'), code="CK101"),
    Defect("key that is the workspace's", MANIFEST, new=_table('select = ["NB"]'), code="CK101"),
    Defect("weight that is none", _ALL, new=_table('severity.NB109 = "off"'), code="CK101"),
    Defect("beginning of no code", _ALL, new=_table('select = ["ZZ"]'), code="CK101"),
    Defect("key that nothing reads", _ALL, new=_table('selects = ["NB"]'), code="CK101"),
    Defect("beginning of every code", _ALL, new=_table('select = [""]'), code="CK101"),
    Defect("text in place of a list", _ALL, new=_table('select = "NB"'), code="CK101"),
    Honest("reason and its end", MANIFEST, new=_table('ignore.PD108 = { reason = "the machine comes", until = 2999-12-31 }'), code="CK101", also=(_LATE,)),
    Honest("weight of a check", _ALL, new=_table('severity.NB111 = "note"'), code="CK101"),
    Honest("families that count", _ALL, new=_table('select = ["NB", "PD", "PF"]'), code="CK101"),
    Defect("end that has come", MANIFEST, new=_table('ignore.PD108 = { reason = "later", until = 2020-01-31 }'), code="CK102", also=(_LATE,)),
    Defect("end of one file", MANIFEST, new=_table('ignore.PD108 = { reason = "later", until = 2020-01-31, paths = ["*.toml"] }'), code="CK102", also=(_LATE,)),
    Defect("end that the workspace gave", _ALL, new=_table('ignore.PD108 = { reason = "later", until = 2020-01-31 }'), code="CK102", also=(_LATE,)),
    Honest("end that has not come", MANIFEST, new=_table('ignore.PD108 = { reason = "later", until = 2999-12-31 }'), code="CK102", also=(_LATE,)),
    Honest("no end", MANIFEST, new=_table('ignore.PD108 = "it runs once a week by hand"'), code="CK102", also=(_LATE,)),
    Defect("nothing to bear with", MANIFEST, new=_table('ignore.PD108 = "it was late"'), code="CK103"),
    Defect("another file", MANIFEST, new=_table('ignore.PD108 = { reason = "late", paths = ["nothing.py"] }'), code="CK103", also=(_LATE,)),
    Defect("nothing in the workspace", _ALL, new=_table('ignore.PD108 = "it was late"'), code="CK103"),
    Honest("something to bear with", MANIFEST, new=_table('ignore.PD108 = "it is late"'), code="CK103", also=(_LATE,)),
    Honest("something to bear with in a file", MANIFEST, new=_table('ignore.PD108 = { reason = "late", paths = ["pyproject.*"] }'), code="CK103", also=(_LATE,)),
]  # fmt: skip
