"""Refuses answers that are not legal before anything is written."""

import json
import sys

from paddock.scaffold.answers import problem_of

# As JSON in a raw text: the filter leaves no quote that could end it.
ANSWERS = json.loads(
    r"""{
    "project_name": {{ cookiecutter.project_name | tojson }},
    "owner": {{ cookiecutter.owner | tojson }},
    "problem": {{ cookiecutter.problem | tojson }},
    "description": {{ cookiecutter.description | tojson }}
    }"""
)

if problem := problem_of(ANSWERS):
    sys.exit(f"{problem}\nNothing was written.")
