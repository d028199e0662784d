"""A cluster of `interrex local`, and those who watch it from outside: writers, subscribers, readers of /redis/master."""

import multiprocessing
import os
import re
import select
import signal
import subprocess
import tempfile
import threading
import time

import redis
from kazoo.client import KazooClient
from redis.sentinel import Sentinel

NAME = "mymaster"


class Cluster:
    """What its topology says is read as it changes; members that are killed come back on other ports."""

    def __init__(self, program, members=3, watchers=2, down_after=None):
        self.folder = tempfile.TemporaryDirectory()
        self.log = open(os.path.join(self.folder.name, "log"), "w")
        environment = dict(os.environ)
        if down_after:
            environment["SENTINEL_CONF"] = self.settings(program, down_after)
        self.members = members
        self.process = subprocess.Popen(
            [program, "local", "--redis", str(members), "--watchers", str(watchers)],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)
        self.zookeeper = None
        self.sentinels = []
        threading.Thread(target=self.read, daemon=True).start()
        wait_for("the cluster is up", lambda: self.zookeeper and len(self.sentinels) == 3, 120)
        self.zk = KazooClient(hosts=self.zookeeper)
        self.zk.start()

    def settings(self, program, down_after):
        """The shipped settings with another down-after, in milliseconds."""
        shipped = os.path.join(os.path.dirname(__file__), "../../conf/sentinel.conf")
        with open(shipped, encoding="utf8") as file:
            text = re.sub(r"(down-after-milliseconds \S+) \d+", rf"\g<1> {down_after}", file.read())
        path = os.path.join(self.folder.name, "sentinel.conf")
        with open(path, "w", encoding="utf8") as file:
            file.write(text)
        return path

    def read(self):
        for line in self.process.stdout:
            if found := re.match(r"sentinel +\S+:(\d+)", line):
                self.sentinels.append(int(found.group(1)))
            if found := re.search(r"ZK_HOSTS=(\S+)", line):
                self.zookeeper = found.group(1)

    def recorded(self):
        return int(self.zk.get("/redis/master")[0].split()[1])

    def master(self):
        """The one that a sentinel names: without a watcher nobody records another."""
        return ask(self.sentinels[0]).sentinel_master(NAME)["port"]

    def replicas(self):
        """Of the master, those that are linked and could be promoted."""
        info = ask(self.master()).info("replication")
        ports = [info[f"slave{number}"]["port"] for number in range(info["connected_slaves"])]
        return [port for port in ports if is_heir(port)]

    def wait_until_whole(self):
        wait_for("all are one cluster", self.is_whole, 180)

    def is_whole(self):
        master, replicas = self.master(), self.replicas()
        if len(replicas) != self.members - 1:
            return False
        for port in self.sentinels:
            sentinel = ask(port)
            state = sentinel.sentinel_master(NAME)
            # Until it has looked at a new replica's link, a sentinel would not promote it.
            known = {entry["port"] for entry in sentinel.sentinel_slaves(NAME)
                     if entry["slave-priority"] != 0 and entry["master-link-status"] == "ok"}
            if state["port"] != master or state["flags"] != "master" or not set(replicas) <= known:
                return False
            if state["num-other-sentinels"] != 2:
                return False
        return True

    def end(self):
        self.zk.stop()
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.log.close()
        self.folder.cleanup()


class Writer:
    """A client in a process of its own that writes through redis-py's Sentinel, each key once, some keys at a time, and notes when
    they were accepted."""

    def __init__(self, sentinels, batch=1, pause=0.001, patience=1):
        self.is_over = multiprocessing.Event()
        self.count = multiprocessing.Value("q", 0)
        self.results, far_end = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=self.write, args=(sentinels, batch, pause, patience, far_end), daemon=True)
        self.process.start()
        wait_for("it writes", lambda: self.count.value > 0, 10)

    def write(self, sentinels, batch, pause, patience, results):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        client = Sentinel([("127.0.0.1", port) for port in sentinels], socket_timeout=patience).master_for(
            NAME, socket_timeout=patience)
        accepted, number = [], 0
        while not self.is_over.is_set():
            numbers = range(number, number + batch)
            number += batch
            try:
                with client.pipeline(transaction=False) as pipeline:
                    for one in numbers:
                        pipeline.set(f"{os.getpid()}:{one}", "1")
                    replies = pipeline.execute(raise_on_error=False)
                moment = time.monotonic()
                accepted += [(moment, one) for one, reply in zip(numbers, replies) if reply is True]
                self.count.value = len(accepted)
            except redis.RedisError:
                pass
            # A client's pace: one that never rests would take the processors from those who are measured.
            time.sleep(pause)
        results.send((os.getpid(), accepted))

    def end(self):
        """When writes were accepted, and the keys that were written."""
        self.is_over.set()
        pid, accepted = self.results.recv()
        self.process.join()
        return [moment for moment, _ in accepted], [f"{pid}:{number}" for _, number in accepted]


def longest_gap(times, since):
    """Between two accepted writes of which the later came after `since`."""
    times = [moment for moment in times if moment <= since][-1:] + [moment for moment in times if moment > since]
    return max((later - sooner for sooner, later in zip(times, times[1:])), default=float("inf"))


def lost(port, keys):
    """How many of these acknowledged writes a server does not have."""
    server = ask(port)
    return sum(
        values.count(None) for values in (server.mget(keys[at:at + 1000]) for at in range(0, len(keys), 1000)))


class Listener:
    """Notes when a sentinel publishes +switch-master."""

    def __init__(self, port):
        self.heard = []
        self.is_over = False
        self.pubsub = redis.Redis(port=port, decode_responses=True).pubsub()
        self.pubsub.subscribe("+switch-master")
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            while not self.is_over:
                message = self.pubsub.get_message(timeout=0.5)
                if message and message["type"] == "message":
                    self.heard.append(time.monotonic())
            self.pubsub.close()
        except redis.RedisError:
            # The sentinel has ended.
            pass

    def end(self):
        self.is_over = True


class Server:
    """The master's process, known before it is struck."""

    def __init__(self, port):
        self.port = port
        self.pid = ask(port).info("server")["process_id"]
        self.handle = os.pidfd_open(self.pid)

    def strike(self, number):
        moment = time.monotonic()
        os.kill(self.pid, number)
        return moment

    def wait(self):
        """Until it has ended."""
        select.select([self.handle], [], [], 30)
        moment = time.monotonic()
        os.close(self.handle)
        return moment


def ask(port):
    return redis.Redis(port=port, socket_timeout=1, decode_responses=True)


def is_heir(port):
    info = ask(port).info("replication")
    return info["role"] == "slave" and info["master_link_status"] == "up" and int(info["slave_priority"]) > 0


def wait_for(what, condition, limit):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            if condition():
                return
        except (redis.RedisError, IndexError, KeyError, StopIteration):
            pass
        # Between two looks; the limit is above.
        time.sleep(0.005)
    raise SystemExit(f"not within {limit} s: {what}")
