# SPDX-License-Identifier: MIT
"""What the integration tests stand on: real gateways, a scripted upstream, receivers of alerts, and
the daemon itself as a process. Everything listens on loopback, on ports found free, and keeps its
files in a folder that goes away with the test. Nothing here sleeps but waiting.wait_until().
"""

from harness.case import QUICK_RULE, Case, quick_target, webhook_channel
from harness.daemon import Daemon, binary, run_verb
from harness.dns import NameServer
from harness.gateways import HaProxy, Nginx, Proxy
from harness.smtp import SmtpServer
from harness.tls import Authority
from harness.upstream import Upstream
from harness.waiting import free_port, stays, wait_until
from harness.webhook import WebhookReceiver

__all__ = [
    "QUICK_RULE", "Authority", "Case", "Daemon", "HaProxy", "NameServer", "Nginx", "Proxy",
    "SmtpServer", "Upstream", "WebhookReceiver", "binary", "free_port", "quick_target", "run_verb",
    "stays", "wait_until", "webhook_channel",
]
