"""A check's process has what it was given and nothing else, whichever way it tries; honest work passes in it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import paddock
import pytest
from paddock.errors import ToolError
from paddock_ci.sandbox import landlock, process
from paddock_ci.sandbox.distributions import closure
from paddock_ci.sandbox.grants import Cover, machine_grants, platform_facts, table
from paddock_ci.sandbox.landlock import READ, Right
from paddock_ci.sandbox.network import Network, is_local_possible
from paddock_ci.sandbox.view import View, make

SOURCES = Path(paddock.__path__[0]).parent
Answer = Callable[..., str]
needs_landlock = pytest.mark.skipif(not process.is_hermetic(), reason="this kernel cannot keep a process from reading")
needs_local = pytest.mark.skipif(not is_local_possible(), reason="only root makes a network of its own")


@pytest.fixture(scope="session")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    """What honest checks of data and notebooks use of the environment."""
    names = ("paddock[notebooks,pipelines]", "matplotlib", "scikit-learn", "tzdata")
    return make(closure(names), tmp_path_factory.mktemp("views"))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with `given`, which is granted, `secret`, which is not, and `scratch`; each secret reads SECRET."""
    # Its path is short: sockets of processes that work together lie below it, and their paths may not be long.
    with tempfile.TemporaryDirectory(prefix="pd-") as folder:
        yield _filled(Path(folder).resolve())


def _filled(tmp_path: Path) -> Path:
    import pandas as pd

    for name in ("given", "secret", "scratch"):
        (tmp_path / name).mkdir()
    (tmp_path / "given/data.csv").write_text("a\n1\n")
    (tmp_path / "given/link.csv").symlink_to(tmp_path / "secret/data.csv")
    (tmp_path / "secret/data.csv").write_text("SECRET\nSECRET\n")
    pd.DataFrame({"SECRET": ["SECRET"]}).to_parquet(tmp_path / "secret/data.parquet")
    program = tmp_path / "secret/program"
    program.write_text("#!/bin/sh\necho SECRET\n")
    program.chmod(0o755)
    return tmp_path


