"""`paddock new`: a project from a template."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from paddock.cli import console
from paddock.cli.context import JsonOption, WorkspaceOption, workspace_of
from paddock.errors import ConfigurationError

_QUESTIONS = {
    "project_name": ("Project name", "Triage"),
    "owner": ("Owner (a person or team)", "ML team"),
    "problem": ("Problem (classification or regression)", "classification"),
    "description": ("Description, one line", "Replaces a rule by a model, where the model is proved better."),
}


def new(
    name: Annotated[str | None, typer.Argument(help="The project's name, such as 'Triage'.")] = None,
    owner: Annotated[str | None, typer.Option(help="The person or team that answers for it.")] = None,
    problem: Annotated[str | None, typer.Option(help="classification or regression.")] = None,
    description: Annotated[str | None, typer.Option(help="One line.")] = None,
    template: Annotated[str, typer.Option(help="A folder below templates/.")] = "pipeline",
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; take the defaults.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a new project that is green at birth."""
    found = workspace_of(workspace)
    _require_scaffold()
    from paddock.scaffold.new import new_project

    given = {"project_name": name, "owner": owner, "problem": problem, "description": description}
    ask = not no_input and not json and sys.stdin.isatty()
    answers = {field: _answer(field, value, ask) for field, value in given.items()}
    folder = new_project(found, answers, template)
    if json:
        console.as_json({"project": folder.name, "folder": str(folder), "answers": answers})
        return
    console.say(f"made projects/{folder.name} from templates/{template}", style="green")
    console.say("next:")
    console.say(f"  paddock run {folder.name}")
    console.say(f"  paddock report {folder.name}")
    console.say(f"  pytest projects/{folder.name}")


def _require_scaffold() -> None:
    """Raise where the packages that make projects are missing, as in a production image."""
    try:
        import cookiecutter  # noqa: F401
        import slugify  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"paddock new: needs {error.name}, which is not installed", "Install: paddock[scaffold]"
        ) from error


def _answer(field: str, given: str | None, ask: bool) -> str:
    """The given answer, or one that is asked for until it is legal, or the default."""
    from paddock.scaffold.answers import problem_of

    question, default = _QUESTIONS[field]
    legal = {name: example for name, (_, example) in _QUESTIONS.items()}
    if given is not None:
        if problem := problem_of(legal | {field: given}):
            raise ConfigurationError(problem, "Nothing was written.")
        return given
    while ask:
        answer = str(typer.prompt(question, default=default))
        problem = problem_of(legal | {field: answer})
        if not problem:
            return answer
        console.say(problem, style="red")
    return default
