"""How long `interrex status` takes on a healthy cluster, as the person at the terminal waits for it: from the start of
the process to its end.

Usage: status_benchmark.py INTERREX [ROUNDS]

Beside it, in the same run: the bare start of the same program (`--version`), and `redis-cli PING`, which asks one server
one thing. Then, of the smaller cluster, with a replica frozen (SIGSTOP), with a sentinel frozen, and with a frozen
ZooKeeper.
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import time

SIZES = [(3, 3), (9, 5)]
# Each waits for the whole limit of a question, so few rounds tell it.
FROZEN_ROUNDS = 5
# Who is frozen, and how `interrex status` ends then.
FROZEN = [("replica", 1), ("sentinel", 1), ("zookeeper", 69)]


def timed(command, environment):
    start = time.monotonic()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    return (time.monotonic() - start) * 1000, done


def line_of(output, pattern):
    """Reads lines until one matches; for a minute at most."""
    def give_up(*_):
        raise SystemExit(f"interrex local did not say {pattern} within a minute")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    try:
        for line in output:
            found = re.search(pattern, line)
            if found:
                return found
    finally:
        signal.alarm(0)
    raise SystemExit("interrex local ended before the cluster was up")


def rows_until(output, pattern):
    """Reads lines until one matches: the process ids of the table before it, by role, and the match."""
    pids = {}
    while True:
        found = line_of(output, rf"^(\w+) +127\.0\.0\.1:\d+ +(\d+) |{pattern}")
        if not found.group(1):
            return pids, found.group(3)
        pids.setdefault(found.group(1), []).append(int(found.group(2)))


def measure_frozen(program, pids, environment):
    for role, code in FROZEN:
        pid = pids[role][-1]
        os.kill(pid, signal.SIGSTOP)
        try:
            times = []
            for _ in range(FROZEN_ROUNDS):
                took, done = timed([program, "status"], environment)
                if done.returncode != code:
                    raise SystemExit(f"with a frozen {role} it ended with {done.returncode}: {done.stderr.decode()}")
                times.append(took)
        finally:
            os.kill(pid, signal.SIGCONT)
        print(f"  frozen {role:13} {statistics.median(times):7.1f} ms {max(times):7.1f} ms ({FROZEN_ROUNDS} rounds)")
        deadline = time.monotonic() + 60
        while timed([program, "status"], environment)[1].returncode != 0:
            if time.monotonic() > deadline:
                raise SystemExit(f"the cluster did not become healthy after a frozen {role}")


def measure(program, servers, sentinels, rounds):
    local = subprocess.Popen(
        [program, "local", "--redis", str(servers), "--sentinels", str(sentinels), "--watchers", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        deadline = time.monotonic() + 120
        pids, port = rows_until(local.stdout, r"redis-cli -p (\d+)$")
        zookeeper = line_of(local.stdout, r"ZK_HOSTS=(\S+)").group(1)
        environment = dict(os.environ, ZK_HOSTS=zookeeper)
        while timed([program, "status"], environment)[1].returncode != 0:
            if time.monotonic() > deadline:
                raise SystemExit("the cluster did not become healthy in time")
        rows = {"interrex status": [], "interrex --version": [], "redis-cli PING": []}
        for _ in range(rounds):
            for name, command in [
                ("interrex status", [program, "status"]), ("interrex --version", [program, "--version"]),
                ("redis-cli PING", ["redis-cli", "-p", port, "PING"]),
            ]:
                took, done = timed(command, environment)
                if done.returncode != 0:
                    raise SystemExit(f"{name} ended with {done.returncode}: {done.stderr.decode()}")
                rows[name].append(took)
        print(f"{servers} servers, {sentinels} sentinels, 2 watchers ({rounds} rounds): median, worst")
        for name, times in rows.items():
            print(f"  {name:20} {statistics.median(times):7.1f} ms {max(times):7.1f} ms")
        if (servers, sentinels) == SIZES[0]:
            measure_frozen(program, pids, environment)
    finally:
        local.send_signal(signal.SIGTERM)
        local.stdout.read()
        local.wait(timeout=60)


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    for servers, sentinels in SIZES:
        measure(program, servers, sentinels, rounds)


main()
