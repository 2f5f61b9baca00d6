"""The check of the files that a notebook names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from paddock_ci.finding import Look
from paddock_ci.notebook.calls import Call, keyword
from paddock_ci.notebook.code import CodeCell
from paddock_ci.notebook.document import NotebookFile
from paddock_ci.notebook.paths import PATHS, constants, folded, literals, machine_path

_READS = re.compile(
    r"read_(csv|parquet|json|excel|pickle|feather|table|fwf|hdf|orc|stata|sas|spss|xml|file|ipc|ndjson|avro|csv_arrow)$|"
    r"scan_(csv|parquet|ipc|ndjson)$|(loadtxt|genfromtxt|fromfile|imread|loadmat|load_model|open_dataset|load_npz|mmread)$"
)
_READERS = {
    "open", "io.open", "codecs.open", "gzip.open", "bz2.open", "numpy.load", "joblib.load", "torch.load",
    "librosa.load",
    "PIL.Image.open", "h5py.File", "zipfile.ZipFile", "tarfile.open", "pandas.ExcelFile",
    "numpy.memmap",
}  # fmt: skip
_OF_PATHS = {"read_text", "read_bytes", "open"}
_KEYWORDS = (
    "filepath_or_buffer",
    "file",
    "path",
    "fname",
    "io",
    "path_or_buf",
    "filename",
    "source",
    "filepath",
    "name",
)
_WRITES = re.compile(
    r"to_(csv|parquet|json|excel|pickle|feather|hdf|file|netcdf|sql|stata|html|latex|markdown|xml|orc|zarr)$|"
    r"(savefig|save|savez|savez_compressed|savetxt|dump|write_\w+|imsave|imwrite|urlretrieve|save_\w+|sink_\w+|tofile|"
    r"copy|copy2|copyfile|copytree|move|rename|unpack_archive|symlink\w*)$"
)
# After these, files may be there that no literal names.
_FETCHES = re.compile(
    r"extractall|extract$|download\w*|wget|urlretrieve|system$|subprocess|chdir|getoutput|clone|fetch\w*|get_file|"
    r"writestr|copytree|make_archive|run_line_magic|run_cell_magic|execute_notebook|check_call|check_output|Popen"
)
_NO_FILE = re.compile(r"[*?{}\[\]\n<>|]|://|^\s*$|^(s3|gs|gcs|az|abfss?|hdfs|dbfs|wasbs?|https?|ftp):")
_CAUGHT = {"FileNotFoundError", "OSError", "IOError", "Exception", "BaseException", "EnvironmentError"}
_RELATIVE = "Name it relative to the notebook, or take it as a parameter."
_MISSING = "Commit it beside the notebook, mend the name, or read a dataset by its name."


def reads_what_is_there(notebook: NotebookFile) -> Iterator[Look]:
    """No cell names a path of one machine, or reads a file that is neither there nor written by the notebook above."""
    state = _Files(notebook, notebook.imported, constants(notebook.code, notebook.imported))
    for cell in notebook.code:
        fault, remedy = _machine(cell) or _home(notebook.calls[cell.number]), _RELATIVE
        missing = state.missing(cell, notebook.calls[cell.number])
        if not fault and missing:
            fault, remedy = missing, _MISSING
        yield Look(notebook.at(cell.number), fault, remedy)


def _machine(cell: CodeCell) -> str:
    for node in literals(cell):
        if found := machine_path(str(node.value)):
            return f"line {node.lineno}: names {found!r}, a path of one machine"
    for magic in cell.magics:
        if magic.sign == "?":
            continue
        for word in magic.rest.split("\n")[0].split():
            if found := machine_path(word.strip("'\"")):
                return f"line {magic.line}: names {found!r}, a path of one machine"
    return ""


def _home(calls: Iterable[Call]) -> str:
    """The call that asks where the home of whoever runs the notebook is."""
    homes = [call.node.lineno for call in calls if call.name in ("pathlib.Path.home", "Path.home")]
    return f"line {homes[0]}: names the home of whoever runs it" if homes else ""


@dataclass
class _Files:
    """The files that may be there at a point of the notebook."""

    notebook: NotebookFile
    imported: Mapping[str, str]
    known: Mapping[str, str]
    written: set[str] = field(default_factory=set)
    is_unknown: bool = False

    def missing(self, cell: CodeCell, calls: Iterable[Call]) -> str:
        """The first file that a cell reads and that is not there; what it writes is there afterwards."""
        found = ""
        self._magics(cell)
        guarded = _guarded(cell)
        for call in calls:
            path = self._read(call)
            if path is None:
                self._write(call)
            elif not found and not self.is_unknown and id(call.node) not in guarded and not self._is_there(path):
                found = f"line {call.node.lineno}: reads {path[:80]!r}, which is not there"
        return found

    def _magics(self, cell: CodeCell) -> None:
        for magic in cell.magics:
            if magic.sign == "%%" and magic.name in ("writefile", "file"):
                self.written |= set(magic.rest.split("\n")[0].split())
            elif magic.sign == "!" or magic.name in (
                "bash",
                "sh",
                "cd",
                "run",
                "system",
                "sx",
                "script",
                "cmd",
                "load",
            ):
                self.is_unknown = True

    def _read(self, call: Call) -> str | None:
        """The path that a call reads; nothing where it reads none, or one that cannot be told."""
        node, last = call.node, call.name.rpartition(".")[2]
        is_method = isinstance(node.func, ast.Attribute) and last in _OF_PATHS and call.name not in _READERS
        if is_method and isinstance(node.func, ast.Attribute):
            base = node.func.value
            path = folded(base, self.known, self.imported) if isinstance(base, ast.Call | ast.BinOp) else None
            mode = node.args[0] if node.args else None
        elif call.name in _READERS or (_READS.match(last) and not call.name.startswith(("skimage.data",))):
            path = folded(node.args[0] if node.args else keyword(node, *_KEYWORDS), self.known, self.imported)
            mode = node.args[1] if len(node.args) > 1 and last in ("open", "File", "ZipFile") else None
        else:
            return None
        mode = keyword(node, "mode") or mode
        writes = isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax+")
        return path if path and not writes and len(path) < 250 and not _NO_FILE.search(path) else None

    def _write(self, call: Call) -> None:
        """Whatever a call names may be there afterwards: it writes it, or asked whether it is there."""
        if call.name in PATHS or call.name in ("str", "print", "len"):
            return
        parts = [*call.node.args, *(given.value for given in call.node.keywords)]
        if isinstance(call.node.func, ast.Attribute):
            parts.append(call.node.func.value)
        texts = [text for part in parts if (text := folded(part, self.known, self.imported))]
        self.written |= {_plain(text) for text in texts}
        last = call.name.rpartition(".")[2]
        is_open = last == "open" and not texts
        if _FETCHES.search(call.name) or ((is_open or _WRITES.search(last)) and not texts):
            self.is_unknown = True

    def _is_there(self, path: str) -> bool:
        plain = _plain(path)
        stems = {plain, plain.rpartition(".")[0], *_parents(plain)}
        if stems & self.written:
            return True
        if path.startswith(("/dev/", "/proc/", "/etc/", "/usr/", "/var/", "/opt/", "/sys/")):
            return True
        return any(_exists(folder / path) for folder in _folders(self.notebook))


def _plain(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./").rstrip("/")


def _parents(path: str) -> Iterator[str]:
    while (path := path.rpartition("/")[0]) and path != "..":
        yield path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _folders(notebook: NotebookFile) -> list[Path]:
    """Where a kernel may be started: the notebook's folder, and those above it up to the root."""
    try:
        root, folder = notebook.root.resolve(), notebook.path.resolve().parent
    except (OSError, RuntimeError):
        return [notebook.path.parent]
    above = [parent for parent in folder.parents if parent == root or root in parent.parents]
    return [folder, *above, root]


def _guarded(cell: CodeCell) -> set[int]:
    """The calls whose failing the notebook expects."""
    found: set[int] = set()
    for node in cell.nodes(ast.Try, ast.If, ast.IfExp):
        if isinstance(node, ast.Try) and any(_catches(handler) for handler in node.handlers):
            found |= {id(inner) for part in node.body for inner in ast.walk(part)}
        elif isinstance(node, ast.If | ast.IfExp) and "exists" in ast.dump(node.test):
            found |= {id(inner) for inner in ast.walk(node)}
    return found


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in _CAUGHT for node in ast.walk(handler.type))
