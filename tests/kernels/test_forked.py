"""A forked kernel is, as far as any notebook can tell, a stock one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.kernels.conftest import Outputs

_WIDE = "pd.DataFrame({f'column {n}': range(3) for n in range(40)})"
# What a notebook may see of its process; each is printed in both kinds of kernel.
_SEEN = {
    "frames": f"import pandas as pd\nframe = {_WIDE}\nprint(frame)\nframe",
    "options": "import pandas as pd\nprint({name: pd.get_option(name) for name in ('display.max_columns', 'display.width')})",
    "figure": "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2], label='a'); plt.legend(); plt.show()",
    "figure by its backend": "%matplotlib inline\nimport matplotlib.pyplot as plt\n_ = plt.hist(range(9))",
    "backend": "import matplotlib\nprint(matplotlib.get_backend(), matplotlib.rcParams['backend'])",
    "parameters of figures": "import matplotlib\nprint(sorted(matplotlib.rcParams.items()))",
    "estimator": (
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.datasets import load_iris\n"
        "model = LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True))\nprint(model.coef_)\nmodel"
    ),
    "forgotten import of a package": "print('pandas' in globals())\npandas",
    "forgotten import of a module": "import matplotlib\nmatplotlib.pyplot.plot([1])",
    "module by its package": "import scipy\nprint(scipy.stats.norm.cdf(0))",
    "loaded or not": "import sys\nprint([name for name in ('numpy', 'pandas', 'sklearn', 'matplotlib') if name in sys.modules])",
    "loaded with pandas": (
        "import pandas, sys\n"
        "names = ('pandas', 'numpy', 'pyarrow', 'scipy')\nprint(sorted(n for n in sys.modules if n.partition('.')[0] in names))"
    ),
    "loaded with scikit-learn": (
        "import sklearn.linear_model, sys\nnames = ('pandas', 'numpy', 'scipy', 'sklearn', 'joblib', 'matplotlib')\n"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in names))"
    ),
    "attributes of packages": (
        "import numpy, scipy, sklearn, matplotlib, pandas\n"
        "for module in (numpy, scipy, sklearn, matplotlib, pandas):\n    print(module.__name__, sorted({*vars(module)} - {'random'}))"
    ),
    "specifications": "import numpy as np, pandas.core.frame as frame\nprint(np.__spec__, frame.__spec__, frame.__file__)",
    "reload": "import importlib, json, matplotlib.colors\nprint(importlib.reload(matplotlib.colors))",
    "pickle": "import pickle, pandas as pd\nprint(pickle.loads(pickle.dumps(pd.Series([1, 2]))).sum())",
    "path": "import sys, os\nprint(sys.path, sys.argv[0].rpartition('/')[2], os.getcwd(), sys.flags)",
    "threads of libraries": (
        "import numpy, scipy.linalg, sklearn.ensemble, threadpoolctl\n"
        "print(sorted((p['internal_api'], p['num_threads']) for p in threadpoolctl.threadpool_info()))"
    ),
    "threads": "import threading\nprint(sorted(type(t).__name__ for t in threading.enumerate()))",
    "signals": "import signal\nprint([(n, signal.getsignal(n)) for n in (2, 15, 17, 13, 1)])",
    "limits": "import resource\nprint([resource.getrlimit(n) for n in range(8)])",
    "mask": "import os\nmask = os.umask(0)\nprint(oct(mask))\n_ = os.umask(mask)",
    "group": "import os\nprint(os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid())",
    "environment": "import os\nprint(sorted((k, v) for k, v in os.environ.items() if not k.startswith(('JPY_', '_', 'PYDEVD_', 'PADDOCK_KERNELS'))))",
    "hash": "print(hash('text'))",
    "time zone": "import time, datetime\nprint(time.tzname, datetime.datetime.fromtimestamp(0))",
    "warnings": "import warnings\nprint(warnings.filters)\nimport numpy as np\nnp.array([1.0]) / 0",
    "warning of a package": "import pandas as pd\npd.to_datetime(['13/01/2020', '01/13/2020'], errors='coerce')",
    "log": "import logging\nprint(logging.root.handlers, logging.root.level)\nlogging.warning('said')",
    "main": "import __main__, inspect\ndef f(): pass\nprint(f.__module__, __name__, hasattr(__main__, '__file__'))",
    "subprocess": "import subprocess\nprint(subprocess.run(['sh', '-c', 'echo said; exit 3'], capture_output=True))",
    "pool": (
        "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool:\n"
        "    print(list(pool.map(abs, [-1, -2])))"
    ),
    "loop": "import asyncio\nawait asyncio.sleep(0)\nprint(type(asyncio.get_running_loop()).__name__)",
    "error": "import numpy as np\nnp.linalg.inv(np.zeros((2, 2)))",
    "errors of libraries": (
        "import numpy as np, pandas as pd, matplotlib.pyplot as plt\nfrom sklearn.linear_model import LogisticRegression\n"
        "def shown(act):\n    try:\n        act()\n    except Exception:\n        get_ipython().showtraceback()\n"
        "shown(lambda: np.array([1, None]).sum())\nshown(lambda: np.ones((2, 3)) @ np.ones((2, 3)))\n"
        "frame = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})\nshown(lambda: frame['c'])\nshown(lambda: frame.b.astype(int))\n"
        "shown(lambda: frame.merge(frame, on='c'))\nshown(lambda: frame.groupby('b').agg('none'))\n"
        "shown(lambda: pd.to_datetime(frame.b))\nshown(lambda: frame.loc[5])\nshown(lambda: frame.query('a >'))\n"
        "shown(lambda: LogisticRegression().fit(frame[['b']], frame.a))\nshown(lambda: plt.plot([1], [1, 2]))\n"
        "shown(lambda: plt.figure().savefig('figure.none'))"
    ),
    "magic": "%pwd\n%precision 3\n3.14159265",
    "collector": "import gc\nprint(gc.isenabled(), gc.get_threshold())",
    "recursion": "import sys\nprint(sys.getrecursionlimit(), sys.getswitchinterval())",
}  # fmt: skip
# Chance, and what says where an object lies.
_NOISE = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x"),
    (re.compile(r"(?<=sk-container-id-)\d+|(?<=ipykernel_)\d+(?=/)"), "N"),
    # Compiled code imports these where nobody can note it; numpy itself loads the first when it is asked for.
    (re.compile(r"'numpy\.random[\w.]*', |'scipy\.optimize\._highspy\._core\.cb', "), ""),
)


@pytest.mark.parametrize("seen", _SEEN)
def test_outputs_are_those_of_a_stock_kernel(seen: str, outputs: Outputs) -> None:
    """To the byte, pictures included."""
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    forked = _plain(outputs("own", _SEEN[seen], environment=environment))
    stock = _plain(outputs("stock", _SEEN[seen], environment=environment))
    assert forked
    assert forked == stock


@pytest.mark.parametrize(
    "environment",
    [
        {"OMP_NUM_THREADS": "1"},
        {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "1"},
        {"MPLBACKEND": "agg"},
        {"PANDAS_COPY_ON_WRITE": "0", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "11"},
        {"PYTHONPATH": "/nowhere", "PYTHONOPTIMIZE": "1"},
    ],
    ids=lambda environment: " ".join(environment),
)
def test_the_environment_of_the_notebook_holds(environment: dict[str, str], outputs: Outputs) -> None:
    """Also where it is read when libraries are loaded, or by the interpreter itself."""
    cell = "\n".join(_SEEN[name] for name in ("threads of libraries", "backend", "options", "hash", "path"))
    given = {"PYTHONHASHSEED": "7", **environment}
    assert _plain(outputs("own", cell, environment=given)) == _plain(outputs("stock", cell, environment=given))


def test_it_is_forked_at_all(outputs: Outputs) -> None:
    """Else the comparisons would say nothing."""
    cell = "import os\nprint(open('/proc/self/cmdline').read().split('\\0')[2])"
    assert outputs("own", cell)[0][0].text == "paddock.kernels.server\n"
    assert outputs("stock", cell)[0][0].text == "ipykernel_launcher\n"


def test_kernels_of_one_server_draw_different_numbers(outputs: Outputs) -> None:
    """As fresh processes do; what is seeded draws the same."""
    cell = "import random, uuid, numpy as np\nprint(random.random(), np.random.rand(), uuid.uuid4())"
    assert outputs("own", cell) != outputs("own", cell)
    seeded = "import random, numpy as np\nrandom.seed(1); np.random.seed(1)\nprint(random.random(), np.random.rand())"
    assert outputs("own", seeded) == outputs("stock", seeded)


def test_projects_share_a_server(outputs: Outputs, beside: Path) -> None:
    """Where a kernel looks for modules first is no matter of the server: each sees its own, as a fresh one would."""
    (beside / "local.py").write_text("mine = True")
    cell = "import sys, os, local\nprint(local.mine, os.getppid() and sys.path)"
    for path in (
        f"{beside}",
        f"/nowhere{os.pathsep}{beside}{os.pathsep}{beside.parent}/./beside",
        os.path.relpath(beside),
    ):
        given = {"PYTHONPATH": path}
        here = Path.cwd()
        forked, stock = (outputs(mode, cell, environment=given, folder=here) for mode in ("own", "stock"))
        assert forked == stock
        assert "True" in forked[0][0].text
        own = "print(open('/proc/self/cmdline').read().split('\\0')[3])"
        assert outputs("own", own, environment=given)[0][0].text == outputs("own", own)[0][0].text


def test_what_one_notebook_does_no_other_sees(outputs: Outputs) -> None:
    """Each has a copy of its own."""
    spoil = "import pandas as pd, json, os\npd.options.display.max_columns = 3\njson.spoilt = True\nos.environ['SPOILT'] = '1'"
    look = "import pandas as pd, json, os\nprint(pd.options.display.max_columns, hasattr(json, 'spoilt'), 'SPOILT' in os.environ)"
    outputs("own", spoil)
    assert outputs("own", look)[0][0].text == "20 False False\n"


def _plain(outputs: list[Any]) -> str:
    text = repr(outputs)
    for pattern, word in _NOISE:
        text = pattern.sub(word, text)
    return text


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder for a notebook to work in."""
    folder = tmp_path / "beside"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("path", "text", "cell", "shown"),
    [
        ("pandas.py", "mine = True", "import pandas\nprint(pandas.mine)", "True\n"),
        ("scipy/__init__.py", "mine = True", "import scipy\nprint(scipy.mine)", "True\n"),
        ("matplotlibrc", "lines.linewidth: 7", "import matplotlib\nprint(matplotlib.rcParams['lines.linewidth'])", "7.0\n"),
    ],
)  # fmt: skip
def test_a_file_beside_the_notebook_counts(
    path: str, text: str, cell: str, shown: str, beside: Path, outputs: Outputs
) -> None:
    """Where it would change what loading does, the kernel is a stock one."""
    (beside / path).parent.mkdir(exist_ok=True)
    (beside / path).write_text(text)
    assert outputs("own", cell, folder=beside)[0][0].text == shown


@pytest.mark.parametrize(
    ("path", "text", "cell", "shown"),
    [
        ("pandas.py", "mine = True", "import pandas\nprint(pandas.mine)", "True\n"),
        ("sitecustomize.py", "import sys; sys.mine = True", "import sys\nprint(sys.mine)", "True\n"),
        (
            "mine-1.0.dist-info/entry_points.txt", "[matplotlib.backend]\nmine = mine.backend\n",
            "import matplotlib.backends.registry as found\nprint('mine' in found.backend_registry.list_all())", "True\n",
        ),
    ],
    ids=lambda value: value.partition("\n")[0],
)  # fmt: skip
def test_a_file_where_modules_are_looked_for_counts(
    path: str, text: str, cell: str, shown: str, beside: Path, outputs: Outputs
) -> None:
    """So it is with the folders of PYTHONPATH."""
    (beside / path).parent.mkdir(exist_ok=True)
    (beside / path).write_text(text)
    assert outputs("own", cell, environment={"PYTHONPATH": str(beside)})[0][0].text == shown
