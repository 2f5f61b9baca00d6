"""Seeds of the checks NB1xx: cells of a notebook, and notebooks as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.proof.seed import EXPLORE, Defect, Honest, Seed
from tests.templates.defects import IN_NOTEBOOKS


def cell_of(source: str, number: int) -> dict[str, Any]:
    """A code cell; one that begins with `#md` is Markdown, `#tag NAME` gives a tag."""
    common: dict[str, Any] = {"id": f"c{number}", "metadata": {}}
    if source.startswith("#md "):
        return {"cell_type": "markdown", **common, "source": source.removeprefix("#md ")}
    if source.startswith("#tag "):
        tag, _, source = source.removeprefix("#tag ").partition("\n")
        common["metadata"] = {"tags": [tag]}
    return {"cell_type": "code", **common, "execution_count": None, "outputs": [], "source": source}


def notebook_of(*sources: str, metadata: dict[str, Any] | None = None) -> str:
    """The text of a notebook with a title and these cells, of which the first is cell 2."""
    cells = [cell_of(source, number) for number, source in enumerate(("#md # Title", *sources), 1)]
    document = {"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1) + "\n"


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
    ("NB107", "an AWS access key", ("k = 'AKIA" + "QYLPMN5HFIQR7XYA'",)),
    ("NB107", "a GitHub token", ("t = 'ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a'",)),
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
    ("NB109", "default_rng", ("import time\nimport numpy as np\nr = np.random.default_rng(int(time.time()))",)),
    ("NB109", "numpy.random.rand", ("import numpy as np\nnp.random.seed(None)\nnp.random.rand()",)),
    ("NB109", "PCG64", ("import numpy as np\nr = np.random.Generator(np.random.PCG64())",)),
    ("NB106", "the home of whoever runs it", ("from pathlib import Path\np = Path.home() / 'x.csv'",)),
    ("NB106", "nas", ("p = r'\\\\nas\\share\\x.csv'",)),
    ("NB108", "installs by os.execvp", ("import os\nos.execvp('pip', ['pip', 'install', 'x'])",)),
    ("NB108", "installs by asyncio", ("import asyncio\nawait asyncio.create_subprocess_shell('pip install x')",)),
    ("NB110", "a line of 30,006 characters", ("x = '" + "a" * 30_000 + "'",)),
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
    ("NB113", "a loop without an end", ("while True:\n    pass",)),
    ("NB113", "sys.stdin.readline", ("import sys\nx = sys.stdin.readline()",)),
    ("NB113", "run_forever", ("import asyncio\nasyncio.get_event_loop().run_forever()",)),
    ("NB113", "do_shutdown", ("get_ipython().kernel.do_shutdown(False)",)),
    ("NB113", "raise KeyboardInterrupt", ("raise KeyboardInterrupt",)),
    ("NB113", "input()", ("def ask():\n    return input()", "ask()")),
]  # fmt: skip

# Each the code of the check that it comes near to, and the cells.
GOOD: list[tuple[str, tuple[str, ...]]] = [
    ("NB103", ("x = 1", "print(x)")),
    ("NB103", ("def f():\n    return model", "model = 1", "f()")),
    ("NB103", ("import os.path, numpy as np\nfrom a import b as c", "os, np, c")),
    ("NB103", ("from math import *", "sqrt(2)")),
    ("NB103", ("%pylab inline", "plot([1])")),
    ("NB103", ("exec('x = 1')", "x")),
    ("NB103", ("globals()['x'] = 1", "x")),
    ("NB103", ("%run other.ipynb", "x")),
    ("NB103", ("%%time\nx = 1", "x")),
    ("NB103", ("%time x = 1", "x")),
    ("NB103", ("%%capture out\nprint(1)", "out.stdout")),
    ("NB103", ("%store -r x", "x")),
    ("NB103", ("%%sql rows << \nselect 1", "rows")),
    ("NB103", ("x = %who_ls", "x")),
    ("NB103", ("try:\n    x\nexcept NameError:\n    x = 1", "x")),
    ("NB103", ("if len('a'):\n    y = 1", "y")),
    ("NB103", ("display(In, Out, _, __, _i, _3, get_ipython())",)),
    ("NB103", ("for i in range(3):\n    if i:\n        print(last)\n    last = i", "i, last")),
    ("NB103", ("with open('/dev/null') as f, open('/dev/null') as (g):\n    f, g",)),
    ("NB103", ("if (n := 3) > 2:\n    print(n)\n[k := i for i in range(3)]\nk",)),
    ("NB103", ("match [1]:\n    case [a, *rest]:\n        print(a, rest)\n    case {'k': v, **more}:\n        print(v, more)",)),
    ("NB103", ("def f(a, *b, **d):\n    global g\n    g = 1\n    def h():\n        nonlocal a\n        a = e\ne = 2", "g")),
    ("NB103", ("class A:\n    n: int = 1\n    m = [n for _ in '']\n    def f(self):\n        return A, self",)),
    ("NB103", ("f = lambda x, y=1: x + y\nsorted([1], key=lambda r: r)\n{k: v for k, v in {}.items()}",)),
    ("NB112", ("import asyncio\nawait asyncio.sleep(0)\nasync def g():\n    async with a() as b:\n        yield b\na = 1",)),
    ("NB103", ("x: list[Later] = []\ndef f(a: 'Never') -> None: ...\nclass Later: ...",)),
    ("NB112", ("%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nlen?\n?len\nlen??\nx = 1;",)),
    ("NB112", ("s = '''\n%not a magic\n!nor this\n'''\nd = (7\n% 3)",)),
    ("NB112", ("if True:\n    %matplotlib inline\nelse:\n    %config x = 1",)),
    ("NB112", ("  x = 1\n  print(x)",)),
    ("NB112", (">>> x = 1\n>>> for i in [x]:\n...     print(i)",)),
    ("NB112", ("%%html\n<b>it's</b>",)),
    ("NB112", ("%%latex\n$x$",)),
    ("NB103", ("#tag raises-exception\nundefined",)),
    ("NB104", ("#tag parameters\na = 1\nb: float = -2.5\nc = [1, {'k': None}]\nd = 60 * 60\ne = ('x',)  # why", "a, b, c, d, e")),
    ("NB106", ("p = 'https://example.org/home/ada/x.csv'\nr = r'a:\\s+(\\d+)'\nt = 'and/or'\nf = 'x ~ y'",)),
    ("NB106", ("import pandas as pd\npd.read_csv('https://example.org/x.csv')\npd.read_parquet('s3://b/x')",)),
    ("NB106", ("import pandas as pd\npd.DataFrame().to_csv('x.csv')\npd.read_csv('x.csv')\npd.read_csv('there.csv')",)),
    ("NB106", ("f = open('x.txt', 'w')\nwith open('y.txt', mode='a') as g: ...",)),
    ("NB106", ("import os\nif os.path.exists('x.csv'):\n    open('x.csv')",)),
    ("NB106", ("try:\n    open('x.csv')\nexcept FileNotFoundError:\n    pass",)),
    ("NB106", ("import zipfile\nzipfile.ZipFile('there.csv').extractall('d')\nopen('d/x.csv')",)),
    ("NB106", ("%%writefile x.py\nimport nothing\nundefined", "open('x.py')")),
    ("NB107", ("import os\npassword = os.environ['PASSWORD']\ntoken = 'YOUR_TOKEN_HERE_1234567890'\npad_token = '[PAD]'",)),
    ("NB107", ("url = 'postgresql://user:password@localhost:5432/db'\nkey = '<your-api-key>'\napi_key_name = 'OPENAI_API_KEY'",)),
    ("NB107", ("tokenizer = 'distilbert-base-uncased-finetuned-sst-2-english'\nsha = '9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c'",)),
    ("NB107", ("secret_santa = 'a list of names'\nsort_key = 'column_1_of_the_table_2'\nc = 'sk-toggleable__label-arrow'",)),
    ("NB109", ("import numpy as np\nnp.random.seed(0)\nnp.random.rand(3)\nr = np.random.default_rng(1)\nr.normal()",)),
    ("NB109", ("import random\nrandom.seed(1)", "random.random()")),
    ("NB109", ("import torch\ntorch.manual_seed(0)\ntorch.rand(1)",)),
    ("NB109", ("from lib import set_seed\nset_seed(1)\nimport random, numpy as np\nrandom.random(), np.random.rand()",)),
    ("NB109", ("from sklearn.model_selection import KFold, train_test_split\nKFold(5), train_test_split([1], random_state=0)",)),
    ("NB109", ("from sklearn.linear_model import LinearRegression\nLinearRegression()",)),
    ("NB109", ("import pandas as pd\npd.Series([1]).sample(1, random_state=1)",)),
    ("NB104", ("#tag parameters\nfrom datetime import date\nday: date = date(2026, 1, 5)\nlimit = float('inf')", "day, limit")),
    ("NB109", ("from lib import prior_of\nd = prior_of()\nd.sample(3)",)),
    ("NB109", ("import gymnasium as gym\nenv = gym.make('x')\nenv.action_space.sample()",)),
    ("NB113", ("n = 0\nwhile True:\n    n += 1\n    if n > 3:\n        break",)),
    ("NB109", ("import time\nimport numpy as np\nbegun = time.time()\nr = np.random.default_rng(7)\ntime.time() - begun",)),
    ("NB113", ("import sys\ndef main():\n    sys.exit(1)",)),
    ("NB113", ("def input(x):\n    return x\ninput(1)",)),
    ("NB113", ("import sys\ntry:\n    sys.exit(1)\nexcept SystemExit:\n    pass",)),
    ("NB108", ("import os, subprocess\nos.system\nsubprocess.run(['ls'])",)),
    ("NB108", ("s = 'run: pip install pandas'",)),
    ("NB112", ("",)),
]  # fmt: skip


def _cells(sources: tuple[str, ...]) -> Callable[[str], str]:
    """The edit that puts a notebook of these cells in the place of another."""
    return lambda _: notebook_of(*sources)


def _document(edit: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    """The edit that changes the document of a notebook."""

    def edited(text: str) -> str:
        document = json.loads(text)
        edit(document)
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    return edited


def _first(document: dict[str, Any], kind: str = "code") -> dict[str, Any]:
    """The first cell of a kind."""
    return next(cell for cell in document["cells"] if cell["cell_type"] == kind)


def _titled(title: str) -> Callable[[str], str]:
    return _document(lambda document: _first(document, "markdown").update(source=title))


# The file of which cells that read one say that it is there.
_THERE = (Honest("a file beside it", "notebooks/there.csv", new="a,b\n1,2\n"),)
_OUTPUT = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
_PICTURE = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}, "metadata": {}}

OF_CELLS: list[Seed] = [
    *(Defect(f"{said}: {sources!r:.60}", EXPLORE, edit=_cells(sources), code=code) for code, said, sources in BAD),
    *(Honest(f"{sources!r:.80}", EXPLORE, edit=_cells(sources), code=code, also=_THERE) for code, sources in GOOD),
]
OF_FORM: list[Seed] = [
    Defect("printed text", EXPLORE, edit=_document(lambda d: _first(d).update(outputs=[_OUTPUT])), code="NB101"),
    Defect("picture", EXPLORE, edit=_document(lambda d: _first(d).update(outputs=[_PICTURE])), code="NB101"),
    Defect("count of zero", EXPLORE, edit=_document(lambda d: _first(d).update(execution_count=0)), code="NB101"),
    Defect("times of a run", EXPLORE, edit=_document(lambda d: _first(d)["metadata"].update(execution={"iopub.execute_input": "2026-01-01T00:00:00Z"})), code="NB101"),
    Defect("state of widgets", EXPLORE, edit=_document(lambda d: d["metadata"].update(widgets={"state": {"a": 1}})), code="NB101"),
    Honest("collapsed cell", EXPLORE, edit=_document(lambda d: _first(d)["metadata"].update(collapsed=True)), code="NB101"),
    Honest("empty list of outputs", EXPLORE, '"outputs": []', '"outputs": [\n   ]', code="NB101"),
    Defect("format of 2012", EXPLORE, '"nbformat": 4', '"nbformat": 3', code="NB102"),
    Defect("byte-order mark", EXPLORE, edit=lambda text: "\ufeff" + text, code="NB102"),
    Defect("mark of a conflict", EXPLORE, '"cells": [', '<<<<<<< HEAD\n "cells": [', code="NB102"),
    Defect("cell without a type", EXPLORE, '"cell_type": "code",', "", code="NB102"),
    Defect("cell of an unknown type", EXPLORE, '"cell_type": "code"', '"cell_type": "kode"', code="NB102"),
    Defect("source that is a number", EXPLORE, edit=_document(lambda d: _first(d).update(source=1)), code="NB102"),
    Defect("id with a space", EXPLORE, edit=_document(lambda d: _first(d).update(id="a b")), code="NB102"),
    Defect("number that is none", EXPLORE, '"execution_count": null', '"execution_count": NaN', code="NB102"),
    Defect("half of a file", EXPLORE, edit=lambda text: text[: len(text) // 2], code="NB102"),
    Defect("letter of another encoding", EXPLORE, edit=lambda text: text.replace("# Look", "# L\udce4ook"), code="NB102"),
    Honest("source in one text", EXPLORE, edit=_document(lambda d: _first(d).update(source="x = 1")), code="NB102"),
    Honest("letters beyond ASCII", EXPLORE, edit=_titled("# Größe und 尺寸 😀"), code="NB102"),
    Honest("metadata of an editor", EXPLORE, edit=_document(lambda d: d["metadata"].update(vscode={"a": 1})), code="NB102"),
    Defect("too large", EXPLORE, edit=_titled("# Title\n" + "long " * 500_000), code="NB110"),
    Honest("150 lines", EXPLORE, edit=_cells(("x = 1\n" * 149 + "x",)), code="NB110"),
    Honest("149 cells", EXPLORE, edit=_cells(("x = 1",) * 149), code="NB110"),
    Defect("title of the second level", EXPLORE, edit=_titled("## Title"), code="NB111"),
    Defect("empty title", EXPLORE, edit=_titled("# "), code="NB111"),
    Defect("text in place of a title", EXPLORE, edit=_titled("We look at the cases."), code="NB111"),
    Defect("title without its space", EXPLORE, edit=_titled("#Title"), code="NB111"),
    Defect("title that is code", EXPLORE, edit=_titled("    # Title"), code="NB111"),
    Defect("no text at all", EXPLORE, edit=_document(lambda d: d.update(cells=d["cells"][1:])), code="NB111"),
    Honest("title that is underlined", EXPLORE, edit=_titled("Title\n====="), code="NB111"),
    Honest("title below a comment", EXPLORE, edit=_titled("<!-- for the team -->\n# Title"), code="NB111"),
    Honest("title in HTML", EXPLORE, edit=_titled("<h1>Title</h1>"), code="NB111"),
    Honest("title below a badge", EXPLORE, edit=_titled("[![open](a.svg)](https://a.b)\n# Title"), code="NB111"),
]  # fmt: skip
SEEDS: list[Seed] = [*OF_CELLS, *OF_FORM, *(seed for seed in IN_NOTEBOOKS if seed.code.startswith("NB1"))]
