"""Secrets: what a text, or the name that a value is given to, gives away.

A parameter that looks like a token is refused whatever it is; elsewhere, what stands in every manual is let pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from paddock.tokens import BEGINNINGS, Found, is_random, tokens_in

_ADDRESS = "an address with a password"
_AUTHORITY = re.compile(r"://(?P<user>[^/\s:@]{0,100}):(?P<password>[^/\s@]{1,500})@")
# What no user or password of an address holds unless it was quoted, or only stands for one.
_NO_AUTHORITY = re.compile(r"[\"'<>{}]")

_OPENING = ("api", "access", "auth", "private", "account", "encryption", "signing", "ssh")
_KEYS = rf"(?:{'|'.join(_OPENING)})_?key"
_SECRET_NAME = re.compile(
    rf"passw(?:or)?d|passphrase|secret|credential|{_KEYS}|tokens?(?:_|$)|(?:^|_)pwd(?:_|$)", re.IGNORECASE
)
_SECRET_WORD = re.compile(rf"{_SECRET_NAME.pattern}|(?:^|_)(?:keys?|pwds)(?:_|$)", re.IGNORECASE)
_PASSWORD_NAME = re.compile(r"(?:^|_)(?:passw(?:or)?d|passphrase|pwd)s?$", re.IGNORECASE)
_KEY_NAME = re.compile(_KEYS, re.IGNORECASE)
# With what the names of secrets end, and how values are given to them: looked for where one of the words stands.
_WORDS = ("passw", "passphrase", "pwd", "secret", "token", "credential", "key")
_END = r"(?P<end>(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|key)s?(?:_\w{1,8}|\d{1,2})?)"
_IN_CODE = re.compile(
    _END + r"[\"']?\s*\]?\s*(?::\s*str\s*)?[=:]\s*[rbu]?(?P<quote>[\"'])(?P<value>[^\"'\n]{6,300})(?P=quote)",
    re.IGNORECASE,
)
_IN_SETTINGS = re.compile(
    _END + r"[ \t]*[:=][ \t]*(?P<value>[^\s\"'#$(){}\[\],;]{6,300})[ \t]*(?:#.*)?$", re.MULTILINE | re.IGNORECASE
)
_IN_MESSAGE = re.compile(_END + r"=(?P<value>[^\s\"'`&;,<>()\[\]{}\\]{6,300})", re.IGNORECASE)
_GIVEN = re.compile(_END + r"[\"']?\s*\]?\s*(?::\s*str\s*)?[=:]", re.IGNORECASE)
_IN_COMMAND = re.compile(
    _END + r"\\?[\"']?[ \t]*[:=][ \t]*\\?[\"']?(?P<value>[^\s\"'`#$(){}\[\],;|&<>\\]{6,300})(?=[\s\"'\\;|&>]|\Z)",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"(?<![\w.-])(?:echo|printf)[ \t]")
_BETWEEN_COMMANDS = "|;&>\n"
# Into a program that sets a password: `USER:PASSWORD` or the password alone.
_PIPED = re.compile(
    r"\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)*[\"']?(?:[\w-]+:)?(?P<value>[^\s\"'`$:|(){}<>\\]{6,300})"
    r"(?:\\n)?[\"']?[ \t]*\|[^\n|]{0,200}?(?:\bchpasswd\b|--password-stdin\b|\bpasswd[ \t]+--stdin\b)"
)
_IN_SHELL = re.compile(
    r"^[ \t]*(?:%(?:set_)?env|!?\s*export|!\w+=)[ \t]+(?P<name>\w*(?:PASSW(?:OR)?D|SECRET|TOKEN|KEY)\w*)[= ]"
    r"(?P<value>[^\s$'\"{}]{8,})",
    re.MULTILINE | re.IGNORECASE,
)
_BEFORE_SETTING = re.compile(r"[ \t-]*(?:(?:export|ENV|ARG)[ \t]+)?(?:[\w.-]*[.-])?")
_PASSWORD = re.compile(r"passw(or)?d|passphrase|pwd", re.IGNORECASE)
_TOLD = re.compile(r"(\w+)=[\"']?([^\s\"'$]+)")
_OPTION = re.compile(r"--?password[= ]+[\"']?[^\s\"'$]")
_NO_VALUE = re.compile(
    r"x{3,}|\*{3,}|\.{3}|…|<|>|\{|\}|\$[({]|^\$|%[(s]|your|my_|change|replace|insert|enter|example|dummy|sample|fake|placeholder|redacted|"
    r"hidden|todo|paste|here|test|none|null|secret$|^token|^password|^passwd|^pass$|^pwd|^api|_key$|^key|12345|abcdef|"
    r"\(|\)|\[|\]|://|localhost|foo|bar",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"[A-Z][A-Z0-9_]*|[a-z]+([_.-][a-z]+)*|[./~].*")
_NO_SECRET_NAME = re.compile(
    r"(file|path|dir|url|uri|name|id|type|regex|pattern|env|var|len\w*|hint|field|col\w*|class|s3|test)$", re.IGNORECASE
)
# What a shell calls the folder that it is in, and the one before.
_FOLDERS = ("PWD", "OLDPWD")
_LONGEST_NAME = 100
_LONGEST_COMMAND = 1_000
# What people write where a password would stand.
_SPOKEN = re.compile(
    r"(?i)(pass(word|wd)?|pwd|secret|pw|user(name)?|postgres|root|admin|guest|mysql|token|key|default)\d{0,3}"
)


def secret_in(text: str) -> str:
    """What secret a text holds, in words; empty for none."""
    return next((found.kind for found in chain(tokens_in(text), addresses_in(text), values_in(text))), "")


def addresses_in(text: str, with_examples: bool = False) -> Iterator[Found]:
    """The addresses with a password in a text; `with_examples`, also with such as every manual has."""
    for found in _AUTHORITY.finditer(text) if "://" in text else ():
        if with_examples or (not _NO_AUTHORITY.search(found[0]) and is_password(found["password"])):
            yield Found(found.start(), _ADDRESS, found.span("password"))


def values_in(text: str) -> Iterator[Found]:
    """The passwords, and values made by chance, that code gives to the names of secrets."""
    if positions := _positions(text):
        for start, found in _names(_IN_CODE, text, positions):
            yield from _judged(start, text[start : found.end("end")], found)
        for found in _IN_SHELL.finditer(text):
            yield from _judged(found.start("name"), found["name"], found)


def settings_in(text: str) -> Iterator[Found]:
    """The same without quotes, a setting a line: `NAME=value` or `name: value`."""
    for start, found in _names(_IN_SETTINGS, text, _positions(text)):
        if _BEFORE_SETTING.fullmatch(text, max(_line_start(text, start), start - _LONGEST_NAME), start):
            yield from _judged(start, text[start : found.end("end")], found)


def commands_in(text: str) -> Iterator[Found]:
    """The same in what commands of a shell print, into a file or into a program that sets a password."""
    positions = _positions(text) if "echo" in text or "printf" in text else []
    for start, found in _names(_IN_COMMAND, text, positions):
        longest = max(start - _LONGEST_COMMAND, 0)
        begin = max(text.rfind(mark, longest, start) for mark in _BETWEEN_COMMANDS)
        if _PRINTED.search(text, max(begin, longest), start):
            yield from _judged(start, text[start : found.end("end")], found)
    for found in _PIPED.finditer(text) if positions else ():
        yield from _judged(found.start(), "password", found)


def given_in(text: str) -> Iterator[Found]:
    """All of these, and `NAME=value` in the midst of a line, as in messages of databases; fast where there is none."""
    last = -1
    for position in _positions(text):
        if position > last and (_GIVEN.match(text, position) or _IN_SHELL.match(text, _line_start(text, position))):
            start, last = _line_start(text, position), text.find("\n", position) % (len(text) + 1)
            line = text[start:last]
            arguments = (
                found for at, name in _names(_IN_MESSAGE, line, _positions(line))
                for found in _judged(at, line[at : name.end("end")], name)
            )  # fmt: skip
            for found in chain(values_in(line), settings_in(line), arguments):
                begun, end = found.span
                yield Found(found.position + start, found.kind, (begun + start, end + start))


def pattern_of_lines() -> str:
    """An extended regular expression that fits a line of each file in which there is a secret, and few others."""
    beginnings = sorted({beginning.replace(".", "[.]") for beginning, _ in BEGINNINGS})
    words = (*_WORDS[:-1], "_key", *(f"{word}key" for word in _OPENING))
    names = "|".join("".join(f"[{a.upper()}{a}]" if a.isalpha() else a for a in word) for word in words)
    given = rf"({names})[A-Za-z0-9_]{{0,10}}[\"']?[] ]*(: *str *)?[=:] *[rbu]?[\"']?[^ \"']{{6}}"
    return "|".join((*beginnings, "://[^/ ]*:[^/ ]+@", given, "[|].*(chpasswd|-stdin)"))


def told_in_command(text: str) -> bool:
    """Whether the line of a shell holds a secret: by its looks, or as the value of a variable or an option."""
    if any(chain(tokens_in(text, True), addresses_in(text, True))):
        return True
    assigned = _TOLD.search(text)
    return bool(assigned and names_secret(assigned[1])) or bool(_OPTION.search(text)) or any(commands_in(text))


def names_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret itself, and not the path of a file that does."""
    is_path = name in _FOLDERS or name.upper().endswith(("_FILE", "_PATH", "_DIR"))
    return bool(_SECRET_NAME.search(name)) and not is_path


