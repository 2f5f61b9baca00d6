"""Planted secrets: none survives in what is stored, wherever a notebook puts it, and honest text stays as it is."""

from __future__ import annotations

import base64
import json
import random
import shutil
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.notebooks.scrubbing import scrubbed, settled
from paddock.notebooks.secret import hide
from paddock.project import Project
from paddock.reports.one import report_one
from paddock.runs.request import Request
from paddock.runs.run import run

ROOT = Path(__file__).parents[2]
_LETTERS = string.ascii_letters + string.digits
_LOWER = "0123456789abcdef"
_COUNT = 500
_OF_ENVIRONMENT = 60


def _drawn(chance: random.Random, count: int, letters: str = _LETTERS) -> str:
    return "".join(chance.choices(letters, k=count))


# Put together here, so that no file of the repository holds what looks like a secret.
_SHAPES: dict[str, Callable[[random.Random], str]] = {
    "aws": lambda chance: "AK" + "IA" + _drawn(chance, 16, string.ascii_uppercase + string.digits),
    "github": lambda chance: "gh" + "p_" + _drawn(chance, 36),
    "github fine": lambda chance: "github" + "_pat_" + _drawn(chance, 50),
    "gitlab": lambda chance: "gl" + "pat-" + _drawn(chance, 20),
    "slack": lambda chance: "xo" + "xb-" + _drawn(chance, 24),
    "openai": lambda chance: "s" + "k-" + _drawn(chance, 40) + "A1b2C3d4E5f6",
    "stripe": lambda chance: "sk" + "_live_" + _drawn(chance, 24),
    "hugging face": lambda chance: "h" + "f_" + "Ab3" + _drawn(chance, 31),
    "google": lambda chance: "AI" + "za" + _drawn(chance, 35),
    "npm": lambda chance: "np" + "m_" + _drawn(chance, 36),
    "sendgrid": lambda chance: "S" + "G." + _drawn(chance, 22) + "." + _drawn(chance, 43),
    "databricks": lambda chance: "da" + "pi" + _drawn(chance, 32, _LOWER),
    "jwt": lambda chance: "ey" + "J" + _drawn(chance, 20) + ".ey" + "J" + _drawn(chance, 30) + "." + _drawn(chance, 20),
    "telegram": lambda chance: _drawn(chance, 9, "123456789") + ":A" + "A" + _drawn(chance, 33),
}


def _planted() -> tuple[list[str], dict[str, str]]:
    """Tokens of every shape that the detector knows, and variables that hold secrets of no shape."""
    chance = random.Random(17)
    variables = {
        f"PLANTED_{number}_{chance.choice(('PASSWORD', 'SECRET', 'API_TOKEN'))}": f'{_drawn(chance, 8)}<&"ü {number}!'
        for number in range(_OF_ENVIRONMENT)
    }
    makers = list(_SHAPES.values())
    tokens = [makers[number % len(makers)](chance) for number in range(_COUNT - _OF_ENVIRONMENT)]
    return tokens, variables


# Each is told the secret `s`, its half `h`, and what remains, `r`.
_PLACES = (
    "print('a line with', s, 'in it')",
    "print(s[:h], end='', flush=True); time.sleep(0.01); print(s[h:], flush=True)",
    "sys.stderr.write(f'warning: {s}\\n')",
    "display({'repr': [s, (s,)]})",
    "display(HTML(f'<p title=\"{html.escape(s)}\">{html.escape(s)}</p>'))",
    "display(JSON({'deep': [{'value': s, s: 1}]}))",
    "display(SVG(f'<svg xmlns=\"http://www.w3.org/2000/svg\"><text>{html.escape(s)}</text></svg>'))",
    "display(Markdown(f'**{s}**'), metadata={'note': s})",
    "show(lambda: fail(s))",
    "display({'text/plain': 'x', 'application/vnd.jupyter.widget-view+json': {'model_id': s}}, raw=True)",
    "print(repr(s), json.dumps(s), base64.b64encode(s.encode()).decode() if named else '')",
)
_HEAD = """
import base64, html, json, os, sys, time, traceback
import paddock
from IPython.display import HTML, JSON, SVG, Markdown, display

planted = json.load(open('planted.json'))
found = [(s, False) for s in planted] + [(os.environ[n], True) for n in sorted(os.environ) if n.startswith('PLANTED_')]

def show(work):
    try:
        work()
    except Exception:
        traceback.print_exc()

def fail(s):
    raise ValueError(f'cannot connect with {s}')
"""


