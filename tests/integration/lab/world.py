# SPDX-License-Identifier: MIT
"""The whole lab: upstreams, gateways and gatewatch in a network of their own, where the machine
permits one. Nothing leaves the loopback either way."""

import concurrent.futures
import dataclasses
import pathlib
import resource

from harness.network import NotPermitted, enter_own_network
from harness.tls import Authority
from lab.apache import ApacheGateway
from lab.caddy import CaddyGateway
from lab.dns import NoNames
from lab.haproxy import HaProxyGateway
from lab.nginx import NginxGateway
from lab.upstreams import Upstreams
from lab.varnish import VarnishGateway

KINDS = (NginxGateway, HaProxyGateway, ApacheGateway, VarnishGateway, CaddyGateway)

# Few enough to be used up, and as many connections are held as there are.
_PORTS = (33000, 33399)
_own_network = None


def enter_network():
    """Whether the process is in a network of its own now. To be called before there are threads."""
    global _own_network
    if _own_network is None:
        try:
            enter_own_network({"ip_local_port_range": f"{_PORTS[0]} {_PORTS[1]}"})
            _own_network = True
        except NotPermitted:
            _own_network = False
    return _own_network


@dataclasses.dataclass(frozen=True)
class Setting:
    """What every gateway is told."""
    authority: Authority
    dns_port: int


class World:
    """Gateways are started on demand, by kind."""

    def __init__(self, folder):
        own_network = enter_network()
        # Gateways that raise their own limit do so to ours.
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o755)
        self.authority = Authority(self.folder / "authority")
        self._names = NoNames()
        self._started = 0
        self._gateways = []
        ports = _PORTS[1] - _PORTS[0] + 1 if own_network else None
        self.upstreams = Upstreams(self.folder / "upstreams", self.authority, ports, own_network)
        self.setting = Setting(self.authority, self._names.port)

    def start(self, kind, **options):
        self._started += 1
        gateway = kind(self.folder / f"{kind.name}{self._started}", self.upstreams.faults,
                       self.setting, **options)
        self._gateways.append(gateway)
        return gateway

    def start_all(self, kinds=KINDS):
        """One after the other: what a thread starts ends with that thread."""
        return [self.start(kind) for kind in kinds]

    def end(self, gateway):
        """Before the end of all."""
        self._gateways.remove(gateway)
        gateway.close()

    def close(self):
        in_parallel(lambda gateway: gateway.close(), self._gateways)
        self.upstreams.close()
        self._names.close()


def in_parallel(function, items):
    """[function(item)] of all, in their order."""
    items = list(items)
    if not items:
        return []
    with concurrent.futures.ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(function, items))
