"""Where data and served tables live: the environment first, then the workspace's file, then local defaults."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from paddock.errors import ConfigurationError, nearest
from paddock.project import Workspace, read_toml, table_at

_DUCKDB = "duckdb:///"
_PASSWORD_KEYS = ("password", "passwd", "pwd", "token", "secret")


class Settings(BaseSettings):
    """The settings of one environment; each can be set as `PADDOCK_<NAME>`.

    `data_url` is the folder of dataset versions; `serving_url` is `duckdb:///PATH` or
    `postgresql://…`; files of sources lie in `sources_root`, or in their project's folder when
    that is empty; relative paths start at the workspace's root; `lock_wait` and `database_wait`
    are in seconds.
    """

    model_config = SettingsConfigDict(env_prefix="PADDOCK_", extra="forbid", frozen=True)

    data_url: str
    serving_url: str
    sources_root: str = ""
    lock_wait: float = 60.0
    database_wait: float = 15.0

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over what the workspace's file says."""
        return env_settings, init_settings


def load_settings(workspace: Workspace, environment: str = "local") -> Settings:
    """The settings of `environment`, from `[tool.paddock.environments.<name>]` of the workspace.

    A value `{ secret = "NAME" }` is taken from the environment variable NAME; an inline
    password is refused. Raises ConfigurationError.
    """
    manifest = workspace.root / "pyproject.toml"
    document = read_toml(manifest)
    tables = table_at(manifest, document, "tool", "paddock", "environments")
    if environment != "local" and environment not in tables:
        raise ConfigurationError(
            f"{manifest}: no environment '{environment}'",
            f"{nearest(environment, {'local', *tables})} Add it as [tool.paddock.environments.{environment}].",
        )
    where = f"{manifest}: [tool.paddock.environments.{environment}]"
    given = table_at(manifest, document, "tool", "paddock", "environments", environment)
    table = {key: resolve(f"{where} {key}", value) for key, value in given.items()}
    defaults: dict[str, Any] = {"data_url": ".paddock/data", "serving_url": f"{_DUCKDB}.paddock/serving.duckdb"}
    try:
        return _rooted(workspace.root, Settings(**(defaults | table)))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"{manifest}: environment '{environment}', setting '{name}': {first['msg']}, got {first.get('input')!r}",
            f"Mend the setting, or the variable PADDOCK_{name.upper()}. {nearest(name, Settings.model_fields)}",
        ) from error


def _rooted(root: Path, settings: Settings) -> Settings:
    """The settings with every path made absolute, since notebooks run in folders of their own."""
    if "://" in settings.data_url:
        raise ConfigurationError(
            f"data_url: expected the path of a folder, got '{settings.data_url}'",
            "Give a local or mounted folder; object stores are not supported yet.",
        )
    serving_url = settings.serving_url
    if serving_url.startswith(_DUCKDB):
        serving_url = f"{_DUCKDB}{root / serving_url.removeprefix(_DUCKDB)}"
    places = {"data_url": str(root / settings.data_url), "serving_url": serving_url}
    if settings.sources_root:
        places["sources_root"] = str(root / settings.sources_root)
    return settings.model_copy(update=places)


def resolve(where: str, value: object) -> object:
    """The value that a TOML file gives at `where`; `{ secret = "NAME" }` gives that of the environment variable NAME.

    Raises ConfigurationError for an inline password and for a variable that is not set.
    """
    check_reference(where, value)
    if not isinstance(value, dict):
        return value
    name = value["secret"]
    if name not in os.environ:
        raise ConfigurationError(f"{where}: the environment variable {name} is not set", f"Set it: export {name}=…")
    return os.environ[name]


def check_reference(where: str, value: object) -> None:
    """Raise ConfigurationError when `value` is a table other than `{ secret = "NAME" }`, or a URL with a password."""
    if isinstance(value, dict) and (set(value) != {"secret"} or not isinstance(value["secret"], str)):
        raise ConfigurationError(
            f'{where}: expected a text or {{ secret = "NAME" }}, got a table with {", ".join(value) or "nothing"}',
            "Mend that line.",
        )
    if isinstance(value, str) and "://" in value and _passwords(value):
        raise ConfigurationError(
            f"{where}: the URL holds a password", 'Put the URL into a variable and write: { secret = "NAME" }'
        )


def without_password(url: str) -> str:
    """The URL as messages may show it: scheme, host, port and path."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return f"{url.partition('://')[0]}://…"


def reason(error: Exception, url: str) -> str:
    """What a database says about its failure, on one line, with the URL's passwords replaced."""
    text = str(error).replace(url, without_password(url))
    for password in _passwords(url):
        text = text.replace(password, "***")
    return " ".join(text.split())[:500]


def _passwords(url: str) -> tuple[str, ...]:
    """Every spelling of every password in a URL, longest first."""
    try:
        parts = urlsplit(url)
    except ValueError:
        # No host can be told from it, so what stands before an @ is taken for a password.
        return (url,) if "@" in url else ()
    found = [value for key, value in parse_qsl(parts.query) if key.lower() in _PASSWORD_KEYS]
    spellings = {spelling for value in (parts.password or "", *found) for spelling in (value, unquote(value))}
    return tuple(sorted(spellings - {""}, key=len, reverse=True))