def _notebook(hard_coded: str) -> str:
    loop = "for s, named in found[{number}::{count}]:\n    h = len(s) // 2\n    {place}"
    bodies = [loop.format(number=number, count=len(_PLACES), place=place) for number, place in enumerate(_PLACES)]
    last = (
        f"paddock.gate('gate ' + found[0][0], 1, at_least=0)\npaddock.metric('metric ' + found[-1][0], 1)\n"
        f"import shutil, glob\nfor place in json.load(open('journals.json')):\n"
        f"    for path in glob.glob(place + '/**/*.journal', recursive=True):\n"
        f"        shutil.copy(path, 'journal.copy')\n"
        f"given = '{hard_coded}'; raise RuntimeError(found[1][0] + found[-2][0])"
    )
    sources = ["note: str = 'nothing'", _HEAD, *bodies, last]
    cells = [
        {
            "cell_type": "code", "id": f"cell-{number}", "outputs": [], "execution_count": None, "source": source,
            "metadata": {"tags": [] if number else ["parameters"]},
        }
        for number, source in enumerate(sources)
    ]  # fmt: skip
    metadata = {"author": hard_coded, "widgets": {"state": {"password": hard_coded}}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All secrets; those of the environment are in it."""
    tokens, variables = _planted()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return [*tokens, *variables.values()]


def _survivors(folder: Path, secrets: list[str]) -> list[tuple[str, str]]:
    """Each secret with the file below `folder` that holds it, written plainly or as JSON or HTML write it."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8", errors="replace")
        for secret in secrets:
            escaped = json.dumps(secret)[1:-1]
            spellings = {secret, escaped, secret.replace("<", "&lt;").replace("&", "&amp;"), json.dumps(escaped)[1:-1]}
            found += [(path.name, secret) for spelling in spellings if spelling in text]
    return found


def test_no_planted_secret_survives_a_run(
    make_project: Callable[..., Project], planted: list[str], tmp_path: Path
) -> None:
    """500 of them, in every place that a notebook has: none is in the notebook, record, report or journal."""
    assert len(planted) == len(set(planted)) == _COUNT
    files = {"audit.ipynb": _notebook(planted[2]), "planted.json": json.dumps(planted[:-_OF_ENVIRONMENT])}
    project = make_project("leaky", files=files, notebooks=["audit.ipynb"], has_pipeline=False)
    (project.folder / "journals.json").write_text(json.dumps([str(project.runs_folder)]))
    given = planted[-1]
    record = run(project, Request(parameters={"note": given}))
    assert record.status == "failed"
    assert "RuntimeError" in record.reason
    executed = (project.runs_folder / record.run / "audit.ipynb").read_text(encoding="utf-8")
    assert executed.count("[hidden: ") > _COUNT
    journal = project.folder / "journal.copy"
    assert "[hidden: " in journal.read_text(encoding="utf-8")
    kept = tmp_path / "kept"
    shutil.copytree(project.runs_folder, kept)
    shutil.copy(journal, kept / "journal")
    assert _survivors(kept, planted) == []


def test_no_planted_secret_survives_in_the_cache(make_project: Callable[..., Project], planted: list[str]) -> None:
    """IPython takes a text for a file and looks for it: where that is a secret, nothing is kept for reuse."""
    source = _notebook(planted[2]).replace("; raise RuntimeError(found[1][0] + found[-2][0])", "")
    files = {"look.ipynb": source, "planted.json": json.dumps(planted[:-_OF_ENVIRONMENT]), "journals.json": "[]"}
    project = make_project("leaky", files=files, notebooks=["look.ipynb"], has_pipeline=False)
    result = report_one(project.workspace, project.folder / "look.ipynb")
    assert result.has_passed, result.facts.reason
    assert "holds a secret" in result.unkept
    state = project.workspace.state
    assert [path for path in state.rglob("*.ipynb") if "[hidden: " in path.read_text(encoding="utf-8")]
    assert _survivors(state, planted) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FATAL: user=ada password=c0rrect-h0rse dbname=x", "FATAL: user=ada password=[hidden: a password] dbname=x"),
        (
            "\x1b[33mpassword\x1b[39m=\x1b[33m'c0rrect-h0rse'\x1b[39m",
            "\x1b[33mpassword\x1b[39m=\x1b[33m'[hidden: a password]'\x1b[39m",
        ),
        ("postgresql://ada:c0rrect-h0rse@db/x", "postgresql://ada:[hidden: an address with a password]@db/x"),
    ],
)
def test_a_password_goes_and_what_is_around_it_stays(text: str, expected: str) -> None:
    """Given to a name in a message, in a coloured traceback, in an address."""
    assert scrubbed(text) == expected


def test_a_private_key_goes_whole() -> None:
    """Up to its end, or all lines of it that are there."""
    head, body = "-----BEGIN RSA PRIVATE " + "KEY-----", "MIIE" + "a1B2c3D4" * 8
    key = f"{head}\n{body}\n{body}\n"
    assert scrubbed(f"see\n{key}-----END RSA PRIVATE KEY-----\nbye") == "see\n[hidden: a private key]\nbye"
    assert body not in scrubbed(f"see\n{key}")
    assert settled(f"see\n{key}") == len("see\n")
    assert settled("whole\nhalf") == len("whole\n")


def test_honest_text_stays_as_it_is() -> None:
    """The code and prose of this repository, pictures, and variables that only say where somebody stands."""
    environment = {
        "PWD": "/home/ada/clone",
        "OLDPWD": "/home/ada/other",
        "SORT_KEY": "customer_id",
        "HF_TOKEN_PATH": "/home/ada/t",
    }
    files = [*ROOT.glob("templates/**/*.ipynb"), *ROOT.glob("shared/src/**/*.py"), *ROOT.glob("docs/[!r]*.md")]
    assert len(files) > 100
    for text in (*(path.read_text(encoding="utf-8") for path in files), "/home/ada/clone customer_id /home/ada/other"):
        assert hide(text, environment) == text
    picture = base64.b64encode(random.Random(1).randbytes(200_000)).decode()
    shown = {"image/png": picture, "text/html": f'<img src="data:image/png;base64,{picture}">'}
    assert hide(shown, environment) == shown