@pytest.fixture
def run(place: Path, view: View) -> Answer:
    """Run Python code in the sandbox; what it prints, or its error's last line."""

    def run(code: str, network: Network = Network.NONE, variables: dict[str, str] | None = None) -> str:
        environment = {"PATH": f"{view.folder}/bin:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [str(view.python), "-c", textwrap.dedent(code)]
        printed = _printed(command, place, view.reads, environment | (variables or {}), network)
        return printed.replace(str(place), "PLACE")

    return run


def _printed(
    command: Sequence[str],
    place: Path,
    reads: Sequence[Path] = (),
    environment: dict[str, str] | None = None,
    network: Network = Network.NONE,
) -> str:
    started = process.start(
        command,
        place / "given",
        scratch=place / "scratch",
        reads=[*reads, place / "given", SOURCES],
        environment=environment or {},
        network=network,
        output=subprocess.PIPE,
    )
    return started.communicate()[0].decode().strip()


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of a server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


_READS = {
    "open": "print(open('../secret/data.csv').read())",
    "os.open": "import os; print(os.read(os.open('../secret/data.csv', os.O_RDONLY), 99))",
    "pathlib": "from pathlib import Path; print(Path('../secret/data.csv').resolve().read_text())",
    "mmap": """
        import mmap, os
        print(mmap.mmap(os.open("../secret/data.csv", os.O_RDONLY), 0, prot=mmap.PROT_READ)[:])""",
    "libc": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        found = libc.open(b"../secret/data.csv", 0)
        text = ctypes.create_string_buffer(99)
        libc.read(found, text, 98)
        print(found, text.value or OSError(ctypes.get_errno(), "Permission denied"))""",
    "path descriptor": """
        import os
        found = os.open("../secret/data.csv", os.O_PATH)
        print(open(f"/proc/self/fd/{found}").read())""",
    "cat": "import subprocess; subprocess.run(['cat', '../secret/data.csv'])",
    "shell": "import os; os.system('cat < ../secret/data.csv')",
    "symlink": "print(open('link.csv').read())",
    "own symlink": """
        import os; os.symlink(os.path.abspath("../secret"), os.environ["TMPDIR"] + "/link")
        print(open(os.environ["TMPDIR"] + "/link/data.csv").read())""",
    "proc root": "import os; print(open('/proc/self/root' + os.path.abspath('../secret/data.csv')).read())",
    "proc cwd": "print(open('/proc/self/cwd/../secret/data.csv').read())",
    "chdir": "import os; os.chdir('../secret'); print(open('data.csv').read())",
    "scandir": "import os; print([e.name.replace('data.csv', 'SECRET') for e in os.scandir('../secret')])",
    "rename out": "import os; os.rename('../secret/data.csv', os.environ['TMPDIR'] + '/x')",
    "link out": "import os; os.link('../secret/data.csv', os.environ['TMPDIR'] + '/x')",
    "copy": "import shutil, os; print(open(shutil.copy('../secret/data.csv', os.environ['TMPDIR'])).read())",
    "exec": "import subprocess; subprocess.run(['../secret/program'])",
    "exec by shell": "import os; os.system('sh ../secret/program')",
    "multiprocessing": """
        import multiprocessing, pathlib
        with multiprocessing.get_context("fork").Pool(1) as pool:
            print(pool.map(pathlib.Path.read_text, [pathlib.Path("../secret/data.csv")]))""",
    "pandas": "import pandas; print(pandas.read_csv('../secret/data.csv'))",
    "parquet": "import pyarrow.parquet as pq; print(pq.read_table('../secret/data.parquet').to_pydict())",
    "memory map": "import pyarrow as pa; print(pa.memory_map('../secret/data.csv').read())",
    "dataset": "import pyarrow.dataset as d; print(d.dataset('../secret/data.parquet').to_table().to_pydict())",
    "polars": "import polars; print(polars.read_csv('../secret/data.csv'))",
    "duckdb": "import duckdb; print(duckdb.sql(\"select * from read_csv('../secret/data.csv')\"))",
    "sqlite": """
        import sqlite3
        print(sqlite3.connect("file:../secret/data.csv?mode=ro", uri=True).execute("select 1 from sqlite_master"))""",
}
# What each of them says when the kernel refuses.
_REFUSED = ("Permission denied", "unable to open database file", "Invalid cross-device link", "Cannot open file")


@needs_landlock
@pytest.mark.parametrize("code", _READS.values(), ids=_READS.keys())
def test_what_is_not_declared_is_not_read(run: Answer, code: str) -> None:
    """By no way: functions of Python, C and other languages, other programs, links, detours, moves."""
    said = run(code)
    assert "SECRET" not in said
    assert any(words in said for words in _REFUSED), said


@needs_landlock
@pytest.mark.parametrize(
    "path",
    ["/etc/hostname", "/etc/shadow", "/etc/hosts", "/proc/1/environ", "/proc/1/root/etc/shadow", "/root/x", "/tmp"],
)
def test_the_machine_is_not_read(run: Answer, path: str) -> None:
    """What tells one machine from another, what others keep there, and other processes' variables."""
    said = run(f"import os; print(open({path!r}).read() if not os.path.isdir({path!r}) else os.listdir({path!r}))")
    assert "Permission denied" in said or (not Path(path).exists() and "No such file" in said), said


@needs_landlock
def test_a_hard_link_is_the_file_itself(run: Answer, place: Path) -> None:
    """It is read, for what is hashed of a granted folder is its content: there is no other file that could differ."""
    (place / "given/hard.csv").hardlink_to(place / "secret/data.csv")
    assert run("print(open('hard.csv').read())") == "SECRET\nSECRET"
    assert "Permission denied" in run("print(open('../secret/data.csv').read())")


@needs_landlock
@pytest.mark.parametrize(
    "act",
    [
        "open('data.csv', 'w')",
        "open('data.csv', 'a')",
        "open('data.csv', 'r+')",
        "import os; os.truncate('data.csv', 0)",
        "import os; os.unlink('data.csv')",
        "import os; os.rename('data.csv', os.environ['TMPDIR'] + '/x')",
        "import os; os.link('data.csv', os.environ['TMPDIR'] + '/x')",
        "import os; os.rename(__import__('tempfile').mkstemp()[1], 'data.csv')",
        "open('new', 'w')",
        "open('../new', 'w')",
        "open('/var/tmp/paddock-new', 'w')",
        "import os; os.mkdir('new')",
        "import os; os.symlink('data.csv', 'new')",
        "import sqlite3; sqlite3.connect('new').execute('create table t (a)')",
        "import os; open(os.__file__, 'a')",
        "import pandas; open(pandas.__file__, 'a')",
        "import subprocess; subprocess.run(['sh', '-c', 'echo > data.csv'])",
    ],
)
def test_nothing_is_written_but_scratch(run: Answer, place: Path, act: str) -> None:
    """What is read stays as it was hashed, the machine and its environment stay as they were."""
    said = run(act)
    assert any(words in said for words in _REFUSED), said
    assert sorted(path.name for path in (place / "given").iterdir()) == ["data.csv", "link.csv"]
    assert (place / "given/data.csv").read_text() == "a\n1\n"


@needs_landlock
def test_a_grandchild_that_stays_is_no_freer(run: Answer, place: Path) -> None:
    """A process in a session of its own, whose parents are gone, still reads nothing more."""
    said = run("""
        import os
        read, write = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
            os.close(write)
            os.read(read, 1)  # until the first process is gone
            try:
                print(open("../secret/data.csv").read(), flush=True)
            except OSError as error:
                print(error, flush=True)
            os._exit(0)
        os.wait()
    """)
    assert "Permission denied" in said
    assert "SECRET" not in said


@needs_landlock
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
def test_without_a_network_there_is_no_socket(run: Answer, family: str, kind: str) -> None:
    """Of any kind that leads out of the process's own files."""
    assert "Operation not supported" in run(f"import socket as s; s.socket(s.{family}, s.{kind})")


@needs_landlock
def test_no_server_of_the_machine_is_reached(run: Answer, listening: int) -> None:
    """Not even on this machine, by no number of system call; with the network it is."""
    code = f"import socket; print(socket.create_connection(('127.0.0.1', {listening})).getpeername())"
    assert "Operation not supported" in run(code)
    assert run(code, Network.OPEN) == f"('127.0.0.1', {listening})"


@needs_local
@needs_landlock
def test_a_local_network_is_nobody_elses(run: Answer, listening: int) -> None:
    """The process reaches its own servers at 127.0.0.1, and none of the machine's."""
    code = f"import socket; socket.create_connection(('127.0.0.1', {listening}))"
    assert "Connection refused" in run(code, Network.LOCAL)
    own = """
        import socket
        with socket.create_server(("127.0.0.1", 0)) as server:
            print(socket.create_connection(server.getsockname()).getpeername()[0])
    """
    assert run(own, Network.LOCAL) == "127.0.0.1"


@pytest.mark.skipif(landlock.abi() < 6, reason="this kernel cannot keep a process from sockets without a file")
@pytest.mark.parametrize("network", [Network.NONE, Network.OPEN])
def test_no_abstract_socket_is_reached(run: Answer, network: Network) -> None:
    """A socket that has a name but no file, of a process outside; its own it reaches."""
    name = f"\0paddock-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        code = f"import socket as s; s.socket(s.AF_UNIX).connect({name!r})"
        assert "Operation not permitted" in run(code, network)
    own = f"""
        import socket as s
        server = s.socket(s.AF_UNIX); server.bind({name + "-own"!r}); server.listen()
        print(s.socket(s.AF_UNIX).connect({name + "-own"!r}))
    """
    assert run(own, network) == "None"


@pytest.mark.skipif(landlock.abi() < 6, reason="this kernel cannot keep a process from sending signals")
def test_no_signal_leaves(run: Answer) -> None:
    """A check cannot stop the process that started it, or another check; the other way works."""
    assert "Operation not permitted" in run(f"import os; os.kill({os.getpid()}, 0)")


def test_the_environment_is_what_was_given(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is inherited; HOME and TMPDIR are new folders of the scratch folder, and ~ is there."""
    monkeypatch.setenv("PADDOCK_PROBE", "SECRET")
    code = "import os, tempfile, pathlib; print(sorted(os.environ.items()), tempfile.gettempdir(), pathlib.Path.home())"
    said = _printed([sys._base_executable, "-I", "-c", code], place, environment={"LC_ALL": "C.UTF-8", "TMPDIR": "/x"})
    scratch = place / "scratch"
    expected = [("HOME", f"{scratch}/home"), ("LC_ALL", "C.UTF-8"), ("TMPDIR", f"{scratch}/tmp")]
    assert said == f"{expected} {scratch}/tmp {scratch}/home"


@needs_landlock
def test_the_home_of_who_runs_it_is_not_there(run: Answer) -> None:
    """`~/.config` is the scratch's own, also where a program asks for the user's entry in /etc/passwd."""
    code = "import os; print(os.path.expanduser('~/.config')); os.makedirs(os.path.expanduser('~/.config'))"
    assert run(code) == "PLACE/scratch/home/.config"
    assert "Permission denied" in run("import os, pwd; os.listdir(pwd.getpwuid(os.getuid()).pw_dir)")


def test_it_is_a_session_of_its_own(place: Path) -> None:
    """Without anything to read from, and so that all of it can be stopped at once."""
    code = "import os, sys; print(os.getsid(0) == os.getpid(), [sys.stdin.read()], os.listdir('/proc/self/fd'))"
    said = _printed([sys._base_executable, "-I", "-c", code], place)
    # The fourth descriptor is the one that lists them.
    assert said == "True [''] ['0', '1', '2', '3']"


def test_what_it_prints_goes_where_it_should(place: Path) -> None:
    """Output and errors, in their order, into a file that the process itself need not be granted."""
    with (place / "output").open("wb") as output:
        started = process.start(
            ["/bin/sh", "-c", "echo one; echo two >&2; echo three; exit 7"],
            place,
            scratch=place / "scratch",
            environment={},
            output=output,
        )
        assert started.wait() == 7
    assert (place / "output").read_text() == "one\ntwo\nthree\n"


def test_it_can_be_stopped(place: Path) -> None:
    """With all that it started."""
    command = ["/bin/sh", "-c", "sleep 600 & echo started; wait"]
    started = process.start(command, place, scratch=place / "scratch", environment={}, output=subprocess.PIPE)
    assert started.stdout is not None
    assert started.stdout.readline() == b"started\n"
    os.killpg(started.pid, signal.SIGKILL)
    # The pipe ends only when nobody holds it any more.
    assert started.communicate()[0] == b""


@needs_landlock
def test_what_cannot_be_started_is_a_tool_error(place: Path) -> None:
    """A program that is missing, or that is not granted; a granted path that is missing."""
    for command in ("/missing", str(place / "secret/program")):
        with pytest.raises(ToolError, match="cannot be started"):
            _printed([command], place)
    with pytest.raises(ToolError, match="nowhere: granted to a check, but missing"):
        _printed(["/bin/true"], place, [place / "nowhere"])


def test_without_landlock_it_runs_and_says_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a Mac, say: nothing is refused, and nothing may be cached."""
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    assert _printed(["/bin/cat", "../secret/data.csv"], place) == "SECRET\nSECRET"
    assert not process.is_hermetic()


def test_with_the_machines_network_it_is_not_hermetic() -> None:
    """What the network answers is in no key."""
    assert not process.is_hermetic(Network.OPEN)


@needs_landlock
@pytest.mark.parametrize("name", ["pytest", "poetry", "pip", "setuptools", "numpy_that_is_nowhere"])
def test_an_undeclared_package_is_not_installed(run: Answer, name: str) -> None:
    """It is missing in the ordinary way, so that what is optional works without it."""
    assert f"No module named '{name}'" in run(f"import {name}")


_WORK = {
    "libraries": "import numpy, pandas, sklearn.linear_model, scipy.stats, pyarrow, polars, matplotlib; print('done')",
    "plot": """
        import matplotlib; matplotlib.use("agg")
        import matplotlib.pyplot as plt, os
        plt.plot([1, 2]); plt.title("ä"); plt.savefig(os.environ["TMPDIR"] + "/a.png"); print("done")""",
    "parquet": """
        import os, pandas as pd
        table = pd.read_csv("data.csv"); os.chdir(os.environ["TMPDIR"]); table.to_parquet("a.parquet")
        print("done" if pd.read_parquet("a.parquet").a.sum() == 1 else "")""",
    "duckdb": """
        import duckdb, os
        database = duckdb.connect(os.environ["TMPDIR"] + "/a.duckdb")
        print("done", duckdb.sql("select 1").fetchall(), database.execute("from read_csv('data.csv')").fetchall())""",
    "delta": """
        import deltalake, os, pandas as pd
        os.chdir(os.environ["TMPDIR"])
        for mode in ("error", "append", "overwrite"):
            deltalake.write_deltalake("table", pd.DataFrame({"a": [1]}), mode=mode)
        print("done" if deltalake.DeltaTable("table").version() == 2 else "")""",
    "sqlite": """
        import os, sqlite3
        database = sqlite3.connect(os.environ["TMPDIR"] + "/a.db"); database.execute("pragma journal_mode=wal")
        database.execute("create table t (a)"); database.commit(); print("done")""",
    "python": """
        import subprocess, sys
        subprocess.run([sys.executable, "-c", "import pandas; print('done')"], check=True)""",
    "processes": """
        import multiprocessing, concurrent.futures as futures
        for method in ("fork", "forkserver"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                assert pool.map(abs, [-1, 2]) == [1, 2]
        with futures.ThreadPoolExecutor() as threads:
            threads.submit(abs, 1).result()
        print("done")""",
    "shared memory": """
        from multiprocessing import shared_memory
        memory = shared_memory.SharedMemory(create=True, size=8)
        shared_memory.SharedMemory(memory.name).close(); memory.close(); memory.unlink(); print("done")""",
    "temporary": """
        import os, tempfile
        with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
            os.rename(tempfile.mkstemp()[1], folder + "/a")
            print("done" if folder.startswith(os.environ["TMPDIR"]) else "")""",
    "time zones": "import zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin'); print('done')",
    "certificates": "import ssl; ssl.create_default_context(); print('done')",
    "user": "import getpass, os; getpass.getuser(); os.cpu_count(); print('done')",
    "asyncio": "import asyncio; asyncio.run(asyncio.sleep(0)); print('done')",
    "program": "import subprocess; subprocess.run('printf done | cat', shell=True, check=True)",
    "jupyter": "import subprocess; subprocess.run(['jupyter', 'nbconvert', '--version'], check=True); print('done')",
}


@needs_landlock
@pytest.mark.parametrize("code", _WORK.values(), ids=_WORK.keys())
def test_honest_work_passes(run: Answer, code: str) -> None:
    """Libraries, files in scratch, processes, threads, plots, tables and databases work as anywhere."""
    said = run(code, variables={"PYTHONPATH": str(SOURCES)})
    assert "done" in said, said
    assert "Traceback" not in said


@needs_local
@needs_landlock
def test_a_notebook_is_executed(run: Answer) -> None:
    """By papermill with our engine: a kernel, its outputs, a command of the shell; not what is undeclared."""
    code = """
        import nbformat.v4 as nb, nbformat, os, papermill
        os.chdir(os.environ["TMPDIR"])
        cells = ["print('cell')", "!echo shell", "open(" + repr(os.environ["DATA"]) + ").read()"]
        book = nb.new_notebook(cells=[nb.new_code_cell(cell) for cell in cells])
        book.metadata.kernelspec = {"name": "python3", "display_name": "Python"}
        nbformat.write(book, "a.ipynb")
        try:
            papermill.execute_notebook("a.ipynb", "b.ipynb", engine_name="paddock", progress_bar=False)
        except Exception as error:
            print(type(error).__name__, "Permission denied" in str(error))
        print([o.text for c in nbformat.read("b.ipynb", 4).cells for o in c.get("outputs", ()) if "text" in o])
    """
    variables = {"PYTHONPATH": str(SOURCES), "DATA": "/etc/hostname"}
    said = run(code, Network.LOCAL, variables)
    assert "PapermillExecutionError True" in said, said
    assert r"['cell\n', 'shell\n']" in said


def test_every_grant_is_covered_by_the_key() -> None:
    """Each file of the machine that may be read changes a fact, but the machine's state and devices."""
    facts = platform_facts(network=True)
    rows = table(network=True)
    assert {row.pattern for row in rows if row.cover is Cover.CONTENT} <= facts.keys()
    assert {"packages", "interpreter", "system", "machine", "libc"} <= facts.keys()
    state = {row.pattern.split("/")[1] for row in rows if row.cover is Cover.NOTHING}
    assert state == {"proc", "sys", "dev"}
    wide = {"/", "/etc", "/home", "/root", "/tmp", "/var", "/opt", "/usr", "/usr/local", sys.base_prefix, sys.prefix}
    assert not wide & {str(grant.path) for grant in machine_grants(network=True)}


def test_nothing_of_the_machine_is_written() -> None:
    """But to devices that keep nothing, and memory that processes share."""
    writable = {str(grant.path) for grant in machine_grants() if grant.rights & Right.WRITE_FILE}
    assert writable == {
        f"/dev/{name}" for name in ("full", "null", "ptmx", "pts", "random", "shm", "tty", "urandom", "zero")
    }
    assert all(grant.rights | READ == READ for grant in machine_grants() if str(grant.path) not in writable)


def test_the_facts_are_the_same_twice() -> None:
    """And the network adds what only it reads."""
    assert platform_facts() == platform_facts()
    assert platform_facts().items() < platform_facts(network=True).items()


@needs_landlock
def test_packages_beside_the_interpreter_are_not_read(run: Answer) -> None:
    """The standard library is granted without what is installed for it, of which only the folder's name is seen."""
    code = "import os, sysconfig; print(open(sysconfig.get_path('stdlib') + '/site-packages/README.txt').read())"
    assert "Permission denied" in run(code) or "No such file" in run(code)
