"""Refuses answers that are not legal before anything is written."""

import json
import sys
from pathlib import Path

from paddock.scaffold.answers import problem_in

# As JSON in a raw text: the filter leaves no quote that could end it.
ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")

if problem := problem_in(Path.cwd(), {field: ANSWERS[field] for field in ANSWERS if not field.startswith("_")}):
    sys.exit(f"{problem}\nNothing was written.")
