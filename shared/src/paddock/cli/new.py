"""`paddock new`: a project from a template."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from json import JSONDecodeError, loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from paddock.cli import console
from paddock.cli.context import JsonOption, WorkspaceOption, require_scaffold, workspace_of
from paddock.errors import ConfigurationError
from paddock.project import read_toml

if TYPE_CHECKING:
    from paddock.project import Workspace
    from paddock.scaffold.questions import Question, Template

_DEFAULT = "pipeline"


def new(
    name: Annotated[str | None, typer.Argument(help="The project's name, such as 'Triage'.")] = None,
    template: Annotated[str | None, typer.Option(help="A folder below templates/: pipeline or analysis.")] = None,
    owner: Annotated[str | None, typer.Option(help="The person or team that answers for it.")] = None,
    description: Annotated[str | None, typer.Option(help="One line.")] = None,
    problem: Annotated[
        str | None, typer.Option(help="pipeline: classification, regression, recommendation or tagging.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="analysis: the dataset to report on, such as triage.predictions, or none.")
    ] = None,
    answers: Annotated[Path | None, typer.Option(help="A .toml or .json file of answers; options win.")] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; take the defaults.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a new project that is green at birth."""
    found = workspace_of(workspace)
    require_scaffold("new")
    from paddock.scaffold.new import has_uncommitted_edits, new_project
    from paddock.scaffold.questions import load_template

    options = {
        "project_name": name, "owner": owner, "description": description, "problem": problem, "dataset": dataset,
    }  # fmt: skip
    given = _file(answers) | {field: value for field, value in options.items() if value is not None}
    ask = not no_input and not json and sys.stdin.isatty()
    chosen = load_template(found.root / "templates", template or _template(found, ask))
    complete = _complete(found, chosen, given, ask, takes_all=no_input)
    folder = new_project(found, complete, chosen.name)
    if json:
        console.as_json(
            {"project": folder.name, "folder": str(folder), "template": chosen.name, "answers": dict(complete)}
        )
        return
    console.say(f"made projects/{folder.name} from templates/{chosen.name}", style="green")
    if taken := {} if ask else {field: complete[field] for field in complete if field not in given}:
        listed = "; ".join(f"{field} = {answer}" for field, answer in taken.items())
        console.say(f"nobody was asked, so these are defaults: {listed}", style="yellow")
    if has_uncommitted_edits(chosen):
        console.say(
            f"templates/{chosen.name} has edits that are not committed: commit them, so that updates of "
            f"{folder.name} know what it was made from",
            style="yellow",
        )
    console.say("next:")
    for command in (f"paddock run {folder.name}", f"paddock report {folder.name}", f"pytest projects/{folder.name}"):
        console.say(f"  {command}")


def _file(path: Path | None) -> dict[str, Any]:
    """The answers in a file."""
    if path is None:
        return {}
    if path.suffix == ".toml":
        return read_toml(path)
    if path.suffix != ".json":
        raise ConfigurationError(f"{path}: expected a .toml or .json file of answers", "Save it as one of them.")
    try:
        document = loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}", "Check the path.") from error
    except (UnicodeDecodeError, JSONDecodeError) as error:
        raise ConfigurationError(f"{path}: is not valid JSON: {error}", "Mend it.") from error
    if not isinstance(document, dict):
        raise ConfigurationError(
            f"{path}: expected an object of answers, got {document!r:.60}", 'Write, for instance: {"owner": "ML team"}'
        )
    return document


def _require_named(template: Template, given: Mapping[str, Any]) -> None:
    """Raise where nobody can be asked, and what no default could know was not said: what it is, and whose."""
    said = {"project_name": "NAME", "owner": "--owner"}
    known = {question.field for question in template.questions}
    if missing := [option for field, option in said.items() if field in known and field not in given]:
        raise ConfigurationError(
            f"paddock new: expected {' and '.join(missing)}, got none, and there is no terminal to ask at",
            'Write, for instance: paddock new Triage --owner "ML team"; or take all defaults: --no-input',
        )


def _template(workspace: Workspace, ask: bool) -> str:
    """The template that is chosen from the menu, or the default."""
    from paddock.scaffold.questions import load_menu

    menu = load_menu(workspace.root / "templates")
    if not ask or len(menu) < 2:
        return _DEFAULT
    console.table(("template", "description"), list(menu.items()))
    while (answer := str(typer.prompt("Template", default=_DEFAULT))) not in menu:
        console.say(f"template: expected {' or '.join(menu)}, got {answer!r}", style="red")
    return answer


def _complete(
    workspace: Workspace, template: Template, given: Mapping[str, Any], ask: bool, takes_all: bool
) -> Mapping[str, Any]:
    """The given answers, judged before anything is asked, then an answer to each other question."""
    from paddock.scaffold.answers import problem_at

    if problem := problem_at(workspace, template.questions, {**template.defaults, **given}):
        raise ConfigurationError(problem, "Nothing was written.")
    if not ask and not takes_all:
        _require_named(template, given)
    answers = dict(given)
    for question in template.questions:
        while question.field not in answers:
            answer = _asked(question) if ask else question.default
            problem = problem_at(workspace, template.questions, template.defaults | {question.field: answer})
            if problem and ask:
                console.say(problem, style="red")
            else:
                answers[question.field] = answer
    return answers


def _asked(question: Question) -> str:
    choices = f" ({', '.join(question.choices)})" if question.choices else ""
    return str(typer.prompt(f"{question.prompt}{choices}", default=question.default))