def sounds_secret(name: str) -> bool:
    """Whether a value of this name may be a secret: some keys open nothing, they sort."""
    return bool(_SECRET_WORD.search(name)) and name not in _FOLDERS


def names_password(name: str) -> bool:
    """Whether a value of this name is a password, whatever it is."""
    return bool(_PASSWORD_NAME.search(name))


def is_reference(value: str) -> bool:
    """Whether a value is the name of an environment variable, as `API_TOKEN` is."""
    return bool(re.fullmatch(r"[A-Z][A-Z0-9_]*", value))


def is_password(value: str) -> bool:
    """Whether somebody would choose it: no word of a manual, and more than letters."""
    if _NO_VALUE.search(value) or _SPOKEN.fullmatch(value) or any(letter.isspace() for letter in value):
        return False
    has_letter, has_other = any(map(str.isalpha, value)), any(not letter.isalpha() for letter in value)
    return len(value) >= 6 and has_letter and has_other and len(set(value)) >= 5


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _positions(text: str) -> list[int]:
    """Where one of the words stands with which names of secrets end: most texts have none, and this is fast."""
    lower = text.lower()
    # A few letters become two.
    lower = lower if len(lower) == len(text) else text
    found: list[int] = []
    for word in _WORDS:
        position = lower.find(word)
        while position >= 0:
            found.append(position)
            position = lower.find(word, position + 1)
    return sorted(found)


def _names(pattern: re.Pattern[str], text: str, positions: list[int]) -> Iterator[tuple[int, re.Match[str]]]:
    """Where each name of a secret begins, and its end with the value that is given to it."""
    for position in positions:
        found = pattern.match(text, position)
        if found:
            start = position
            while start and position - start < _LONGEST_NAME and (text[start - 1].isalnum() or text[start - 1] == "_"):
                start -= 1
            if text[position] not in "kK" or _KEY_NAME.search(text, start, found.end("end")):
                yield start, found


def _judged(start: int, name: str, given: re.Match[str]) -> Iterator[Found]:
    """What a value is that is given to a name, if it is a secret."""
    value = given["value"]
    if _NO_SECRET_NAME.search(name) or _NO_VALUE.search(value) or _REFERENCE.fullmatch(value):
        return
    if _PASSWORD.search(name) and is_password(value):
        yield Found(start, f"a password, given to {name[:40]!r}", given.span("value"))
    elif is_random(value):
        yield Found(start, f"a secret, given to {name[:40]!r}", given.span("value"))
