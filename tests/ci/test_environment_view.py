"""In a view of the environment, what is not declared is not installed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import packaging
import paddock
import paddock_ci
import pytest

_SITE = f"lib/python3.{sys.version_info.minor}/site-packages"
_SOURCES = os.pathsep.join(str(Path(module.__path__[0]).parent) for module in (paddock_ci, paddock, packaging))
_MAKE = """
import sys; from pathlib import Path; from paddock_ci.sandbox.view import make
view = make(sys.argv[2:], Path(sys.argv[1])); print(view.folder, view.key, *view.reads, sep="\\n")
"""
_CLOSURE = "import sys; from paddock_ci.sandbox.distributions import closure; print(*sorted(closure(sys.argv[1:])))"
_SEEN = "import importlib.metadata as m; print(*sorted(d.name for d in m.distributions()))"


@dataclass(frozen=True)
class Made:
    """A view that was made: where it is, what names it, what may be read."""

    folder: Path
    key: str
    reads: frozenset[Path]

    def python(self, code: str) -> str:
        """What the view's interpreter prints."""
        return _output([str(self.folder / "bin/python"), "-c", code])


class Environment:
    """A virtual environment at `folder`, with distributions that are written by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        real = Path(os.path.realpath(sys.executable))
        (folder / _SITE).mkdir(parents=True)
        (folder / "bin").mkdir()
        (folder / "bin/python").symlink_to(real)
        (folder / "pyvenv.cfg").write_text(f"home = {real.parent}\n")

    def install(self, name: str, files: Mapping[str, str], needs: str = "", version: str = "1.0") -> None:
        """Install `files`, by their paths from site-packages, as `name`."""
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        metadata = "".join(f"{line.strip()}\n" for line in needs.split("\n") if line)
        written = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}"}
        record = f"{info}/RECORD,,\n"
        for path, text in written.items():
            target = Path(os.path.normpath(self.folder / _SITE / path))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            record += f"{path},sha256={digest},{len(text)}\n"
        (self.folder / _SITE / info / "RECORD").write_text(record)

    def python(self, code: str, *arguments: str) -> str:
        """What the environment's own interpreter prints, with this harness on its path."""
        return _output(self.command(code, *arguments), {"PYTHONPATH": _SOURCES})

    def command(self, code: str, *arguments: str) -> list[str]:
        """The command for it."""
        return [str(self.folder / "bin/python"), "-c", code, *arguments]

    def view(self, *names: str) -> Made:
        """The view of these distributions."""
        folder, key, *reads = self.python(_MAKE, str(self.folder.parent / "views"), *names).split("\n")
        return Made(Path(folder), key, frozenset(map(Path, reads)))


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An environment in which nothing is installed."""
    return Environment(tmp_path / "environment")


def _output(command: list[str], variables: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, env=variables or {}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_only_what_is_declared_is_installed(environment: Environment) -> None:
    """Another package is not found, and the standard library's list of distributions does not name it."""
    environment.install("alpha", {"alpha/__init__.py": "name = 'alpha'", "alpha_one.py": "", "alpha.libs/a.so": ""})
    environment.install("beta", {"beta/__init__.py": ""})
    view = environment.view("alpha")
    assert view.python("import alpha, alpha_one; print(alpha.name)") == "alpha"
    assert view.python("import importlib.util as u; print(u.find_spec('beta'))") == "None"
    assert view.python(_SEEN) == "alpha"
    site = environment.folder / _SITE
    assert (view.folder / _SITE / "alpha").readlink() == site / "alpha"
    assert {site / "alpha", site / "alpha_one.py", site / "alpha.libs", site / "alpha-1.0.dist-info"} <= view.reads
    assert not [path for path in view.reads if "beta" in path.parts or path in (site, environment.folder)]


