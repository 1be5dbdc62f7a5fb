"""`python -m bench.profile`: the hot spots of the server under a load of creates or reads.

Shares are of all CPU time that the process used. *Self* is time in the function's own lines with the C functions that
they call, *all* includes what it calls; the lines show where in it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.fill import fill
from bench.load import Workload, run_load
from bench.processes import SERVER_CORE, can_pin, cpu_seconds, pin
from bench.rounds import on_the_load_core
from bench.samples import Present, sample
from bench.servers import DATABASES, POSTGRESQL
from bench.workloads import CertcentralCreates, IdaasCreates, certcentral_by_id, certcentral_by_login_name
from bench.workloads_scim import Provider, ScimCreates
from tests.support.live import Bootstrap, LiveMuster
from tests.support.postgresql import postgres_server

WRITING_SECONDS = 20.0
LOADS = ("create", "create-idaas", "create-scim", "id", "login-name")


@dataclass
class SampledMuster(LiveMuster):
    """A Muster whose stack is sampled into the file `samples`."""

    @property
    def samples(self) -> Path:
        return self.data.with_name("samples.json")

    def _launch(self) -> subprocess.Popen[bytes]:
        self.data.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "bench.sampling", str(self.samples), "serve"]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment())


def _workload(name: str, who: Bootstrap, people: list[Present]) -> Workload:
    match name:
        case "create":
            return CertcentralCreates(who.api_key, "profile")
        case "create-idaas":
            return IdaasCreates(who.application, who.shared_secret, "profile")
        case "create-scim":
            return ScimCreates(Provider(who.token), "profile")
        case "id":
            return certcentral_by_id(who.api_key, people)
        case _:
            return certcentral_by_login_name(who.api_key, people)


def _report(stacks: list[tuple[int, list[str]]], most: int) -> str:
    total = sum(number for number, _ in stacks)
    own, whole, lines = Counter[str](), Counter[str](), Counter[str]()
    for number, stack in stacks:
        names = [_function(place) for place in stack]
        own[names[0]] += number
        lines[stack[0]] += number
        for name in set(names):
            whole[name] += number
    text = [f"{total} samples", "", "   self     all  function"]
    text += [f"{own[name] / total:7.1%} {whole[name] / total:7.1%}  {name}" for name, _ in own.most_common(most)]
    text += ["", "    all  function (by what it calls, too)"]
    text += [f"{number / total:7.1%}  {name}" for name, number in whole.most_common(most)]
    text += ["", "   self  line"]
    text += [f"{number / total:7.1%}  {place}" for place, number in lines.most_common(most)]
    return "\n".join(text)


def _function(place: str) -> str:
    path, _, name = place.split(":", 2)
    return f"{path}:{name}"


def _samples(muster: SampledMuster) -> list[tuple[int, list[str]]]:
    os.kill(muster.pid, signal.SIGUSR2)
    until = time.monotonic() + WRITING_SECONDS
    while not muster.samples.exists():
        if time.monotonic() > until:
            raise RuntimeError("the samples were not written")
        time.sleep(0.05)
    return [(number, stack) for number, stack in json.loads(muster.samples.read_text())]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description="Lists the server's hot spots.")
    parser.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    parser.add_argument("--load", choices=LOADS, default="create")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--lines", type=int, default=40, help="how many lines of each list")
    return parser.parse_args()


def main() -> None:
    """Load a sampled server, and list where its time went."""
    given = _arguments()
    with tempfile.TemporaryDirectory(prefix="muster-profile-") as directory, ExitStack() as stack:
        url = f"sqlite:///{directory}/muster.db"
        if given.database == POSTGRESQL:
            url = stack.enter_context(stack.enter_context(postgres_server(durable=True)).database())
        muster = SampledMuster(Path(directory) / "var", url, settings={"MUSTER_LOG_LEVEL": "warning"})
        stack.callback(muster.stop)
        muster.start()
        fill(url, muster.bootstrap.api_key, given.users)
        people = sample(url).people
        if can_pin():
            pin(muster.pid, SERVER_CORE)
        pid = muster.pid
        os.kill(pid, signal.SIGUSR1)
        workload = _workload(given.load, muster.bootstrap, people)
        with on_the_load_core():
            timed, before, after = run_load(
                muster.port, workload, given.connections, given.seconds, lambda: cpu_seconds(pid)
            )
        print(_report(_samples(muster), given.lines))
        print(f"\n{timed.rate:,.0f}/s while sampled, {1e6 * (after - before) / timed.answers:,.0f} CPU µs an answer")


if __name__ == "__main__":
    main()
