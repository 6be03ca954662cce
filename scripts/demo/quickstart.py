# SPDX-License-Identifier: MIT
"""The quickstart: gatewatch on a demo gateway that fails on a schedule.

quickstart.py BINARY, started by scripts/run in the clone's top folder. Starts on loopback
  - an upstream that stops listening now and then (upstream.py),
  - a real nginx in front of it, which then answers 502 by itself,
  - a webhook sink and an SMTP sink that print what they receive (sinks.py),
  - gatewatch on examples/quickstart.toml,
and ends all of it on Ctrl-C, SIGTERM, or when gatewatch ends. Everything is kept below ./var/.
"""

import fcntl
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading

import sinks
import upstream

CONFIG = "examples/quickstart.toml"
VAR = pathlib.Path("var")
STOP_SECONDS = 20
# Wanted ports by the name of the environment variable that the configuration reads.
PORTS = {
    "QUICKSTART_STATUS_PORT": 8502,
    "QUICKSTART_GATEWAY_PORT": 18080,
    "QUICKSTART_WEBHOOK_PORT": 18081,
    "QUICKSTART_SMTP_PORT": 18025,
}

NGINX_CONF = """\
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{upstream_port}; }}
  }}
}}
"""


def say(who, text):
    """Prints one line at once, whole, whatever thread it comes from."""
    sys.stdout.write(f"[{who}] {text}\n")
    sys.stdout.flush()


def take_lock():
    """Keeps a second quickstart out of ./var/; the kernel lets go of it when this process ends."""
    VAR.mkdir(exist_ok=True)
    lock = open(VAR / "quickstart.pid", "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        sys.exit(f"scripts/run: the quickstart is running already (process {lock.read().strip()})")
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def choose_ports():
    """The wanted ports where they are free, others where not; an environment variable decides."""
    chosen = {}
    held = []
    for name, wanted in PORTS.items():
        given = os.environ.get(name)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", int(given) if given else wanted))
            listener.listen()
        except OSError as error:
            if given:
                sys.exit(f"scripts/run: port {given} of {name}: {error.strerror}")
            listener.bind(("127.0.0.1", 0))
        held.append(listener)
        chosen[name] = listener.getsockname()[1]
    for listener in held:
        listener.close()
    return chosen


def start(command, **options):
    """A child that dies with this process, even where that is killed."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", *command],
                            stdin=subprocess.DEVNULL, start_new_session=True, **options)


def start_nginx(port, upstream_port):
    folder = (VAR / "nginx").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        NGINX_CONF.format(folder=folder, port=port, upstream_port=upstream_port))
    binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    # With `daemon off` and an own pid file it shares nothing with an nginx of the system.
    return start([binary, "-e", str(folder / "error.log"), "-c", str(configuration),
                  "-g", "daemon off;"])


def end(children):
    """Asks each child to end and waits; kills what does not."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def where_to_look(binary, ports):
    status = f"http://127.0.0.1:{ports['QUICKSTART_STATUS_PORT']}/"
    settings = " ".join(f"{name}={port}" for name, port in ports.items() if PORTS[name] != port)
    command = " ".join(filter(None, [settings, os.path.relpath(binary)]))
    return [
        f"status page: {status}   metrics: {status}metrics",
        f"targets and incidents: {command} status -c {CONFIG}",
        "what was stored: sqlite3 -readonly var/quickstart.db "
        "'SELECT status, outcome, count(*) FROM samples GROUP BY 1, 2'",
        "nginx's own account: cut -d' ' -f9 var/nginx/access.log | sort | uniq -c",
    ]


def main():
    binary = os.path.abspath(sys.argv[1])
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())

    lock = take_lock()  # held until the process ends
    ports = choose_ports()
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY", "NOTIFY_SOCKET")}
    environment.update({name: str(port) for name, port in ports.items()})

    demo_upstream = upstream.Upstream(say)
    told = sinks.Told(say)
    sinks.start_webhook_sink(ports["QUICKSTART_WEBHOOK_PORT"], told)
    mail = sinks.start_smtp_sink(ports["QUICKSTART_SMTP_PORT"], told)
    children = [start_nginx(ports["QUICKSTART_GATEWAY_PORT"], demo_upstream.port)]
    demo_upstream.start()
    daemon = start([binary, "run", "-c", CONFIG], env=environment)
    children.insert(0, daemon)
    say("demo", f"gatewatch watches http://127.0.0.1:{ports['QUICKSTART_GATEWAY_PORT']}/, "
                f"an nginx whose upstream is about to fail; Ctrl-C ends it")
    for line in where_to_look(binary, ports):
        say("look", line)

    watcher = threading.Thread(target=lambda: (daemon.wait(), stopping.set()), daemon=True)
    watcher.start()
    told.when_whole_incident_was_told(lambda: [
        say("demo", "that was one whole incident, told on both channels; it goes on until Ctrl-C"),
        *(say("look", line) for line in where_to_look(binary, ports))])
    stopping.wait()
    ended_by_itself = daemon.poll() is not None
    end(children)
    demo_upstream.stop()
    mail.stop()
    say("demo", "ended; what was stored stays in var/quickstart.db")
    lock.close()
    return daemon.returncode if ended_by_itself else 0


if __name__ == "__main__":
    sys.exit(main())
