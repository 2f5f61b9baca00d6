"""Moves the chosen variant's files into place, removes the others, and pins what the project's image installs."""

import shutil
import sys
from pathlib import Path

from paddock.errors import PaddockError
from paddock.scaffold.closure import write_requirements

CHOSEN = Path("variants", "source" if "{{ cookiecutter.dataset }}" == "none" else "dataset")

try:
    shutil.copytree(CHOSEN, Path(), dirs_exist_ok=True)
    shutil.rmtree("variants")
    write_requirements(Path.cwd())
except (OSError, PaddockError) as error:
    sys.exit(str(error))
