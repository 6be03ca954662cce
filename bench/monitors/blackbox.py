# SPDX-License-Identifier: MIT
"""Prometheus' blackbox exporter, alone and with the Prometheus that asks it and stores what it
says, as Debian packages them."""

import os
import subprocess
import time

from harness import process
from harness.waiting import free_port, is_listening, wait_until
from meter import Window

_SCRAPE = """\
- job_name: {name}
  scrape_interval: {interval}s
  scrape_timeout: {interval}s
  metrics_path: /probe
  params: {{module: [http]}}
  static_configs:
  - targets: [{targets}]
  relabel_configs:
  - {{source_labels: [__address__], target_label: __param_target}}
  - {{source_labels: [__param_target], target_label: instance}}
  - {{target_label: __address__, replacement: '127.0.0.1:{exporter}'}}
"""
_HUNG_INTERVAL = 10  # a scrape cannot time out later than the next one


def _scrape(name, interval, exporter, urls):
    return _SCRAPE.format(name=name, interval=interval, exporter=exporter, targets=", ".join(urls))


def measure(world, job):
    folder = world.new_folder("blackbox")
    exporter_port, port = free_port(), free_port()
    modules = folder / "blackbox.yml"
    modules.write_text("modules: {http: {prober: http, timeout: 10s, "
                       "http: {preferred_ip_protocol: ip4}}}\n")
    jobs = _scrape("targets", 1, exporter_port,
                   [world.nginx.url(i, job.tls) for i in range(job.targets)])
    if job.hung:
        jobs += _scrape("hung", _HUNG_INTERVAL, exporter_port,
                        [world.hung.url(i, job.tls) for i in range(job.hung)])
    config = folder / "prometheus.yml"
    config.write_text("scrape_configs:\n" + jobs)
    started = []

    def spawn(*command, **options):
        started.append(process.spawn(command, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL, **options))
        return started[-1].pid

    try:
        exporter = spawn("prometheus-blackbox-exporter", f"--config.file={modules}",
                         f"--web.listen-address=127.0.0.1:{exporter_port}", "--log.level=error",
                         env={**os.environ, "SSL_CERT_FILE": str(world.nginx.ca_file)})
        wait_until(lambda: is_listening(exporter_port), "the exporter listens")
        before = world.nginx.requests()
        prometheus = spawn("prometheus", f"--config.file={config}",
                           f"--storage.tsdb.path={folder}/data",
                           f"--web.listen-address=127.0.0.1:{port}", "--log.level=error")
        wait_until(lambda: world.nginx.requests() > before + 1, "Prometheus scrapes", 60)
        time.sleep(job.warm_up)
        figures = Window(world.nginx, job, [exporter, prometheus]).wait_and_close()
    finally:
        for one in reversed(started):
            process.end(one)
        world.forget(folder)
    return {"blackbox exporter alone": figures[exporter],
            "blackbox exporter + Prometheus": figures[None]}
