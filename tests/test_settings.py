"""What settings promise: the environment first, secrets by reference, faults named."""

from __future__ import annotations

from pathlib import Path

import pytest
from paddock.errors import ConfigurationError
from paddock.project import Workspace
from paddock.settings import Settings, load_settings, reason, without_password

PRODUCTION = "[tool.paddock.environments.production]\n"


def _load(workspace: Workspace, text: str = "", environment: str = "production") -> Settings:
    (workspace.root / "pyproject.toml").write_text(f"[tool.paddock.workspace]\n{text}")
    return load_settings(workspace, environment)


def test_without_any_setting_everything_is_local(workspace: Workspace) -> None:
    """Versions and the serving database lie below `.paddock`; files of sources in their project."""
    found = _load(workspace, environment="local")
    assert found.data_url == str(workspace.root / ".paddock/data")
    assert found.serving_url == f"duckdb:///{workspace.root}/.paddock/serving.duckdb"
    assert (found.sources_root, found.lock_wait, found.database_wait) == ("", 60.0, 15.0)


def test_an_environment_says_where(workspace: Workspace) -> None:
    """Relative paths start at the workspace's root, absolute ones stay."""
    text = (
        f'{PRODUCTION}data_url = "/srv/data"\nsources_root = "drop"\nlock_wait = 600\nserving_url = "duckdb:///s.db"\n'
    )
    found = _load(workspace, text)
    assert found.data_url == "/srv/data"
    assert found.sources_root == str(workspace.root / "drop")
    assert found.serving_url == f"duckdb:///{workspace.root}/s.db"
    assert found.lock_wait == 600.0


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_the_environment_variable_wins(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each setting can be given as PADDOCK_<NAME>, over what the file says."""
    given = "7.5" if name.endswith("_wait") else "/elsewhere"
    in_file = "1" if name.endswith("_wait") else '"/in/the/file"'
    monkeypatch.setenv(f"PADDOCK_{name.upper()}", given)
    assert str(getattr(_load(workspace, f"{PRODUCTION}{name} = {in_file}\n"), name)) == given


def test_a_secret_is_taken_from_its_variable(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """`{ secret = "NAME" }` is the value of NAME, password included."""
    monkeypatch.setenv("SERVING_URL", "postgresql://ada:hunter2@db/shop")
    found = _load(workspace, f'{PRODUCTION}serving_url = {{ secret = "SERVING_URL" }}\n')
    assert found.serving_url == "postgresql://ada:hunter2@db/shop"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('serving_url = { secret = "SERVING_URL" }', "serving_url: the environment variable SERVING_URL is not set"),
        ("serving_url = { secret = 7 }", "expected a text or"),
        ('serving_url = { secert = "A" }', "got a table with secert"),
        ('serving_url = { secret = "A", password = "hunter2" }', "got a table with secret, password"),
        ('serving_url = "postgresql://ada:hunter2@db/shop"', "serving_url: the URL holds a password"),
        ('serving_url = "postgresql://db/shop?password=hunter2"', "serving_url: the URL holds a password"),
        ('serving_url = "postgresql://ada:hunter2@[::1/shop"', "serving_url: the URL holds a password"),
        ('data_url = "s3://bucket/data"', "object stores are not supported yet"),
        ('serving = "x"', "Did you mean 'serving_url'?"),
        ('lock_wait = "long"', "setting 'lock_wait': Input should be a valid number"),
    ],
)
def test_a_wrong_setting_is_named(workspace: Workspace, line: str, said: str) -> None:
    """Setting and remedy, exit code 2; a password is never repeated."""
    with pytest.raises(ConfigurationError) as caught:
        _load(workspace, f"{PRODUCTION}{line}\n")
    assert said in str(caught.value)
    assert caught.value.remedy
    assert "hunter2" not in str(caught.value)


def test_an_unknown_environment_suggests_the_nearest(workspace: Workspace) -> None:
    """A misspelt environment is an error that suggests the right one, and how to add it."""
    with pytest.raises(ConfigurationError) as caught:
        _load(workspace, PRODUCTION, "prodution")
    assert "no environment 'prodution'" in caught.value.message
    assert "Did you mean 'production'?" in caught.value.remedy
    assert "[tool.paddock.environments.prodution]" in caught.value.remedy


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:hunter2@db:5432/shop?sslmode=on", "postgresql://db:5432/shop"),
        ("duckdb:///a/b.duckdb", "duckdb:///a/b.duckdb"),
        ("postgresql://ada:hunter2@[::1/shop", "postgresql://…"),
        ("postgresql://ada:hunter2@db:port/shop", "postgresql://…"),
    ],
)
def test_a_url_is_shown_without_user_and_password(url: str, shown: str) -> None:
    """Scheme, host, port and path are all that messages show."""
    assert without_password(url) == shown


@pytest.mark.parametrize("password", ["hunter2", "hunter%322", "p@ss%2Fhunter2"])
def test_what_a_database_says_is_told_without_the_password(password: str) -> None:
    """Neither the URL nor the password, written either way, stays in the reason."""
    from urllib.parse import unquote

    url = f"postgresql://ada:{password}@db/shop"
    text = reason(RuntimeError(f"cannot open {url}:\n {password} or {unquote(password)} is wrong"), url)
    assert "hunter" not in text
    assert "is wrong" in text
    assert "\n" not in text


def test_settings_cannot_be_changed(workspace: Workspace, tmp_path: Path) -> None:
    """What was loaded stays for the whole run."""
    with pytest.raises(ValueError, match="frozen"):
        _load(workspace, environment="local").data_url = str(tmp_path)  # type: ignore[misc]