def test_a_package_of_several_distributions_is_shared_out(environment: Environment) -> None:
    """Of a namespace, at any depth, only the declared part is there."""
    environment.install("cloud-a", {"cloud/api/a/__init__.py": "", "cloud/a.py": ""})
    environment.install("cloud-b", {"cloud/api/b/__init__.py": "", "cloud/b.py": ""})
    environment.install("cloud-c", {"cloud/only_c/__init__.py": ""})
    view = environment.view("cloud-a", "cloud-c")
    view.python("import cloud.api.a, cloud.a, cloud.only_c")
    assert view.python("import importlib.util as u; print(u.find_spec('cloud.b'), u.find_spec('cloud.api.b'))") == (
        "None None"
    )
    assert (view.folder / _SITE / "cloud/api/a").is_symlink()
    assert environment.folder / _SITE / "cloud" not in view.reads


def test_an_editable_distribution_has_its_metadata_only(environment: Environment) -> None:
    """Where its sources are, the check declares itself; a pointer that is installed for another reason stays."""
    origin = json.dumps({"url": "file:///x", "dir_info": {"editable": True}})
    environment.install("mine", {"mine.pth": "/elsewhere", "mine-1.0.dist-info/direct_url.json": origin})
    environment.install("other", {"other.pth": "import sys; sys.other = 1"})
    view = environment.view("mine", "other")
    assert view.python("import sys; print(sys.other, '/elsewhere' in sys.path)") == "1 False"
    assert not (view.folder / _SITE / "mine.pth").exists()
    assert view.python(_SEEN) == "mine other"


def test_commands_run_in_the_view(environment: Environment) -> None:
    """A distribution's scripts use the view's interpreter; its programs are linked; those of others are missing."""
    entry = {"tool-1.0.dist-info/entry_points.txt": "[console_scripts]\ntool = tool:main.run\n"}
    module = "import sys\nclass main:\n    run = lambda: print(sys.prefix, *sys.argv[1:])\n"
    script = {"../../../bin/tool": "#!/elsewhere/python\n", "../../../bin/program": "\x7fELF"}
    environment.install("tool", {"tool.py": module, **script, **entry})
    environment.install("beta", {"../../../bin/beta": "\x7fELF"})
    view = environment.view("tool")
    assert _output([str(view.folder / "bin/tool"), "a b"]) == f"{view.folder} a b"
    assert (view.folder / "bin/program").readlink() == environment.folder / "bin/program"
    assert not (view.folder / "bin/beta").exists()


def test_data_beside_site_packages_is_there(environment: Environment) -> None:
    """Kernels and templates of Jupyter, say, which are installed below `share`."""
    environment.install("alpha", {"../../../share/jupyter/alpha/a.json": "{}"})
    environment.install("beta", {"../../../share/jupyter/beta/b.json": "{}"})
    view = environment.view("alpha")
    assert (view.folder / "share/jupyter/alpha/a.json").read_text() == "{}"
    assert not (view.folder / "share/jupyter/beta").exists()


def test_it_is_made_once_and_named_by_what_is_in_it(environment: Environment) -> None:
    """The same set gives the same folder; another version or content of a file another one."""
    environment.install("alpha", {"alpha.py": "", "../../../bin/alpha": "#!/here"})
    environment.install("beta", {"beta.py": ""})
    first = environment.view("alpha")
    made = first.folder.stat().st_ino
    assert environment.view("alpha") == first
    assert first.folder.stat().st_ino == made
    environment.install("alpha", {"alpha.py": "", "../../../bin/alpha": "#!/there"})
    assert environment.view("alpha").key == first.key
    environment.install("alpha", {"alpha.py": "changed = 1", "../../../bin/alpha": "#!/there"})
    changed = environment.view("alpha")
    assert len({first.folder, changed.folder, environment.view("alpha", "beta").folder}) == 3
    assert changed.python("import alpha; print(alpha.changed)") == "1"


def test_the_key_is_the_same_in_another_environment(environment: Environment, tmp_path: Path) -> None:
    """Of the same distributions, so that two machines share results; the links lead to each its own."""
    other = Environment(tmp_path / "other")
    for each in (environment, other):
        each.install("alpha", {"alpha.py": ""})
    assert environment.view("alpha").key == other.view("alpha").key
    assert environment.view("alpha").folder != other.view("alpha").folder


