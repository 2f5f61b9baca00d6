"""Checks of what a notebook does beside its code: shells, installations, waiting, ending early."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paddock_ci.finding import Look
from paddock_ci.notebook.calls import Call
from paddock_ci.notebook.code import CodeCell
from paddock_ci.notebook.document import NotebookFile
from paddock_ci.notebook.magics import Magic

_INSTALL = re.compile(
    r"\b(pip3?(\.\d+)?|pipenv|uv|poetry|conda|mamba|micromamba|apt|apt-get|apk|yum|dnf|brew|npm|yarn|easy_install)\b"
    r"[^\n;|&]*?\b(install|add|update|upgrade|uninstall|remove|sync|create)\b|\beasy_install\b|\bsetup\.py\b[^\n]*\binstall\b"
    r"|\bcondacolab\b|devtools::install|install\.packages\("
)
_INSTALLERS = {"pip", "pip3", "conda", "mamba", "micromamba", "uv", "poetry"}
_SHELLS = {
    "bash", "sh", "zsh", "script", "system", "sx", "sc", "!", "cmd", "powershell", "pwsh", "perl", "ruby",
    "ls", "ll", "lf", "lk",
    "ldir", "lx", "cat", "cp", "mv", "rm", "rmdir", "mkdir", "less", "more", "man", "shell",
    "ksh", "fish", "python2", "pypy",
}  # fmt: skip
_PROCESSES = (
    "os.system", "os.popen", "os.exec", "os.spawn", "os.posix_spawn", "subprocess.", "asyncio.create_subprocess",
    "pty.spawn", "pip.main", "pip._internal.main",
)  # fmt: skip
_SYSTEM = {"system", "getoutput", "getoutputs", "system_raw", "system_piped"}
_RUN = {"run_line_magic", "run_cell_magic", "magic"}
_DECLARE = "Declare it in pyproject.toml, which the lock and the image follow."
_NO_SHELL = "Do it in Python (pathlib, shutil), or in a script beside the notebook."
_WAITING = {"input", "raw_input", "getpass.getpass", "breakpoint", "pdb.set_trace", "ipdb.set_trace", "pudb.set_trace",
            "IPython.core.debugger.set_trace", "IPython.embed", "code.interact", "pdb.pm", "ipdb.pm",
            "sys.stdin.read", "sys.stdin.readline", "sys.stdin.readlines", "signal.pause"}  # fmt: skip
_FOR_EVER = (".run_forever", ".serve_forever")
_ENDING = {"sys.exit", "exit", "quit", "os._exit", "os.abort", "os.kill", "signal.raise_signal"}
_RAISED = ("SystemExit", "KeyboardInterrupt")
_ENDING_MAGICS = {"exit", "quit", "Exit", "Quit", "kill_embedded", "exit_raise"}


def runs_no_shell(notebook: NotebookFile) -> Iterator[Look]:
    """No cell runs a shell, and none installs what pyproject.toml ought to declare."""
    for cell in notebook.code:
        faults = [found for magic in cell.magics if (found := _magic_fault(magic))]
        faults += [found for call in notebook.calls[cell.number] if (found := _call_fault(call))]
        # What installs is told first: it is mended elsewhere.
        fault, remedy = min(faults, key=lambda found: found[1] != _DECLARE, default=("", ""))
        yield Look(notebook.at(cell.number), fault, remedy)


def runs_to_its_end(notebook: NotebookFile) -> Iterator[Look]:
    """No cell waits for somebody (`input()`, a debugger), and none ends the notebook early (`sys.exit()`)."""
    own = _own_names(notebook)
    used = _used_names(notebook)
    for cell in notebook.code:
        fault = next((fault for fault, inside in _stops(notebook, cell, own) if set(inside) <= used), "")
        remedy = "Give the value as a parameter." if fault.startswith("waits") else "Let every cell run to its end."
        yield Look(notebook.at(cell.number), fault, remedy)


def _magic_fault(magic: Magic) -> tuple[str, str] | None:
    shown = f"{magic.sign}{magic.name}"
    text = f"{magic.name} {magic.rest}" if magic.sign in ("%", "%%") else magic.rest
    is_shell = magic.sign == "!" or (magic.sign in ("%", "%%") and magic.name.rstrip("?") in _SHELLS)
    is_installer = magic.sign == "%" and magic.name in _INSTALLERS
    if (is_shell or is_installer) and _INSTALL.search(text):
        return f"line {magic.line}: installs by {shown}", _DECLARE
    if is_shell or is_installer:
        first = magic.rest.strip().split(None, 1)
        what = shown if magic.sign != "!" else f"!{first[0][:40]}" if first else "!"
        return f"line {magic.line}: runs a shell: {what}", _DECLARE if is_installer else _NO_SHELL
    return None


def _call_fault(call: Call) -> tuple[str, str] | None:
    where = f"line {call.node.lineno}:"
    if call.name.startswith(_PROCESSES):
        text = " ".join(_texts(call.node))
        is_pip = call.name.startswith("pip") and "install" in text
        return (f"{where} installs by {call.name}", _DECLARE) if is_pip or _INSTALL.search(text) else None
    last = call.name.rpartition(".")[2]
    if last not in _SYSTEM | _RUN or not _is_ipython(call.node.func):
        return None
    texts = _texts(call.node)
    if last in _SYSTEM:
        return _magic_fault(Magic(call.node.lineno, "!", "", " ".join(texts)))
    name, _, rest = texts[0].lstrip("%").partition(" ") if texts else ("", "", "")
    return _magic_fault(Magic(call.node.lineno, "%", name, " ".join([rest, *texts[1:]])))


def _texts(node: ast.AST) -> list[str]:
    return [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)]


def _is_ipython(node: ast.expr) -> bool:
    """Whether a method is one of IPython's shell."""
    base = node.value if isinstance(node, ast.Attribute) else None
    if isinstance(base, ast.Call):
        base = base.func
    return isinstance(base, ast.Name) and base.id in ("ipython", "ip", "shell", "get_ipython")


