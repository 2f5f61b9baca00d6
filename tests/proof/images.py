"""Seeds of the checks DK: a Dockerfile, what its build sees, and the services beside it."""

from __future__ import annotations

from tests.proof.seed import COMPOSE, IGNORE, IMAGE, MANIFEST, Defect, Honest, Seed
from tests.templates.defects import IN_IMAGES

_USER = "USER 10001\n"
_ENTRY = 'ENTRYPOINT ["paddock"]'
_HEALTH = '["paddock", "data", "list"]'
_READ_ONLY = "    read_only: true\n"
_POSTGRES = "    image: postgres:16\n"

OF_IMAGES: list[Seed] = [
    Defect("COPY from outside the workspace", IMAGE, "COPY shared shared", "COPY ../shared shared", code="DK101"),
    Defect("reads what its image has not", MANIFEST, "reads = []", 'reads = ["report.weeks"]', code="DK101", also=(Defect("", IGNORE, "!projects/*/catalog.toml\n", ""),)),
    Honest("COPY of one file more that is there", IMAGE, "COPY pyproject.toml ./", "COPY pyproject.toml requirements.txt ./", code="DK101"),
    Honest("COPY with a slash at the end", IMAGE, "COPY projects projects", "COPY projects/ projects/", code="DK101"),
    Honest("COPY through another stage", IMAGE, "COPY projects projects", "COPY --from=build /workspace/projects projects", code="DK101", also=(Honest("", IMAGE, "COPY shared shared\n", "COPY shared shared\nCOPY projects projects\n"),)),
    Defect("candidate of a release", IMAGE, "BASE=python:3.11-slim\n", "BASE=python:3.11-rc-slim\n", code="DK102"),
    Defect("environment of another Python", IMAGE, "uv venv /opt/venv", "uv venv --python 3.12 /opt/venv", code="DK102"),
    Defect("file from an image of the day", IMAGE, _USER, f"COPY --from=ghcr.io/astral-sh/uv /uv /bin/uv\n{_USER}", code="DK102"),
    Honest("base by its digest", IMAGE, "BASE=python:3.11-slim\n", f"BASE=python:3.11-slim@sha256:{'a' * 64}\n", code="DK102"),
    Honest("newer Python in every stage", IMAGE, "BASE=python:3.11-slim\n", "BASE=python:3.12-slim-bookworm\n", code="DK102"),
    Honest("pinned image of another tool", IMAGE, _USER, f"COPY --from=ghcr.io/astral-sh/uv:0.9.3 /uv /bin/uv\n{_USER}", code="DK102"),
    Defect("user of a variable", IMAGE, _USER, "USER ${UID}\n", code="DK103"),
    Defect("accounts that everybody may write", IMAGE, _USER, f"RUN chmod 666 /etc/passwd\n{_USER}", code="DK103"),
    Defect("code of a stranger is run", IMAGE, "RUN useradd", "RUN echo aGk= | base64 -d | sh && useradd", code="DK103"),
    Defect("system is upgraded", IMAGE, _USER, f"RUN apt-get update && apt-get upgrade -y\n{_USER}", code="DK103"),
    Honest("library of the system at one version", IMAGE, "RUN useradd", "RUN apt-get update && apt-get install -y libgomp1=12.2.0-14 && useradd", code="DK103"),
    Honest("another user", IMAGE, _USER, "USER 20002\n", code="DK103", also=(Honest("", IMAGE, "--uid 10001", "--uid 20002"),)),
    Honest("files that their owner may write", IMAGE, _USER, f"RUN chmod 0755 /workspace\n{_USER}", code="DK103"),
    Defect("index of its own", IMAGE, "--no-deps", "--no-deps --index-url https://a.b/simple", code="DK104"),
    Defect("download that is never verified", IMAGE, "COPY shared shared", "RUN curl -O https://a.b/tool && chmod 755 tool\nCOPY shared shared", code="DK104"),
    Defect("host that is trusted blindly", IMAGE, "--no-deps", "--no-deps --trusted-host a.b", code="DK104"),
    Honest("download with its checksum", IMAGE, "COPY shared shared", "RUN curl -o /tmp/a https://a.b/a && echo '0 /tmp/a' | sha256sum -c\nCOPY shared shared", code="DK104"),
    Honest("shell that stops", IMAGE, "RUN awk", "RUN set -eu; awk", code="DK104"),
    Honest("index of whoever builds", IMAGE, "COPY shared shared", "ARG PIP_INDEX_URL\nCOPY shared shared", code="DK104"),
    Defect("program in front of the program", IMAGE, _ENTRY, 'ENTRYPOINT ["python", "-m", "pdb", "/opt/venv/bin/paddock"]', code="DK105"),
    Defect("second CMD that wins", IMAGE, 'CMD ["run", "triage"]', 'CMD ["run", "triage"]\nCMD ["data", "list"]', code="DK105"),
    Honest("health check in a shell", IMAGE, _HEALTH, "paddock data list || exit 1", code="DK105"),
    Honest("run with a parameter that is there", IMAGE, '"triage"]', '"triage", "-p", "regularisation=0.5"]', code="DK105"),
    Honest("health check at another pace", IMAGE, "--interval=60s --timeout=20s", "--interval=5m --timeout=30s --start-period=1m", code="DK105"),
    Defect("password of a command", IMAGE, _USER, f"RUN login --password=abc\n{_USER}", code="DK106"),
    Defect("password that is printed", IMAGE, _USER, f"RUN echo 'paddock:Xk29{'sPq1z'}' | chpasswd\n{_USER}", code="DK106"),
    Honest("password that is mounted", IMAGE, _USER, f"RUN --mount=type=secret,id=pw chpasswd < /run/secrets/pw\n{_USER}", code="DK106"),
    Defect("keys from anywhere", IGNORE, "**/.env*\n", "**/.env*\n!**/*.key\n", code="DK106"),
    Defect("no ignore file", IGNORE, code="DK106"),
    Honest("secret that is given at the build", IMAGE, _USER, f"ARG API_TOKEN\n{_USER}", code="DK106"),
    Honest("where a secret will be", IMAGE, _USER, f"ENV DB_PASSWORD_FILE=/run/secrets/db MAX_TOKENS=512\n{_USER}", code="DK106"),
    Honest("one folder more of the project", IGNORE, "!projects/triage/*\n", "!projects/triage/*\n!projects/triage/data\n", code="DK106"),
    Defect("keyword misspelt", IMAGE, "WORKDIR /workspace\nCOPY pyproject", "WORKDIRS /workspace\nCOPY pyproject", code="DK107"),
    Defect("code that was not installed", IMAGE, _USER, f"ENV PYTHONPATH=/extra\n{_USER}", code="DK107"),
    Defect("commit that somebody wrote down", IMAGE, "${COMMIT}", "0123abc", code="DK107"),
    Defect("state outside the workspace", IMAGE, "VOLUME /workspace/.paddock", "VOLUME /var/paddock", code="DK107"),
    Honest("volume beside the state", IMAGE, "VOLUME /workspace/.paddock", "VOLUME /workspace/.paddock /workspace/cache", code="DK107"),
    Honest("variable of Python that loads nothing", IMAGE, _USER, f"ENV PYTHONHASHSEED=0\n{_USER}", code="DK107"),
]  # fmt: skip
OF_SERVICES: list[Seed] = [
    Defect("processes of the machine", COMPOSE, _READ_ONLY, f"{_READ_ONLY}    pid: host\n", code="DK201"),
    Defect("service of a stranger", COMPOSE, "volumes:\n  state:", "  web:\n    image: nginx:1.27\n    privileged: true\nvolumes:\n  state:", code="DK201"),
    Defect("port in its long form", COMPOSE, _POSTGRES, f"{_POSTGRES}    ports:\n      - target: 5432\n        published: 5432\n", code="DK201"),
    Defect("another database", COMPOSE, "@serving/paddock", "@serving/other", code="DK201"),
    Defect("secret that is not declared", COMPOSE, _READ_ONLY, f"{_READ_ONLY}    secrets: [nothing]\n", code="DK201"),
    Honest("port of this machine", COMPOSE, _POSTGRES, f'{_POSTGRES}    ports: ["127.0.0.1:5432:5432"]\n', code="DK201"),
    Honest("run that does not start again", COMPOSE, _READ_ONLY, f'{_READ_ONLY}    restart: "no"\n', code="DK201"),
    Honest("exact version of the database", COMPOSE, "postgres:16", "postgres:16.4-alpine", code="DK201"),
    Honest("file of the project, to be read", COMPOSE, "      - state:", "      - ./README.md:/notes.md:ro\n      - state:", code="DK201"),
    Honest("database that is asked longer", COMPOSE, "retries: 30", "retries: 60\n      start_period: 30s", code="DK201"),
]  # fmt: skip
OF_STRANGERS: list[Seed] = [
    Defect("program that downloads", IMAGE, _USER, f"RUN python -c \"import urllib.request as u; u.urlretrieve('https://a.b/x', '/x')\"\n{_USER}", code="DK104"),
    Defect("index that pip remembers", IMAGE, "COPY shared shared", "RUN pip config set global.index-url https://a.b\nCOPY shared shared", code="DK104"),
    Honest("settings that pip shows", IMAGE, "COPY shared shared", "RUN pip config list\nCOPY shared shared", code="DK104"),
    Defect("command with rights over the machine", IMAGE, "RUN --mount=type=cache", "RUN --security=insecure --mount=type=cache", code="DK103"),
    Defect("state that nobody made for the user", IMAGE, " \\\n    && install -d -o paddock /workspace/.paddock", "", code="DK103"),
    Honest("command without a network", IMAGE, "RUN useradd", "RUN --network=none useradd", code="DK103"),
    Defect("health check once a day", IMAGE, "--interval=60s", "--interval=24h", code="DK105"),
    Defect("health check without time to answer", IMAGE, "--timeout=20s", "--timeout=1ms", code="DK105"),
    Defect("health check that fails a thousand times", IMAGE, "--timeout=20s", "--timeout=20s --retries=1000", code="DK105"),
    Defect("shell that runs nothing", IMAGE, "FROM ${BASE}\nENV", 'FROM ${BASE}\nSHELL ["/bin/true"]\nENV', code="DK107"),
    Defect("root in images that begin from it", IMAGE, _USER, f"ONBUILD USER root\n{_USER}", code="DK107"),
    Defect("run that is killed", IMAGE, _USER, f"STOPSIGNAL SIGKILL\n{_USER}", code="DK107"),
    Defect("no assertion is evaluated", IMAGE, _USER, f"ENV PYTHONOPTIMIZE=2\n{_USER}", code="DK107"),
    Defect("commit by default", IMAGE, 'ARG COMMIT=""', 'ARG COMMIT="0000000"', code="DK107"),
    Honest("run that is asked to end", IMAGE, _USER, f"STOPSIGNAL SIGTERM\n{_USER}", code="DK107"),
    Honest("shell that stops in a pipe", IMAGE, "FROM ${BASE}\nENV", 'FROM ${BASE}\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nENV', code="DK107"),
    *(
        Defect(f"service with {line}", COMPOSE, _READ_ONLY, f"{_READ_ONLY}    {line}\n", code="DK201")
        for line in ("network_mode: none", 'extra_hosts: ["serving:10.0.0.1"]', "deploy: {replicas: 0}", 'group_add: ["0"]',
                     "sysctls: {net.ipv4.ip_forward: 1}", "extends: {file: other.yaml, service: run}")
    ),
    Defect("state in memory", COMPOSE, "tmpfs: [/tmp]", "tmpfs: [/tmp, /workspace/.paddock]", code="DK201"),
    Defect("volume in memory", COMPOSE, "volumes:\n  state:\n", "volumes:\n  state:\n    driver_opts: {type: tmpfs, device: tmpfs}\n", code="DK201"),
    Defect("volume of somebody else", COMPOSE, "volumes:\n  state:\n", "volumes:\n  state:\n    external: true\n", code="DK201"),
    Defect("database that does not write", COMPOSE, _POSTGRES, f"{_POSTGRES}    command: postgres -c fsync=off\n", code="DK201"),
    Defect("database that is asked once a day", COMPOSE, "interval: 2s", "interval: 24h", code="DK201"),
    Defect("build from another base", COMPOSE, "      dockerfile:", '      args: {BASE: "python:latest"}\n      dockerfile:', code="DK201"),
    Defect("build on the machine's network", COMPOSE, "      dockerfile:", "      network: host\n      dockerfile:", code="DK201"),
    Defect("services of another file", COMPOSE, "services:\n  run:", "include: [other.yaml]\nservices:\n  run:", code="DK201"),
    Honest("database with more memory", COMPOSE, _POSTGRES, f"{_POSTGRES}    command: postgres -c shared_buffers=256MB\n", code="DK201"),
    Honest("build for a commit", COMPOSE, "      dockerfile:", "      args: {COMMIT: \"${COMMIT:-}\"}\n      dockerfile:", code="DK201"),
    Honest("label of a volume", COMPOSE, "volumes:\n  state:\n", "volumes:\n  state:\n    labels: {team: ml}\n", code="DK201"),
]  # fmt: skip
SEEDS: list[Seed] = [
    *(seed for seed in IN_IMAGES if seed.code.startswith("DK")),
    *OF_IMAGES,
    *OF_SERVICES,
    *OF_STRANGERS,
]
