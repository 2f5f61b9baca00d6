"""Moves the chosen variant's files into place, removes the others, and pins what the project's image installs."""

import shutil
from pathlib import Path

from paddock.scaffold.closure import write_requirements

CHOSEN = Path("variants", "{{ cookiecutter.problem }}")

shutil.copytree(CHOSEN, Path(), dirs_exist_ok=True)
shutil.rmtree("variants")
write_requirements(Path.cwd())