def _stops(notebook: NotebookFile, cell: CodeCell, own: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What makes a cell wait or end, and the functions that it stands in."""
    for magic in cell.magics:
        if magic.sign in ("%", "%%") and magic.name == "debug":
            yield f"waits for somebody in line {magic.line}: {magic.sign}debug", ()
        elif magic.sign == "%" and magic.name in _ENDING_MAGICS:
            yield f"ends the notebook in line {magic.line}: %{magic.name}", ()
    for call in notebook.calls[cell.number]:
        fault = _stop(call.name.removeprefix("builtins."))
        if fault and call.name.partition(".")[0] not in own and not _is_caught(cell, call.node):
            yield fault.format(f"line {call.node.lineno}: {call.name}()"), call.inside
    for node, inside in cell.executed:
        if isinstance(node, ast.Raise) and _raised(node) in _RAISED and not _is_caught(cell, node):
            yield f"ends the notebook in line {node.lineno}: raise {_raised(node)}", inside
    for loop in cell.nodes(ast.While):
        if not _inside_of(cell, loop) and _is_endless(loop):
            yield f"waits for somebody in line {loop.lineno}: a loop without an end", ()
    for expression in cell.nodes(ast.Expr):
        if isinstance(expression.value, ast.Name) and expression.value.id in {"exit", "quit"} - own:
            yield f"ends the notebook in line {expression.lineno}: {expression.value.id}", ()


def _stop(name: str) -> str:
    if name in _WAITING or name.endswith((".set_trace", "getpass.getpass", *_FOR_EVER)):
        return "waits for somebody in {}"
    return "ends the notebook in {}" if name in _ENDING or name.endswith((".ask_exit", ".do_shutdown")) else ""


def _inside_of(cell: CodeCell, node: ast.AST) -> tuple[str, ...]:
    """The functions and classes that a node stands in."""
    return next((inside for one, inside in cell.executed if one is node), ())


def _is_endless(loop: ast.While) -> bool:
    """Whether nothing ends a loop: no condition, and none of what leaves it."""
    leaving = (ast.Break, ast.Raise, ast.Return, ast.Yield, ast.Await)
    ends = any(isinstance(part, leaving) for body in loop.body for part in ast.walk(body))
    ends = ends or any(isinstance(part, ast.Call) for body in loop.body for part in ast.walk(body))
    return isinstance(loop.test, ast.Constant) and bool(loop.test.value) and not ends


def _raised(node: ast.Raise) -> str:
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return raised.id if isinstance(raised, ast.Name) else ""


def _is_caught(cell: CodeCell, node: ast.AST) -> bool:
    """Whether the notebook itself catches the exit, as one that shows how to does."""
    for outer in cell.nodes(ast.Try):
        if any(inner is node for part in outer.body for inner in ast.walk(part)):
            caught = [ast.dump(handler.type) if handler.type else "BaseException" for handler in outer.handlers]
            if any("SystemExit" in name or "BaseException" in name for name in caught):
                return True
    return False


def _own_names(notebook: NotebookFile) -> set[str]:
    """The names that the notebook gives a meaning of its own; an import gives none."""
    found: set[str] = set()
    for cell in notebook.code:
        imported = {
            alias.asname or alias.name.partition(".")[0]
            for node in cell.nodes(ast.Import, ast.ImportFrom)
            for alias in node.names
        }
        found |= notebook.flows[cell.number].binds - imported
    return found


def _used_names(notebook: NotebookFile) -> set[str]:
    """The names that something reads: a function that nobody names is one that nobody calls."""
    found: set[str] = set()
    for cell in notebook.code:
        found |= {node.id for node in cell.nodes(ast.Name) if isinstance(node.ctx, ast.Load)}
        found |= {node.attr for node in cell.nodes(ast.Attribute)}
        for named in cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            if named.decorator_list or named.name.startswith("__"):
                found.add(named.name)
        found |= {word for magic in cell.magics for word in re.findall(r"\w+", magic.rest)}
    return found
