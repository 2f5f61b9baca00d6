"""Moves the chosen variant's files into place and removes the others."""

import shutil
from pathlib import Path

CHOSEN = Path("variants", "{{ cookiecutter.problem }}")

shutil.copytree(CHOSEN, Path(), dirs_exist_ok=True)
shutil.rmtree("variants")
