"""`./dev up` and `./dev down`: the stores, the migrations, the demo, and Trellis' four processes on top."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from stack import ports, running, trellis
from stack.addresses import PORTS, chosen_port, wanted_ports
from stack.child import Child
from stack.logs import Follower
from stack.places import DATA, LOGS, PYTHON, ROOT
from stack.program import manage
from stack.services import Ports, Stack
from stack.store import wait_until
from stack.supervisor import Watched, say, stop_in_peace, watch
from stack.trouble import Trouble

READY_LIMIT_S = 90


def up(arguments: Sequence[str]) -> int:
    """In the foreground until a signal; with -d returns as soon as both addresses answer."""
    if list(arguments) == ["-d"]:
        return _in_background()
    if list(arguments) not in ([], ["--quiet"]):
        raise Trouble("up takes no argument but -d")
    with running.only_one():
        _serve(show_logs=not arguments)
    return 0


def down(arguments: Sequence[str]) -> int:
    """Stops the running `up`, wherever it was started, and waits for it."""
    if arguments:
        raise Trouble("down takes no argument")
    stopped = running.end()
    with running.only_one():
        for child in reversed(_every_child()):
            child.end_leftover()
    say("stopped" if stopped else "nothing was running")
    return 0


def development_stack() -> Stack:
    """The services of `.data/`, on the chosen ports, durable; not started yet."""
    listen = Ports(*(chosen_port(name) for name in ("postgresql", "redis", "clickhouse", "clickhouse-http")))
    return Stack(DATA, listen=listen, given=os.environ, logs=LOGS, durable=True)


def development_environment(stack: Stack) -> dict[str, str]:
    """What Trellis' processes get on top of ours: the stack's environment and the addresses of the chosen ports."""
    addresses = {
        "TRELLIS_PAGES_URL": f"http://localhost:{chosen_port('pages')}",
        "TRELLIS_INGRESS_URL": f"http://localhost:{chosen_port('ingress')}",
    }
    return {name: os.environ.get(name) or url for name, url in addresses.items()} | stack.environment()


def _every_child() -> list[Child]:
    return _children(development_stack(), trellis.processes({}))


def refuse_taken_ports(names: Sequence[str]) -> None:
    for name in names:
        ports.refuse_taken(name, chosen_port(name), variable=PORTS[name][0])


def _serve(*, show_logs: bool) -> None:
    stack = development_stack()
    environment = development_environment(stack)
    children = trellis.processes(environment)
    everything = _children(stack, children)
    try:
        _prepare(everything)
        _start(stack, children, environment)
        follower = Follower(everything if show_logs else [])
        watched = [Watched(service.child, service.restart) for service in stack.services]
        watched += [Watched(child, child.start) for child in children]
        watch(watched, each_tick=follower.show)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        stop_in_peace([child.stop for child in reversed(everything)])


def _children(stack: Stack, processes: Sequence[Child]) -> list[Child]:
    """All of them, in the order of starting."""
    return [*(service.child for service in stack.services), *processes]


def _prepare(everything: Sequence[Child]) -> None:
    for child in reversed(everything):
        child.end_leftover()
    refuse_taken_ports(wanted_ports())


def _start(stack: Stack, children: Sequence[Child], environment: Mapping[str, str]) -> None:
    for service in stack.services:
        say(f"starting {service.name} on port {service.port}")
        service.start()
    migrate(environment)
    if manage(["demo", "--if-empty"], environment):
        say("the demo data could not be made (its words are above); going on without")
    for child in children:
        child.start()
    for child in children:
        if child.name in ("pages", "ingress"):
            _wait_until_ready(child, chosen_port(child.name))
    say(f"Trellis is at {environment['TRELLIS_PAGES_URL']}   sign in: demo@trellis.localhost / trellis-demo")
    say(f"tracked links at {environment['TRELLIS_INGRESS_URL']}/in/<key>")
    say("logs in .data/logs; Ctrl-C or ./dev down stops it")
    running.publish(environment)


def migrate(environment: Mapping[str, str]) -> None:
    for arguments in (["migrate"], ["migrate", "--database", "clickhouse"]):
        if manage([*arguments, "--verbosity", "0", "--no-input"], environment):
            raise Trouble(f"manage.py {' '.join(arguments)} failed; its own words are above")


def _wait_until_ready(child: Child, port: int) -> None:
    try:
        wait_until(child, lambda: trellis.is_ready(port), limit_s=READY_LIMIT_S)
    except Trouble as trouble:
        raise Trouble(f"{trouble}\n/readyz on port {port}: {trellis.readiness(port)}") from None


def _in_background() -> int:
    busy = running.holder()
    if busy:
        raise Trouble(f"it runs already, as pid {busy.pid}. Stop it with ./dev down")
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "up.log"
    with log.open("wb") as output:
        command = [str(PYTHON), "-m", "stack.commands", "up", "--quiet"]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    with log.open() as words:
        while running.published() is None and process.poll() is None:
            print(words.read(), end="", file=sys.stderr, flush=True)
            time.sleep(0.2)
        print(words.read(), end="", file=sys.stderr, flush=True)
    return process.poll() or 0
