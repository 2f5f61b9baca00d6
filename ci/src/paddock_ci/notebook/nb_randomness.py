"""The check of a notebook's randomness."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paddock_ci.finding import Look
from paddock_ci.notebook.calls import Call, is_none, keyword
from paddock_ci.notebook.document import NotebookFile

_REMEDY = "Give it a seed: random_state=…, np.random.default_rng(SEED), or seed it in a cell above."
_SEEDS = {
    "numpy.random.seed": "numpy", "numpy.random.set_state": "numpy", "random.seed": "random",
    "random.setstate": "random",
    "torch.manual_seed": "torch", "torch.random.manual_seed": "torch", "tensorflow.random.set_seed": "tensorflow",
    "tensorflow.set_random_seed": "tensorflow", "tensorflow.random.set_random_seed": "tensorflow",
    "tensorflow.compat.v1.set_random_seed": "tensorflow", "jax.random.PRNGKey": "jax",
}  # fmt: skip
_FAMILIES = {"numpy", "random", "torch", "tensorflow"}
# A helper that seeds, of a library or of the notebook itself, by its name.
_HELPER = re.compile(r"(^|_)seeds?(_|$)|set_seed|random_seed|determinis", re.IGNORECASE)
_MAKERS = {
    "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence", "random.Random",
    "numpy.random.PCG64", "numpy.random.PCG64DXSM", "numpy.random.MT19937", "numpy.random.Philox", "numpy.random.SFC64",
}  # fmt: skip
# What is another number in each run is no seed.
_CLOCK = re.compile(
    r"\b(time\.(time|time_ns|perf_counter|monotonic)|\w*\.now|\w*\.utcnow|os\.getpid|uuid\.uuid4|os\.urandom)\("
)
_NO_DRAW = {
    "seed", "default_rng", "RandomState", "Generator", "SeedSequence", "get_state", "set_state", "setstate", "getstate",
    "Random", "BitGenerator", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64", "set_seed", "set_random_seed",
    "manual_seed", "mtrand", "get_bit_generator", "set_bit_generator", "get_rng_state", "set_rng_state", "fork_rng",
    "initial_seed", "Generator.from_seed", "create_rng_state", "get_global_generator",
}  # fmt: skip
_TORCH = re.compile(
    r"torch\.(rand|randn|randint|randperm|normal|bernoulli|multinomial|poisson|rand_like|randn_like|randint_like)$"
)
_SKLEARN = re.compile(
    r"(RandomForest|ExtraTrees|GradientBoosting|MLP|SGD|Bagging|AdaBoost)(Classifier|Regressor|OneClassSVM)$|"
    r"(KMeans|MiniBatchKMeans|BisectingKMeans|RandomizedSearchCV|IsolationForest|TSNE|GaussianMixture|BayesianGaussianMixture|"
    r"LatentDirichletAllocation|FastICA|RandomTreesEmbedding|SpectralClustering|TruncatedSVD|RBFSampler|Nystroem|"
    r"ShuffleSplit|StratifiedShuffleSplit|GroupShuffleSplit|RepeatedKFold|RepeatedStratifiedKFold|MiniBatchNMF|"
    r"MiniBatchDictionaryLearning|GaussianRandomProjection|SparseRandomProjection|permutation_importance|resample|"
    r"make_(blobs|moons|circles|classification|regression|gaussian_quantiles|friedman[123]|s_curve|swiss_roll|"
    r"hastie_10_2|low_rank_matrix|sparse_uncorrelated|spd_matrix|multilabel_classification|biclusters|checkerboard))$"
)
_FOLDS = ("KFold", "StratifiedKFold", "StratifiedGroupKFold")
_SEED_KEYWORDS = ("random_state", "seed", "random_seed", "rng", "generator", "key", "random")
_FRAME = {"n", "frac", "weights", "replace", "axis", "ignore_index", "fraction", "with_replacement", "n_samples"}
_TABLES = {"pandas", "geopandas", "polars", "scipy", "paddock", "dask"}
_DISTRIBUTIONS = {
    "tensorflow_probability", "pymc", "pymc3", "numpyro", "pyro", "gym", "gymnasium", "networkx",
}  # fmt: skip
_NO_FRAME = re.compile(
    r"^gm|gmm|kde|mix|space|dist|prior|posterior|model|rng|random|sampler|policy|memory|buffer|env|gen|chain|trace",
    re.IGNORECASE,
)


def is_seeded(notebook: NotebookFile) -> Iterator[Look]:
    """Whatever is random is seeded: by a keyword of its own, or by a global seed in a cell above."""
    calls = [call for cell in notebook.code for call in notebook.calls[cell.number]]
    frames = _has_frames(notebook.modules)
    anywhere: set[str] = set().union(*(_seeded_by(call) for call in calls))
    seeded: set[str] = set()
    found: dict[int, str] = {}
    for call in calls:
        seeded |= _seeded_by(call)
        family, why = _random(call, frames)
        is_right = not family or family in (anywhere if call.inside else seeded)
        if family and (not is_right or call.cell.number not in found):
            fault = "" if is_right else f"line {call.node.lineno}: {why} has no seed"
            found[call.cell.number] = found.get(call.cell.number) or fault
    for number, fault in found.items():
        yield Look(notebook.at(number), fault, _REMEDY)


def _seeded_by(call: Call) -> set[str]:
    """The families that a call seeds."""
    last = call.name.rpartition(".")[2]
    if call.name in _SEEDS:
        given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
        is_seed = bool(given) and not is_none(given[0]) and not _is_clock(given[0])
        return {_SEEDS[call.name], *_with(call.name)} if is_seed else set()
    if call.name.startswith(("numpy.", "random.", "torch.")) and last != "use_deterministic_algorithms":
        return set()
    # `rng.seed(1)` seeds a generator of its own.
    is_helper = bool(_HELPER.search(last)) and last != "seed" and bool(call.node.args or call.node.keywords)
    return set(_FAMILIES) if is_helper or call.name in ("seed", "seed_everything") else set()


def _with(name: str) -> set[str]:
    return {"torch"} if name.startswith("torch") else set()


def _random(call: Call, has_frames: bool) -> tuple[str, str]:
    """The family of seeds that a random call needs, and its name; nothing for what is not random or has its seed."""
    node, name = call.node, call.name
    if name in _MAKERS:
        first = node.args[0] if node.args else keyword(node, "seed", "x", "entropy")
        is_unset = is_none(first) and not any(given.arg is None for given in node.keywords)
        return ("none", f"{name}()") if is_unset or (first is not None and _is_clock(first)) else ("", "")
    family = _family(call, has_frames)
    if not family or _has_seed(node):
        return "", ""
    return family, name.removeprefix("?.")


def _is_clock(node: ast.expr) -> bool:
    """Whether a seed is taken from a clock, or from what else differs from run to run."""
    return _CLOCK.search(ast.unparse(node)) is not None


def _family(call: Call, has_frames: bool) -> str:
    name, last = call.name, call.name.rpartition(".")[2]
    if last in _NO_DRAW:
        return ""
    if name.startswith("numpy.random.") and name.count(".") == 2:
        return "numpy"
    if name.startswith("random.") and name.count(".") == 1:
        return "" if last == "SystemRandom" else "random"
    if _TORCH.match(name):
        return "torch"
    if (
        name.startswith("tensorflow.random.")
        and last[:1].islower()
        and last not in ("split", "fold_in", "experimental")
    ):
        return "tensorflow"
    return "numpy" if _is_sklearn(call) or _is_sample(call, has_frames) else ""


def _is_sklearn(call: Call) -> bool:
    if not call.name.startswith("sklearn."):
        return False
    last = call.name.rpartition(".")[2]
    shuffle = keyword(call.node, "shuffle")
    value = shuffle.value if isinstance(shuffle, ast.Constant) else None
    if last == "train_test_split":
        return value is not False
    if last in _FOLDS:
        return value is True
    return bool(_SKLEARN.match(last)) or call.name == "sklearn.utils.shuffle"


def _is_sample(call: Call, has_frames: bool) -> bool:
    node = call.node
    if not has_frames or not isinstance(node.func, ast.Attribute) or node.func.attr not in ("sample", "rvs"):
        return False
    if node.func.attr == "rvs":
        return call.name.startswith("scipy.")
    base = node.func.value
    names = {given.arg for given in node.keywords}
    if names and not names <= _FRAME:
        return False
    is_count = bool(names) or (len(node.args) == 1 and _is_number(node.args[0]))
    words = [
        inner.id if isinstance(inner, ast.Name) else inner.attr
        for inner in ast.walk(base)
        if isinstance(inner, ast.Name | ast.Attribute)
    ]
    return is_count and not any(_NO_FRAME.search(word) for word in words)


def _is_number(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and isinstance(node.value, int)) or isinstance(node, ast.Name)


def _has_frames(modules: set[str]) -> bool:
    """Whether tables are at hand, and no library of distributions whose `sample` is another."""
    return bool(modules & _TABLES) and not modules & _DISTRIBUTIONS


def _has_seed(node: ast.Call) -> bool:
    """Whether a call is given a seed, or arguments that may hold one."""
    if any(given.arg is None for given in node.keywords):
        return True
    given = keyword(node, *_SEED_KEYWORDS)
    return given is not None and not is_none(given)
