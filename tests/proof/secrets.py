"""Seeds of the checks SE: what looks like a secret in a file, and files whose very names say that they keep some.

Whatever looks like a secret is put together here, so that this file holds none.
"""

from __future__ import annotations

import base64
import json

from tests.ci.repository import notebook
from tests.proof.seed import CATALOGUE, COMPOSE, IMAGE, LOCK, README, TESTS, WORKSPACE, Defect, Honest, Seed

WORD = "Xk29sPq1z"
CHANCE = "9f8a7b6c5d4e" + "3f2a1b0c9d8e"
LETTERS = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2eF4hJ6"
NAME = "pass" + "word"
BODY = base64.b64encode(bytes(range(48, 240))).decode()
HEADER, END = "-----BEGIN RSA PRIVATE " + "KEY-----", "-----END RSA PRIVATE " + "KEY-----"
PEM = "\n".join([HEADER, *(f"MII{BODY}"[n : n + 64] for n in range(0, 192, 64)), END, ""])
AWS = "AKIA" + "QYLPMN5HFIQR7XYA"
GITHUB = "ghp_" + LETTERS
OF_AWS = "wJ7lrXUt/nFEMIK7M+" + "DENGbPxRfiCYzQm3kT9aLe"
# By words, as newer ones are.
SHORT = "sk-" + "proj-aB3-dE5_gH7-jK9mN1pQ_3sT5vW7-yZ9bC2eF4_hJ6"
# Tokens of all kinds, by what is said of them.
TOKENS = {
    "an AWS access key": AWS,
    "an AWS secret key": "aws_secret_access_key = " + OF_AWS,
    "a bearer's token": "Authorization: " + f"Bearer {LETTERS}",
    "a GitHub token": GITHUB,
    "a GitLab token": "glpat-" + LETTERS[:20],
    "a Slack token": "xoxb-" + "987654321098-" + LETTERS[:24],
    "a Slack address": "https://hooks.slack" + ".com/services/T0A1B2C3D/B0A1B2C3D/" + LETTERS[:24],
    "an access token": "sk-" + "proj-" + LETTERS,
    "a Hugging Face token": "hf_" + LETTERS[:34],
    "a Google key": "AIza" + LETTERS[:35],
    "a package registry's token": "pypi-" + "AgEIcHlwaS5vcmc" + LETTERS,
    "a SendGrid key": "SG" + f".{LETTERS[:22]}.{LETTERS}",
    "a Databricks token": "dapi" + CHANCE + CHANCE[:8],
    "a JSON web token": "eyJ" + f"hbGciOiJIUzI1NiJ9.eyJ{LETTERS}.{LETTERS}",
    "an Azure key": "Account" + f"Key={LETTERS}{LETTERS}==",
    "a Telegram token": "987654321" + f":AA{LETTERS}",
}
# Files with a secret: path, text, line of the secret, and what is said of it.
BAD: dict[str, tuple[str, str, int, str]] = {
    "a key": ("keys/server.pem", PEM, 1, "a private key"),
    "a key in a test": ("tests/data/server.key", f"\n{PEM}", 2, "a private key"),
    "a key in JSON": ("key.json", json.dumps({"n": 1, "key": PEM}, indent=1), 3, "a private key"),
    "a key in code": ("a.py", f'KEY = """{PEM}"""\n', 1, "a private key"),
    "an encrypted key": (
        "k",
        f"{HEADER}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B2C3D\n\n{BODY[:64]}\n",
        1,
        "a private key",
    ),
    "an address": ("settings.toml", f'a = 1\nurl = "postgresql://ada:{WORD}@db.clinic.de/x"\n', 2, "an address"),
    "an address in prose": ("README.md", f"Run `psql postgres://ada:{WORD}@db.clinic.de`.\n", 1, "an address"),
    "an address with a host to fill in": (
        "a.py",
        f'f"mysql://ada:{WORD}@{{host}}/x"\n'.replace("{{", "{"),
        1,
        "an address",
    ),
    "an index of packages": (
        "requirements.txt",
        f"--index-url https://ci:{WORD}@pypi.clinic.de/simple\n",
        1,
        "an address",
    ),
    "code": ("a.py", f'\n\n{NAME} = "{WORD}"\n', 3, f"a {NAME}, given to '{NAME}'"),
    "a keyword": ("a.py", f'connect(db_{NAME}="{WORD}")\n', 1, f"given to 'db_{NAME}'"),
    "with a type": ("a.py", f'API_TOKEN: str = "{CHANCE}"\n', 1, "a secret, given to 'API_TOKEN'"),
    "a dictionary": ("a.py", f'x = {{"apiKey": "{CHANCE}"}}\n', 1, "given to 'apiKey'"),
    "an item": ("a.py", f'os.environ["API_TOKEN"] = "{CHANCE}"\n', 1, "given to 'API_TOKEN'"),
    "TOML": ("pyproject.toml", f'[tool.x]\nclient_secret = "{CHANCE}"\n', 2, "given to 'client_secret'"),
    "JSON": ("a.json", f'{{"secret_key": "{CHANCE}"}}\n', 1, "given to 'secret_key'"),
    "YAML": ("a.yml", f"db:\n  {NAME}: {WORD}\n", 2, f"given to '{NAME}'"),
    "a list in YAML": ("a.yaml", f"environment:\n  - DB_PASSWD={WORD}\n", 2, "given to 'DB_PASSWD'"),
    "a shell": ("run.sh", f"set -e\nexport API_KEY={CHANCE}  # mine\n", 2, "given to 'API_KEY'"),
    "an image": ("Dockerfile", f"FROM x\nENV API_TOKEN={CHANCE}\n", 2, "given to 'API_TOKEN'"),
    "a name beside a key": ("config", f"[default]\naws_secret_access_key = {OF_AWS}\n", 2, "an AWS secret key"),
    "a key that begins like a path": (
        "a.py",
        f'f(aws_secret_access_key="/{OF_AWS[1:]}")\n',
        1,
        "an AWS secret key",
    ),
    "a key in prose": ("a.md", f"`aws configure set aws_secret_access_key {OF_AWS}`\n", 1, "an AWS secret key"),
    "an access token by words": ("a.md", f"{SHORT}\n", 1, "an access token"),
    "a header in code": ("a.py", f'h = {{"Authorization": "Bearer {LETTERS}"}}\n', 1, "a bearer's token"),
    "a header in prose": ("a.md", f'`curl -H "Authorization: Bearer {CHANCE}" https://a.de`\n', 1, "a bearer's token"),
    "a line that is printed": ("Dockerfile", f"FROM x\nRUN a && echo '{NAME}: {WORD}' > /a\n", 2, f"given to '{NAME}'"),
    "an assignment that is printed": ("a.sh", f'printf "db_{NAME}={WORD}\\n" >> /a\n', 1, f"given to 'db_{NAME}'"),
    "an account": ("Dockerfile", f"FROM x\nRUN echo 'root:{WORD}' | chpasswd\n", 2, f"a {NAME}"),
    "a login": ("ci.yml", f"script:\n  - echo {CHANCE}x | docker login --{NAME}-stdin\n", 2, f"a {NAME}"),
    "a signed word": ("a.py", f'{NAME} = "Xk29$' + 'sPq1z"\n', 1, f"given to '{NAME}'"),
}
# Files that only look as if they held one.
GOOD: dict[str, tuple[str, str | bytes]] = {
    "a hash": ("a.py", f'sha = "{CHANCE * 2}"\nDIGEST = "sha256:{CHANCE}"\n'),
    "hashes of packages": ("requirements.txt", f"x==1 --hash=sha256:{CHANCE * 2}\n" * 40),
    "a lock": ("poetry.lock", f'files = [{{file = "tokenizers-1.whl", hash = "sha256:{CHANCE}"}}]\n'),
    "integrity": ("package-lock.json", f'{{"integrity": "sha512-{LETTERS}AKIA{"A1" * 8}{LETTERS}=="}}\n'),
    "a reference": (
        "a.py",
        f'{NAME} = os.environ["DB_PASSWORD"]\ntoken = settings.api_token\nurl = {{ "secret": "WAREHOUSE_URL" }}\n',
    ),
    "a name": ("a.toml", 'token = "API_TOKEN"\nsecret = "/run/secrets/db"\napi_key_file = "~/.keys/' + CHANCE + '"\n'),
    "a manual": ("README.md", "`export AWS_ACCESS_KEY_ID=AKIA" + "IOSFODNN7EXAMPLE`, `ghp_" + "x" * 36 + "`\n"),
    "an address of manuals": (
        "README.md",
        f"`postgresql://ada:{WORD}@db.example.org/x`, `redis://u:{WORD}@localhost`\n",
    ),
    "an address to fill in": (
        "a.py",
        'url = f"postgresql://{user}:{pw}@{host}/db"\nb = "https://user:${TOKEN}@h.de"\n',
    ),
    "spoken words": ("a.py", f'"postgres://user:{NAME}@db/x", "mysql://root:root@db", "amqp://guest:guest@mq"\n'),
    "a port and an at": ("a.py", '"http://localhost:8080/@me", "https://a.de:443/x@y", "git@github.com:a/b.git"\n'),
    "a compose file": (
        "compose.yaml",
        f"environment:\n  DB_PASSWORD: ${{DB_PASSWORD:?set it}}\n  {NAME.upper()}: $PW\n",
    ),
    "a workflow": ("ci.yml", "permissions:\n  id-token: write\nenv:\n  TOKEN: ${{ secrets.TOKEN_OF_PUBLISHING_1 }}\n"),
    "a placeholder": ("a.py", f'{NAME} = "change-me-1"\napi_key = "your-api-key-0000000000"\ntoken = "<token>"\n'),
    "a detector": (
        "a.py",
        f'A = re.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{{16}}")\nB = "{HEADER}"\n',
    ),
    "a header alone": (
        "a.py",
        f'if text.startswith("{HEADER}"):\n    print("is a key, not a certificate of anybody")\n',
    ),
    "a cut key": ("README.md", f"```\n{HEADER}\nMIIEvQ...\n{END}\n```\n"),
    "a certificate": ("ca.pem", f"-----BEGIN CERTIFICATE-----\nMII{BODY}\n-----END CERTIFICATE-----\n"),
    "a public key": ("id.pub", f"ssh-ed25519 {LETTERS * 2} ada@clinic\n"),
    "classes of a page": ("a.html", "<div class='sk-toggleable__label-arrow sk-estimator-doc-link-Ab1'></div>\n"),
    "words with a dash": ("a.md", "a risk-based-approach-Of-2024-and-more, a task-" + LETTERS + "\n"),
    "tokens of a model": (
        "a.py",
        'pad_token = "[PAD]"\ntokenizer = "distilbert-base-uncased-finetuned-sst-2-english"\n',
    ),
    "keys that sort": ("a.py", 'sort_key = "column_1_of_the_table_2"\nkey = "9f8a7b6c5d4e3f2a1b0c9d8e"\n'),
    "prose about it": ("a.md", f'Write `{NAME} = "{WORD}"` nowhere.\n'),
    "a made-up login of a test": ("tests/test_a.py", f'login({NAME}="{WORD}", url="postgresql://ada:{WORD}@db/x")\n'),
    "a made-up token of a test": ("tests/test_a.py", 'T = "ghp_' + '0123456789abcdefghij0123456789abcdef"\n'),
    "a key of a manual in a test": ("tests/test_a.py", f'KEYS = ["{HEADER}", "{HEADER}\\nMII"]\n'),
    "a header to fill in": (
        "a.md",
        (
            'H = f"Authorization: Bearer {token}"\n`-H "Authorization: Bearer $TOKEN_OF_THE_SERVICE_1"`\n'
            "Authorization: Bearer your-api-key-0000000000\nAuthorization: Bearer eyJhbGciOiJIUzI1NiJ9...\n"
            "Authorization: Bearer mF_9.B5f-4.1JqM\nAuthorization: Bearer authentication-with-oauth-2-for-all\n"
        ),
    ),
    "a key of AWS's manual": ("a.ini", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY\n"),
    "a name of a key": ("a.py", "aws_secret_access_key = settings.warehouse.aws_secret_access_key_of_2024\n"),
    "a hash beside such a name": ("a.csv", "secret_access_key,0123456789abcdef0123456789abcdef01234567\n"),
    "what begins like a token": ("a.css", ".sk-" + "proj-toggleable-label-arrow-estimator-1 { color: red }\n"),
    "a printed reference": (
        "Dockerfile",
        (
            'FROM x\nRUN echo "password=$PW" > /a && printf \'password=%s\\n\' "$PW" && echo "$PW" | chpasswd\n'
            'RUN echo "password: required, 8-20 letters" && echo secret: /run/secrets/db && echo root:root | chpasswd\n'
        ),
    ),
    "a printed number": (
        "a.sh",
        'echo "max_tokens: 1000000" && echo "passwords: 3.5/10"\necho a1b2c3d4 | tee passwd\n',
    ),
    "a Kubernetes reference": ("a.yaml", "secretName: tls-of-the-shop-2024\nsecretKeyRef:\n  key: password\n"),
    "bytes": ("a.bin", b"\0\1" + GITHUB.encode() + b"\0"),
    "not UTF-8": ("a.txt", b"caf\xe9 t\xfcr\n"),
    "a notebook": ("docs/a.ipynb", notebook(f"token = '{GITHUB}'")),
    "a large file": ("a.csv", f"a,b\n{GITHUB},1\n" + "0,0\n" * 1_100_000),
}
# Names of files that keep secrets, and names that only sound like it.
KEPT = [
    ".env",
    "projects/shop/.env",
    ".env.local",
    ".env.production",
    "deploy/prod.env",
    ".netrc",
    ".pypirc",
    ".pgpass",
    ".git-credentials",
    ".htpasswd",
    "keys/id_rsa",
    "id_ed25519",
    "credentials.json",
    "projects/shop/aws_credentials.csv",
    ".aws/credentials",
    "client_secret_1.apps.json",
    "gcp-service-account.json",
    "kaggle.json",
    ".streamlit/secrets.toml",
    "secrets.yml",
    "server.p12",
    "team.kdbx",
    "terraform.tfstate",
    "ID_RSA",
]
SHOWN = [
    ".env.example",
    ".env.sample",
    "example.env",
    ".env.template",
    "credentials.example.json",
    "src/credentials.py",
    "docs/secrets.md",
    "tests/test_credentials.py",
    "id_rsa.pub",
    "ca.pem",
    "environment.yml",
    "src/env.py",
    ".envrc",
    "secrets.yml.enc",
    "helm/templates/secret.yaml",
    "keys.csv",
    "tokens.json",
]


def _planted(path: str) -> str:
    return f"{WORKSPACE}planted/{path}"


def _text(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode(errors="surrogateescape")


# The whole repository is searched for each seed: every third of what tests plant into a small one.
_THIRD = slice(None, None, 3)
SEEDS: list[Seed] = [
    *(Defect(kind, f"{TESTS}test_planted.py", new=f'X = """{TOKENS[kind]}"""\n', code="SE101") for kind in [*TOKENS][_THIRD]),
    *(Defect(name, _planted(BAD[name][0]), new=BAD[name][1], code="SE101") for name in [*BAD][_THIRD]),
    *(Honest(name, _planted(GOOD[name][0]), new=_text(GOOD[name][1]), code="SE101") for name in [*GOOD][_THIRD]),
    Defect("token in the README", README, "## Model card", f"Log in with {GITHUB}.\n\n## Model card", code="SE101"),
    Defect("password of an image", IMAGE, "USER 10001\n", f"RUN echo 'paddock:{WORD}' | chpasswd\nUSER 10001\n", code="SE101"),
    Defect("password of a service", COMPOSE, "POSTGRES_PASSWORD: ", f"POSTGRES_PASSWORD: {WORD}\n      OTHER: ", code="SE101"),
    Defect("index with a login", LOCK, edit=lambda text: f"--index-url https://ci:{WORD}@pypi.clinic.de/simple\n{text}", code="SE101"),
    Defect("token of the catalogue", CATALOGUE, new=f'\n# api_token = "{CHANCE}"\n', code="SE101"),
    Honest("password that is asked for", COMPOSE, "POSTGRES_PASSWORD: ", "DB_PASSWORD: ${DB_PASSWORD:?set it}\n      POSTGRES_PASSWORD: ", code="SE101"),
    Honest("variable of a secret", README, "## Model card", "Set `API_TOKEN`, as in `export API_TOKEN=…`.\n\n## Model card", code="SE101"),
    Honest("file that is ignored", _planted("local.py"), new=f"{GITHUB}\n", code="SE101", also=(Honest("", f"{WORKSPACE}.gitignore", new="planted/local.py\n"),)),
    *(Defect(path, _planted(path), new="x: 1\n", code="SE102") for path in KEPT),
    *(Honest(path, _planted(path), new="x: 1\n", code="SE102") for path in SHOWN),
    Defect("key of the project", "deploy/server.p12", new="x", code="SE102"),
    Honest("vault", _planted("secrets.yml"), new="$ANSIBLE_VAULT;1.1;AES256\n3130\n", code="SE102"),
    Honest("sealed settings", _planted("secrets.json"), new='{"a": "ENC[AES256_GCM,data:x,iv:y]", "sops": {}}\n', code="SE102"),
    Honest("settings that are ignored", ".env", new="A=1\n", code="SE102", also=(Honest("", f"{WORKSPACE}.gitignore", new=".env\n"),)),
]  # fmt: skip
