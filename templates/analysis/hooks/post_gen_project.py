"""Moves the chosen variant's files into place, pins what the image installs, and records the template and answers."""

import json
import shutil
import sys
from pathlib import Path

from paddock.errors import PaddockError
from paddock.scaffold.closure import write_requirements
from paddock.scaffold.record import write_record

CHOSEN = Path("variants", "source" if "{{ cookiecutter.dataset }}" == "none" else "dataset")
# As JSON in a raw text: the filter leaves no quote that could end it.
CONTEXT = json.loads(r"""{{ cookiecutter | tojson }}""")

try:
    shutil.copytree(CHOSEN, Path(), dirs_exist_ok=True)
    shutil.rmtree("variants")
    write_requirements(Path.cwd())
    write_record(Path.cwd(), CONTEXT)
except (OSError, PaddockError) as error:
    sys.exit(str(error))
