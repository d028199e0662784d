#!/usr/bin/python3
"""What a change of the master costs unmodified clients: redis-py's Sentinel client, subscribers to +switch-master, readers of
/redis/master.

    client_benchmark.py INTERREX [ROUNDS]

Runs whole clusters of three Redis and three sentinels with the shipped settings (interrex local): with two watchers, by hand
(this script promotes, tells the sentinels and writes /redis/master as fast as it can: nothing could be faster) and with Sentinel
alone. Prints medians and the worst, in milliseconds. Nothing here passes or fails.
"""

import json
import signal
import statistics
import sys
import threading
import time
import uuid

import redis

from cluster import Cluster, Listener, Server, Writer, ask, longest_gap, lost, wait_for

NAMES = ["a write accepted again", "+switch-master of every sentinel", "/redis/master"]


class Round:
    """One change of the master, and when each of the watchers from outside knew of it."""

    def __init__(self, cluster, is_recorded=True, **writers):
        cluster.wait_until_whole()
        self.cluster, self.is_recorded = cluster, is_recorded
        self.old = cluster.master()
        self.listeners = [Listener(port) for port in cluster.sentinels]
        self.changes = []
        count = writers.pop("count", 1)
        self.writers = [Writer(cluster.sentinels, **writers) for _ in range(count)]
        cluster.zk.get("/redis/master", watch=lambda event: self.changes.append(time.monotonic()))
        # What it costs to start them is over by then.
        wait_for("all write", lambda: all(writer.count.value > 100 for writer in self.writers), 30)

    def end(self, start):
        """Waits until all of them know. Returns the times since `start`, and how many acknowledged writes are lost."""
        wait_for("all have heard of a new master", self.is_known, 60)
        known = time.monotonic()
        goals = [writer.count.value + 20 for writer in self.writers]
        wait_for("clients write", lambda: all(w.count.value > goal for w, goal in zip(self.writers, goals)), 60)
        results = [writer.end() for writer in self.writers]
        for listener in self.listeners:
            listener.end()
        times = [max(longest_gap(times, start) for times, _ in results)]
        times.append(max(listener.heard[0] for listener in self.listeners) - start)
        if self.is_recorded:
            times.append(self.changes[0] - start)
        missing = sum(lost(self.cluster.master(), keys) for _, keys in results)
        return times, missing

    def is_known(self):
        return (self.changes or not self.is_recorded) and all(listener.heard for listener in self.listeners)


def strike(cluster, number, **options):
    """A signal for the master's process. The last figure is what the process itself took to end."""
    one = Round(cluster, **options)
    server = Server(one.old)
    start = server.strike(number)
    ended = server.wait() - start if number != signal.SIGSTOP else 0
    times, missing = one.end(start)
    return times, missing, ended


def by_hand(cluster):
    """kill -9, and at once what a watcher would do."""
    one = Round(cluster)
    replicas = {port: ask(port) for port in cluster.replicas()}
    sentinels = [ask(port) for port in cluster.sentinels]
    speakers = [sentinel.sentinel_sentinels("mymaster")[0] for sentinel in sentinels]
    epoch = max(sentinel.sentinel_master("mymaster")["config-epoch"] for sentinel in sentinels) + 2
    for connection in replicas.values():
        connection.ping()
    start = Server(one.old).strike(signal.SIGKILL)
    heir = max(replicas, key=lambda port: replicas[port].info("replication")["master_repl_offset"])
    replicas[heir].execute_command("REPLICAOF", "NO", "ONE")
    for sentinel, speaker in zip(sentinels, speakers):
        hello = f"{speaker['ip']},{speaker['port']},{speaker['runid']},{epoch},mymaster,127.0.0.1,{heir},{epoch}"
        sentinel.execute_command("PUBLISH", "__sentinel__:hello", hello)
    cluster.zk.set("/redis/master", f"127.0.0.1 {heir}".encode())
    for port, connection in replicas.items():
        if port != heir:
            connection.execute_command("REPLICAOF", "127.0.0.1", heir)
    return (*one.end(start), 0)


def switch_over(cluster):
    """Asked for in ZooKeeper, under some 5,000 writes a second of four clients. The first figure is their longest pause."""
    one = Round(cluster, count=4, batch=16, pause=0.004)
    begin, before = time.monotonic(), sum(writer.count.value for writer in one.writers)
    full = full_synchronisations(cluster)
    start = time.monotonic()
    request = json.dumps({"id": str(uuid.uuid4()), "who": "the benchmark"}).encode()
    if cluster.zk.exists("/redis/switchover"):
        cluster.zk.set("/redis/switchover", request)
    else:
        cluster.zk.create("/redis/switchover", request)
    times, missing = one.end(start)
    rate = (sum(writer.count.value for writer in one.writers) - before) / (time.monotonic() - begin)
    wait_for("all follow", cluster.is_whole, 60)
    return times, missing, full_synchronisations(cluster) - full, rate


def full_synchronisations(cluster):
    servers = cluster.replicas() + [cluster.master()]
    return sum(ask(port).info("stats")["sync_full"] for port in servers)


