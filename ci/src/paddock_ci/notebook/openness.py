"""What may bind names that nobody reads in a cell: star imports, `exec`, magics that load code."""

from __future__ import annotations

import ast
import re

from paddock_ci.notebook.code import CodeCell
from paddock_ci.notebook.flow import Flow, flow_of
from paddock_ci.notebook.magics import Magic

# They hand out the notebook's names to be written, or run code that is not there to be read.
_CALLS = {
    "exec", "execfile", "globals", "locals", "run_cell", "run_line_magic", "run_cell_magic", "magic", "ex", "push",
    "safe_execfile", "init_session", "init_printing_session", "import_all", "interactive_shell_embed",
}  # fmt: skip
_BARE = {"vars", "dir"}
_MODULES = {"pyforest", "__main__", "builtins", "bootstrap"}
_HARMLESS = (
    "matplotlib",
    "load_ext",
    "reload_ext",
    "config",
    "autoreload",
    "env",
    "pip",
    "conda",
    "system",
    "sx",
    "cd",
)
# Line magics that bind nothing, or only what is read from their own text.
_KNOWN = {
    "", "alias", "autoawait", "autocall", "automagic", "autosave", "bookmark", "cat", "cd", "colors", "conda", "config",
    "cp", "debug", "dhist", "dirs", "doctest_mode", "env", "gui", "hist", "history", "less", "load_ext", "ls", "ll",
    "logoff", "logon", "logstart", "logstate", "logstop", "lprun", "lsmagic", "magic", "man", "mamba", "matplotlib",
    "memit", "mkdir", "more", "mprun", "mv", "notebook", "page", "pastebin", "pdb", "pdef", "pdoc", "pfile", "pinfo",
    "pinfo2", "pip", "popd", "pprint", "precision", "prun", "psearch", "psource", "pushd", "pwd", "pycat", "qtconsole",
    "quickref", "rehashx", "reload_ext", "rm", "rmdir", "save", "sc", "set_env", "sx", "system", "tb", "time", "timeit",
    "unalias", "unload_ext", "uv", "who", "who_ls", "whos", "xdel", "xmode", "autoreload", "watermark", "tensorboard",
    "store", "aimport", "sql", "R", "Rpush", "Rpull", "bigquery", "capture", "connect_info", "killbgscripts", "nbagg",
    "reset", "reset_selective", "exit", "quit", "black", "nb_black", "flake8", "pycodestyle_on", "mypy", "snakeviz",
    "html", "javascript", "js", "latex", "markdown", "svg", "SVG", "HTML", "bash", "sh", "script", "!", "perl", "ruby",
    "python", "python2", "python3", "pypy", "cmd", "powershell", "writefile", "file", "heat", "scalene",
    "pyinstrument", "mermaid", "dot", "writetemplate", "tikz", "profile",
}  # fmt: skip
_WORDS = re.compile(r"[A-Za-z_]\w*")
_OUTPUT = re.compile(r"(?:^|\s)(?:-o|--out|--err|--output)[ =]+([\w,]+)")


def is_open(cell: CodeCell) -> bool:
    """Whether from this cell on the notebook may have names that no cell shows."""
    if not cell.is_parsed or any(_loads(magic) for magic in cell.magics):
        return True
    return any(_opens(node) for node in cell.nodes(ast.ImportFrom, ast.Import, ast.Attribute, ast.Call))


def flow_of_cell(cell: CodeCell) -> Flow:
    """The flow of names through a cell and its magics; none through code that is nested too deeply."""
    try:
        flow = flow_of(cell.tree)
    except RecursionError:
        flow = Flow()
    for magic in cell.magics:
        flow.binds |= names_of_magic(magic)
    return flow


def names_of_magic(magic: Magic) -> set[str]:
    """The names that a magic binds."""
    words = magic.rest.split("\n")[0].split()
    plain = [word for word in words if not word.startswith("-") and word.isidentifier()]
    if magic.name in ("capture", "store", "bigquery", "aimport", "Rpull") and plain:
        return set(plain) if magic.name in ("store", "aimport", "Rpull") else {plain[0]}
    if magic.name.startswith("sql") and (found := re.match(r"\s*(?:\S+\s+)?(\w+)\s*<<", magic.rest)):
        return {found[1]}
    found_names = {name for match in _OUTPUT.finditer(magic.rest.split("\n")[0]) for name in match[1].split(",")}
    return found_names if magic.sign in ("%", "%%") else set()


def _loads(magic: Magic) -> bool:
    if magic.sign not in ("%", "%%") or magic.target:
        return False
    if magic.name == "store":
        return "-r" in magic.rest.split() and not names_of_magic(magic)
    return magic.name not in _KNOWN


def _opens(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == "*" for alias in node.names) or (node.module or "") in _MODULES
    if isinstance(node, ast.Import):
        return any(alias.name in _MODULES for alias in node.names)
    if isinstance(node, ast.Attribute):
        return node.attr in ("user_ns", "user_global_ns", "__main__")
    return isinstance(node, ast.Call) and _opens_call(node)


def _opens_call(node: ast.Call) -> bool:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    first = node.args[0] if node.args else None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    if name == "var" and text:
        # SymPy's, which binds the symbols that it makes.
        return True
    if name in _BARE:
        return isinstance(node.func, ast.Name) and not node.args
    return name in _CALLS and not text.lstrip("%").startswith(_HARMLESS)
