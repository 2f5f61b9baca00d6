"""What the checks NB1xx find in a notebook's cells, and what they let pass."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from paddock_ci.notebook.family import NOTEBOOK_CHECKS, looks_of_notebook

ROOT = Path(__file__).parents[2]


def _cell(source: str, number: int) -> dict[str, Any]:
    """A code cell; one that begins with `#md` is Markdown, `#tag NAME` gives a tag."""
    common: dict[str, Any] = {"id": f"c{number}", "metadata": {}}
    if source.startswith("#md "):
        return {"cell_type": "markdown", **common, "source": source.removeprefix("#md ")}
    if source.startswith("#tag "):
        tag, _, source = source.removeprefix("#tag ").partition("\n")
        common["metadata"] = {"tags": [tag]}
    return {"cell_type": "code", **common, "execution_count": None, "outputs": [], "source": source}


def _written(folder: Path, *sources: str, metadata: dict[str, Any] | None = None) -> Path:
    cells = [_cell(source, number) for number, source in enumerate(("#md # Title", *sources), 1)]
    document = {"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "a.ipynb"
    path.write_text(json.dumps(document, indent=1))
    return path


def _found(folder: Path, *sources: str, metadata: dict[str, Any] | None = None) -> list[str]:
    path = _written(folder, *sources, metadata=metadata)
    return [f"{code} {look.place}: {look.fault}" for code, look in looks_of_notebook(path, folder) if look.fault]


# Each a code, the words of its finding, and the cells, of which the first is cell 2.
BAD: list[tuple[str, str, tuple[str, ...]]] = [
    ("NB103", "cell 2: uses 'x' in line 1, which is defined in cell 3, which is", ("print(x)", "x = 1")),
    ("NB103", "cell 2: uses 'x' in line 1, which is defined in no cell", ("print(x)",)),
    ("NB103", "'x' in line 1, which the same cell defines only further down", ("x = x + 1",)),
    ("NB103", "'x'", ("x += 1",)),
    ("NB103", "which cell 3 deletes", ("x = 1", "del x", "x")),
    ("NB103", "'model'", ("def f():\n    return model", "f()")),
    ("NB103", "'error'", ("try:\n    pass\nexcept OSError as error:\n    pass", "error")),
    ("NB103", "'i'", ("[i for i in range(3)]", "i")),
    ("NB103", "'y'", ("def f():\n    y = 1", "y")),
    ("NB103", "'rows'", ("class A:\n    n = rows",)),
    ("NB103", "'df'", ("f'{df}'",)),
    ("NB103", "'x'", ("%%timeit\nx = 1", "x")),
    ("NB103", "'x'", ("%time print(x)",)),
    ("NB103", "'decorated'", ("@decorated\ndef f(): pass",)),
    ("NB103", "'x'", ("match 1:\n    case y:\n        x",)),
    ("NB103", "'np'", ("a = [np.nan]", "import numpy as np")),
    ("NB104", "cell 3: is tagged 'parameters', as cell 2 is", ("#tag parameters\na = 1", "#tag parameters\nb = 2")),
    ("NB104", "an import", ("#tag parameters\nimport os\na = 1",)),
    ("NB104", "'a' has the default f(1)", ("f = len", "#tag parameters\na = f(1)")),
    ("NB104", "has no default", ("#tag parameters\na: int",)),
    ("NB104", "holds Expr", ("#tag parameters\na = 1\nprint(a)",)),
    ("NB104", "uses the parameter 'a' above cell 3", ("a", "#tag parameters\na = 1")),
    ("NB104", "expected a literal", ("#tag parameters\na = f'{1}'",)),
    ("NB106", "'/home/ada'", ("open('/home/ada/x.csv')",)),
    ("NB106", "'/Users/ada'", ("p = '/Users/ada/x'",)),
    ("NB106", "C:", ("p = 'C:\\\\Users\\\\ada\\\\x.csv'",)),
    ("NB106", "D:", ("p = r'D:\\data\\x.csv'",)),
    ("NB106", "~/x.csv", ("p = '~/x.csv'",)),
    ("NB106", "/home/ada", ("n = 1\np = f'/home/ada/{n}'",)),
    ("NB106", "/home/ada", ("%cd /home/ada",)),
    ("NB106", "reads 'x.csv', which is not there", ("import pandas as pd\npd.read_csv('x.csv')",)),
    ("NB106", "reads 'd/x.json'", ("import json\nd = json.load(open('d/x.json'))",)),
    ("NB106", "reads 'x.txt'", ("from pathlib import Path\nPath('x.txt').read_text()",)),
    ("NB106", "reads 'd/x.npy'", ("import numpy as np\nF = 'd/'\nnp.load(F + 'x.npy')",)),
    ("NB106", "reads 'd/x.csv'", ("import os, pandas as pd\npd.read_csv(os.path.join('d', 'x.csv'))",)),
    ("NB106", "reads 'x.csv'", ("import pandas as pd\npd.read_csv('x.csv').to_csv('x.csv')",)),
    ("NB107", "an AWS access key", ("k = 'AKIAQYLPMN5HFIQR7XYA'",)),
    ("NB107", "a GitHub token", ("t = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'",)),
    ("NB107", "a Slack token", ("t = 'xoxb-" + "123456789012-abcdefABCDEF'",)),
    ("NB107", "a private key", ("#md -----BEGIN RSA PRIVATE KEY-----\nMII",)),
    ("NB107", "an address with a password", ("u = 'postgresql://ada:Xk29sPq1z@db.example.org/x'",)),
    ("NB107", "a password, given to 'password'", ("password = 'Xk29$sPq1z'",)),
    ("NB107", "a secret, given to 'api_key'", ("c = dict(api_key='9f8a7b6c5d4e3f2a1b0c9d8e')",)),
    ("NB107", "a secret", ("import os\nos.environ['API_TOKEN'] = '9f8a7b6c5d4e3f2a1b0c9d8e'",)),
    ("NB107", "a secret", ("%env API_TOKEN=9f8a7b6c5d4e3f2a1b0c9d8e",)),
    ("NB108", "installs by !", ("!pip install pandas",)),
    ("NB108", "installs by %pip", ("%pip install pandas",)),
    ("NB108", "installs by %conda", ("%conda install pandas",)),
    ("NB108", "installs by %pip", ("pip install pandas",)),
    ("NB108", "installs by %%bash", ("%%bash\npip install pandas",)),
    ("NB108", "runs a shell: !ls", ("files = !ls",)),
    ("NB108", "runs a shell: !ls", ("if True:\n    !ls -l",)),
    ("NB108", "runs a shell: %%sh", ("%%sh\nls",)),
    ("NB108", "runs a shell: %system", ("%system ls",)),
    ("NB108", "runs a shell", ("get_ipython().system('ls')",)),
    ("NB108", "installs by os.system", ("import os\nos.system('pip install pandas')",)),
    ("NB108", "installs by", ("import subprocess\nsubprocess.run(['pip', 'install', 'x'])",)),
    ("NB109", "numpy.random.rand", ("import numpy as np\nnp.random.rand(3)",)),
    ("NB109", "numpy.random.rand", ("import numpy as np\nnp.random.rand(3)", "np.random.seed(0)")),
    ("NB109", "default_rng()", ("import numpy as np\nr = np.random.default_rng()",)),
    ("NB109", "RandomState()", ("import numpy as np\nr = np.random.RandomState()",)),
    ("NB109", "random.choice", ("import random\nrandom.choice([1])",)),
    ("NB109", "random.shuffle", ("from random import shuffle\nshuffle([1])",)),
    ("NB109", "torch.randn", ("import torch\ntorch.randn(3)",)),
    ("NB109", "train_test_split", ("from sklearn.model_selection import train_test_split as t\nt([1])",)),
    ("NB109", "KFold", ("from sklearn.model_selection import KFold\nKFold(shuffle=True)",)),
    ("NB109", "RandomForest", ("from sklearn.ensemble import RandomForestClassifier as R\nR(random_state=None)",)),
    ("NB109", "df.sample", ("import pandas as pd\ndf = pd.DataFrame()\ndf.sample(frac=1)",)),
    ("NB109", "df.sample", ("import pandas as pd\ndf = pd.DataFrame()\ndf.sample(5)",)),
    ("NB110", "151 lines", ("x = 1\n" * 150 + "x",)),
    ("NB110", "152 cells", ("x = 1",) * 151),
    ("NB112", "line 2: Missing parentheses in call to 'print'", ("x = 1\nprint 'a'",)),
    ("NB112", "'return' outside function", ("return 1",)),
    ("NB112", "'(' was never closed", ("x = (",)),
    ("NB112", "the cell magic %%time is not on the first line", ("# slow\n%%time\nx = 1",)),
    ("NB112", "line 1", ("<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b",)),
    ("NB113", "waits for somebody in line 1: input()", ("x = input('?')",)),
    ("NB113", "getpass.getpass", ("from getpass import getpass\np = getpass()",)),
    ("NB113", "breakpoint()", ("breakpoint()",)),
    ("NB113", "%debug", ("%debug",)),
    ("NB113", "ends the notebook in line 3: sys.exit()", ("import sys\nif True:\n    sys.exit(0)",)),
    ("NB113", "exit()", ("exit()",)),
    ("NB113", "ends the notebook in line 1: quit", ("quit",)),
    ("NB113", "os._exit", ("import os\nos._exit(0)",)),
    ("NB113", "raise SystemExit", ("raise SystemExit",)),
    ("NB113", "input()", ("def ask():\n    return input()", "ask()")),
]  # fmt: skip

GOOD: list[tuple[str, ...]] = [
    ("x = 1", "print(x)"),
    ("def f():\n    return model", "model = 1", "f()"),
    ("import os.path, numpy as np\nfrom a import b as c", "os, np, c"),
    ("from math import *", "sqrt(2)"),
    ("%pylab inline", "plot([1])"),
    ("exec('x = 1')", "x"),
    ("globals()['x'] = 1", "x"),
    ("%run other.ipynb", "x"),
    ("%%time\nx = 1", "x"),
    ("%time x = 1", "x"),
    ("%%capture out\nprint(1)", "out.stdout"),
    ("%store -r x", "x"),
    ("%%sql rows << \nselect 1", "rows"),
    ("x = %who_ls", "x"),
    ("try:\n    x\nexcept NameError:\n    x = 1", "x"),
    ("if len('a'):\n    y = 1", "y"),
    ("display(In, Out, _, __, _i, _3, get_ipython())",),
    ("for i in range(3):\n    if i:\n        print(last)\n    last = i", "i, last"),
    ("with open('/dev/null') as f, open('/dev/null') as (g):\n    f, g",),
    ("if (n := 3) > 2:\n    print(n)\n[k := i for i in range(3)]\nk",),
    ("match [1]:\n    case [a, *rest]:\n        print(a, rest)\n    case {'k': v, **more}:\n        print(v, more)",),
    ("def f(a, *b, **d):\n    global g\n    g = 1\n    def h():\n        nonlocal a\n        a = e\ne = 2", "g"),
    ("class A:\n    n: int = 1\n    m = [n for _ in '']\n    def f(self):\n        return A, self",),
    ("f = lambda x, y=1: x + y\nsorted([1], key=lambda r: r)\n{k: v for k, v in {}.items()}",),
    ("import asyncio\nawait asyncio.sleep(0)\nasync def g():\n    async with a() as b:\n        yield b\na = 1",),
    ("x: list[Later] = []\ndef f(a: 'Never') -> None: ...\nclass Later: ...",),
    ("%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nlen?\n?len\nlen??\nx = 1;",),
    ("s = '''\n%not a magic\n!nor this\n'''\nd = (7\n% 3)",),
    ("if True:\n    %matplotlib inline\nelse:\n    %config x = 1",),
    ("  x = 1\n  print(x)",),
    (">>> x = 1\n>>> for i in [x]:\n...     print(i)",),
    ("%%html\n<b>it's</b>",),
    ("%%latex\n$x$",),
    ("#tag raises-exception\nundefined",),
    ("#tag parameters\na = 1\nb: float = -2.5\nc = [1, {'k': None}]\nd = 60 * 60\ne = ('x',)  # why", "a, b, c, d, e"),
    ("p = 'https://example.org/home/ada/x.csv'\nr = r'a:\\s+(\\d+)'\nt = 'and/or'\nf = 'x ~ y'",),
    ("import pandas as pd\npd.read_csv('https://example.org/x.csv')\npd.read_parquet('s3://b/x')",),
    ("import pandas as pd\npd.DataFrame().to_csv('x.csv')\npd.read_csv('x.csv')\npd.read_csv('there.csv')",),
    ("f = open('x.txt', 'w')\nwith open('y.txt', mode='a') as g: ...",),
    ("import os\nif os.path.exists('x.csv'):\n    open('x.csv')",),
    ("try:\n    open('x.csv')\nexcept FileNotFoundError:\n    pass",),
    ("import zipfile\nzipfile.ZipFile('there.csv').extractall('d')\nopen('d/x.csv')",),
    ("%%writefile x.py\nimport nothing\nundefined", "open('x.py')"),
    ("import os\npassword = os.environ['PASSWORD']\ntoken = 'YOUR_TOKEN_HERE_1234567890'\npad_token = '[PAD]'",),
    ("url = 'postgresql://user:password@localhost:5432/db'\nkey = '<your-api-key>'\napi_key_name = 'OPENAI_API_KEY'",),
    ("tokenizer = 'distilbert-base-uncased-finetuned-sst-2-english'\nsha = '9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c'",),
    ("secret_santa = 'a list of names'\nsort_key = 'column_1_of_the_table_2'\nc = 'sk-toggleable__label-arrow'",),
    ("import numpy as np\nnp.random.seed(0)\nnp.random.rand(3)\nr = np.random.default_rng(1)\nr.normal()",),
    ("import random\nrandom.seed(1)", "random.random()"),
    ("import torch\ntorch.manual_seed(0)\ntorch.rand(1)",),
    ("from lib import set_seed\nset_seed(1)\nimport random, numpy as np\nrandom.random(), np.random.rand()",),
    ("from sklearn.model_selection import KFold, train_test_split\nKFold(5), train_test_split([1], random_state=0)",),
    ("from sklearn.linear_model import LinearRegression\nLinearRegression()",),
    ("import pandas as pd\npd.Series([1]).sample(1, random_state=1)",),
    ("#tag parameters\nfrom datetime import date\nday: date = date(2026, 1, 5)\nlimit = float('inf')", "day, limit"),
    ("from lib import prior_of\nd = prior_of()\nd.sample(3)",),
    ("import gymnasium as gym\nenv = gym.make('x')\nenv.action_space.sample()",),
    ("import sys\ndef main():\n    sys.exit(1)",),
    ("def input(x):\n    return x\ninput(1)",),
    ("import sys\ntry:\n    sys.exit(1)\nexcept SystemExit:\n    pass",),
    ("import os, subprocess\nos.system\nsubprocess.run(['ls'])",),
    ("s = 'run: pip install pandas'",),
    ("",),
]  # fmt: skip


@pytest.mark.parametrize(("code", "words", "sources"), BAD)
def test_a_seeded_defect_is_found(tmp_path: Path, code: str, words: str, sources: tuple[str, ...]) -> None:
    """Each defect has its finding, which names the cell and what is wrong there."""
    found = _found(tmp_path, *sources)
    assert any(said.startswith(code) and words in said for said in found), found


@pytest.mark.parametrize("sources", GOOD)
def test_honest_cells_have_no_finding(tmp_path: Path, sources: tuple[str, ...]) -> None:
    """What runs from top to bottom is not told off."""
    (tmp_path / "there.csv").touch()
    excused = ("NB108",) if any(source.startswith(("%run", "x = %")) for source in sources) else ()
    assert [said for said in _found(tmp_path, *sources) if not said.startswith(excused or "-")] == []


@pytest.mark.parametrize(
    ("title", "fault"),
    [
        ("# Title", ""),
        ("\n# Title\n\ntext", ""),
        ("Title\n=====", ""),
        ("<!-- a -->\n# Title", ""),
        ("<h1>Title</h1>", ""),
        ("## Title", "level 2"),
        ("# ", "empty"),
        ("#", "empty"),
        ("", "is empty"),
        ("Text", "no title"),
        ("#Title", "no title"),
        ("    # Title", "no title"),
    ],
)
def test_a_notebook_begins_with_a_title(tmp_path: Path, title: str, fault: str) -> None:
    """The first Markdown cell begins with a heading of level 1, in one of its ways to be written."""
    path = _written(tmp_path, "x = 1")
    document = json.loads(path.read_text())
    document["cells"][0]["source"] = title
    path.write_text(json.dumps(document))
    found = [look.fault for code, look in looks_of_notebook(path, tmp_path) if code == "NB111" and look.fault]
    assert [fault in said for said in found] == ([True] if fault else [])


@pytest.mark.parametrize(
    "metadata",
    [{"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, {"language_info": {"name": "julia"}}],
)
def test_other_languages_are_not_read_as_python(tmp_path: Path, metadata: dict[str, Any]) -> None:
    """A notebook whose kernel runs another language has no findings about its code."""
    assert _found(tmp_path, "x <- c(1, 2)\nlibrary(ggplot2)", metadata=metadata) == []
    assert _found(tmp_path, "print x", metadata={"language_info": {"name": "python", "version": "2.7.1"}}) != []


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    """The finding says what it is and where, not which; outputs and metadata are looked at, too."""
    secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    path = _written(tmp_path, "x = 1")
    document = json.loads(path.read_text())
    document["metadata"]["login"] = {"deep": [secret]}
    document["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["ok\n", secret]}]
    path.write_text(json.dumps(document))
    found = [look for code, look in looks_of_notebook(path, tmp_path) if code == "NB107" and look.fault]
    assert [look.fault for look in found] == [
        "holds in its outputs a GitHub token",
        "holds in its metadata a GitHub token",
    ]
    assert all(secret not in str(look) for look in found)


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.ipynb")), ids=lambda path: path.parts[-3])
def test_our_own_notebooks_pass(path: Path, tmp_path: Path) -> None:
    """The notebooks of the templates keep, once baked, what is asked of every notebook."""
    baked = tmp_path / "a.ipynb"
    baked.write_text(re.sub(r"\{\{.*?\}\}", "name", path.read_text()))
    assert [(code, look) for code, look in looks_of_notebook(baked, tmp_path) if look.fault] == []


def test_every_check_says_what_it_promises() -> None:
    """The first line of each check's docstring is its title in the documentation."""
    titles = [(check.__doc__ or "").splitlines()[0] for check in NOTEBOOK_CHECKS.values()]
    assert all(title.endswith(".") and len(title) > 20 for title in titles)
    assert len(set(titles)) == len(NOTEBOOK_CHECKS)