def crash_upon_crash(cluster, times=4):
    """Each new master is killed as soon as a write was accepted by it. How long until a write is accepted after the last."""
    cluster.wait_until_whole()
    servers = {port: Server(port) for port in cluster.replicas() + [cluster.master()]}
    client = redis.sentinel.Sentinel(
        [("127.0.0.1", port) for port in cluster.sentinels], socket_timeout=1).master_for("mymaster", socket_timeout=1)
    master, start = cluster.master(), time.monotonic()
    for _ in range(times):
        servers[master].strike(signal.SIGKILL)
        old = master
        while True:
            try:
                client.set("crash", "1")
                master = client.connection_pool.master_address[1]
                if master != old:
                    break
            except redis.RedisError:
                pass
    took = time.monotonic() - start
    cluster.wait_until_whole()
    end = time.monotonic() + 15
    is_stable = True
    while time.monotonic() < end:
        is_stable = is_stable and cluster.recorded() == master == cluster.master()
        # Nothing is waited for: that it stays so for all of the time is what is measured.
        time.sleep(0.2)
    return took, is_stable


def frozen(cluster, watched):
    """SIGSTOP of the master. Figures count from the promotion that Sentinel makes after down-after."""
    one = Round(cluster, is_recorded=watched, patience=0.1)
    replicas, promoted = [ask(port) for port in cluster.replicas()], []

    def watch():
        while not promoted:
            try:
                if any(replica.role()[0] == "master" for replica in replicas):
                    promoted.append(time.monotonic())
            except redis.RedisError:
                # Sentinel hangs up on the clients of whom it promotes.
                pass
            # No server tells when it is promoted; asked seldom enough to leave the processors to those who are measured.
            time.sleep(0.002)

    server = Server(one.old)
    start = server.strike(signal.SIGSTOP)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        times, missing = one.end(start)
    finally:
        server.strike(signal.SIGCONT)
        promoted.append(time.monotonic())
    watcher.join()
    return [moment - (promoted[0] - start) for moment in times], missing


def show(what, rows, missing=None, note=""):
    """Rows of times in seconds; the last line is for those who want all of it."""
    print(f"{what} ({len(rows)} times)")
    columns = list(zip(*rows))
    if len(columns) > 1:
        for name, figures in zip(NAMES, columns):
            print(f"  {name}: {milliseconds(figures)}")
    print(f"  all: {milliseconds([max(row) for row in rows])}")
    if missing is not None:
        print(f"  acknowledged writes lost: {sum(missing)}")
    if note:
        print(f"  {note}")
    sys.stdout.flush()


def milliseconds(figures):
    return f"{statistics.median(figures) * 1000:.0f} ms (worst {max(figures) * 1000:.0f})"


def on(program, body, **options):
    cluster = Cluster(program, **options)
    try:
        body(cluster)
    finally:
        cluster.end()


def watched(cluster, rounds):
    rows = [strike(cluster, signal.SIGKILL) for _ in range(rounds)]
    show("kill -9 of the master", [row[0] for row in rows], [row[1] for row in rows])
    rows = [strike(cluster, signal.SIGTERM) for _ in range(rounds)]
    less = [[moment - ended for moment in times] for times, _, ended in rows]
    show("SIGTERM to the master, less what redis-server takes to end", less, [row[1] for row in rows],
         f"redis-server itself: {milliseconds([row[2] for row in rows])}")
    rows = [switch_over(cluster) for _ in range(rounds)]
    show("switchover under load", [row[0][:1] for row in rows], [row[1] for row in rows],
         f"/redis/master after {milliseconds([row[0][2] for row in rows])}, the last +switch-master after "
         f"{milliseconds([row[0][1] for row in rows])}; full synchronisations: {sum(row[2] for row in rows)}; "
         f"writes a second: {statistics.median(row[3] for row in rows):.0f}")


def alone(cluster, rounds):
    rows = [by_hand(cluster) for _ in range(rounds)]
    show("kill -9 by hand: the floor", [row[0] for row in rows], [row[1] for row in rows])
    rows = [strike(cluster, signal.SIGKILL, is_recorded=False) for _ in range(max(2, rounds // 3))]
    show("kill -9 with Sentinel alone", [row[0] for row in rows])


def crashes(cluster, rounds):
    rows = [crash_upon_crash(cluster) for _ in range(rounds)]
    show("four crashes in a row, six members, until the last is over", [[row[0]] for row in rows],
         note=f"still master 15 s later: {sum(row[1] for row in rows)} of {len(rows)}")


def freezes(cluster, rounds, is_watched):
    rows = [frozen(cluster, is_watched) for _ in range(rounds)]
    show(f"a frozen master, since the promotion, {'with watchers' if is_watched else 'with Sentinel alone'}",
         [row[0] for row in rows])


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10
    few = max(2, rounds // 3)
    on(program, lambda it: watched(it, rounds))
    on(program, lambda it: alone(it, rounds), watchers=0)
    on(program, lambda it: crashes(it, few), members=6, down_after=3000)
    on(program, lambda it: freezes(it, few, True), down_after=2000)
    on(program, lambda it: freezes(it, few, False), watchers=0, down_after=2000)


main()