def test_several_processes_make_the_same_at_once(environment: Environment) -> None:
    """Each gets the whole view, and nothing else is left."""
    environment.install("alpha", {f"alpha/{number}.py": "" for number in range(50)} | {"alpha/__init__.py": ""})
    views = environment.folder.parent / "views"
    processes = [
        subprocess.Popen(environment.command(_MAKE, str(views), "alpha"), env={"PYTHONPATH": _SOURCES}, stdout=-1)
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in processes}) == 1
    assert [process.returncode for process in processes] == [0] * 4
    assert list(views.iterdir()) == [environment.view("alpha").folder]


def test_another_process_may_be_first(environment: Environment) -> None:
    """Who comes second, with a view half made, takes the one that is there."""
    environment.install("alpha", {"alpha.py": ""})
    code = """if True:
        import sys; from pathlib import Path; from paddock_ci.sandbox import view
        cache, real = Path(sys.argv[1]), view._write_programs
        def meanwhile(*arguments):
            view._write_programs = real
            print(view.make(["alpha"], cache).folder)
            real(*arguments)
        view._write_programs = meanwhile
        print(view.make(["alpha"], cache).folder)
    """
    views = environment.folder.parent / "views"
    assert environment.python(code, str(views)).split() == [str(path) for path in views.iterdir()] * 2


def test_what_was_never_compiled_is_compiled_once(environment: Environment) -> None:
    """A check, which may not write there, finds byte code, of single modules too."""
    environment.install("alpha", {"alpha/__init__.py": "", "alpha/tests/test_a.py": "", "one.py": ""})
    view = environment.view("alpha")
    assert "__pycache__" in view.python("import alpha; print(alpha.__cached__)")
    assert list((view.folder / _SITE / "alpha/__pycache__").iterdir())
    assert [path.name.split(".")[0] for path in (view.folder / _SITE / "__pycache__").iterdir()] == ["one"]
    assert not (view.folder / _SITE / "alpha/tests/__pycache__").exists()


def test_a_view_survives_that_byte_code_is_removed(environment: Environment) -> None:
    """What its links no longer lead to is not granted; the source serves."""
    environment.install("alpha", {"alpha.py": "name = 1"})
    view = environment.view("alpha")
    (compiled,) = (environment.folder / _SITE / "__pycache__").iterdir()
    compiled.unlink()
    assert environment.view("alpha").reads == view.reads - {compiled}
    assert view.python("import alpha; print(alpha.name)") == "1"


def test_the_closure_follows_markers_and_extras(environment: Environment) -> None:
    """What a distribution needs here, what an extra asks for, round in circles, and nothing else."""
    environment.install(
        "alpha",
        {},
        "Requires-Dist: Beta_B[fast]>=1\nRequires-Dist: gamma; sys_platform == 'elsewhere'\nRequires-Dist: absent",
    )
    environment.install("beta-b", {}, "Requires-Dist: delta; extra == 'fast'\nRequires-Dist: epsilon; extra == 'slow'")
    environment.install("delta", {}, "Requires-Dist: alpha")
    for name in ("gamma", "epsilon"):
        environment.install(name, {})
    assert environment.python(_CLOSURE, "alpha") == "alpha beta-b delta"
    assert environment.python(_CLOSURE, "beta.b") == "beta-b"
    assert environment.python(_CLOSURE, "Beta_B[slow]", "gamma") == "beta-b epsilon gamma"


def test_what_is_not_installed_cannot_be_seen(environment: Environment) -> None:
    """The error names it, where it was looked for, and what is like it."""
    environment.install("scikit-learn", {})
    code = "from paddock.errors import ToolError\ntry: closure(['scikit-lern'])\nexcept ToolError as e: print(e)"
    assert environment.python(f"from paddock_ci.sandbox.distributions import closure\n{code}") == (
        f"scikit-lern: declared, but not installed in {environment.folder / _SITE}\n"
        "Install it, or correct its name. Did you mean 'scikit-learn'?"
    )
