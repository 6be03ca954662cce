# SPDX-License-Identifier: MIT
"""Apache with a ProxyPass for each fault."""

from harness.gateways import find_program
from lab.gateway import TIMEOUT_MS, LabGateway

_MODULES = ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_balancer",
            "lbmethod_byrequests", "slotmem_shm", "socache_shmcb", "ssl", "headers")
_FOLDER_OF_MODULES = "/usr/lib/apache2/modules"

_FRAME = """\
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
{modules}
StartServers 1
ServerLimit 2
ThreadsPerChild 32
MaxRequestWorkers 64
ErrorLog {folder}/error.log
ErrorLogFormat "[%{{u}}t] [%-m:%l] [pid %P:tid %T] [id\\ %{{X-Request-Id}}i] %7F: %E: [client\\ %a] %M"
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\" \
request_id=\\"%{{X-Request-Id}}i\\"" lab
CustomLog {folder}/access.log lab
Timeout 10
ProxyTimeout {seconds}
SSLProxyEngine on
SSLProxyVerify require
SSLProxyCACertificateFile {ca}
SSLProxyCheckPeerName on
{more}
{passes}
"""
_OPTIONS = f"connectiontimeout={TIMEOUT_MS}ms timeout=1 retry=0 disablereuse=On"


class ApacheGateway(LabGateway):
    name = "apache2"
    product = "apache"
    log_kinds = {"error.log": "apache", "access.log": "apache-access"}
    own_faults = {"worker_in_error_again": ("upstream_marked_down", 1)}

    def __init__(self, *arguments, more="", **options):
        self.more = more
        super().__init__(*arguments, **options)

    def write_configuration(self):
        passes = [self._pass(fault) for fault in self.faults.values()]
        if self.all_to:
            passes = [f"ProxyPass / http://{self.all_to}/ {_OPTIONS}"]
        else:
            for name in self.own_faults:
                passes.append(f"<Proxy balancer://{name}>\n  BalancerMember "
                              f"http://127.0.0.1:{self.closed_port} retry=60\n"
                              "  ProxySet forcerecovery=Off\n</Proxy>\n"
                              f"ProxyPass /{name} balancer://{name}/")
        self.write("apache.conf", _FRAME.format(
            folder=self.folder, port=self.port, seconds=1,
            ca=self.setting.authority.certificate, more=self.more,
            modules="\n".join(f"LoadModule {name}_module {_FOLDER_OF_MODULES}/mod_{name}.so"
                              for name in _MODULES),
            # The longest path first: of several that fit the first one counts.
            passes="\n".join(sorted(passes, key=len, reverse=True))))

    @staticmethod
    def _pass(fault):
        to = f"{'https' if fault.tls else 'http'}://{fault.to}/{fault.name}"
        if fault.is_unix:
            to = f"unix:{fault.path}|http://localhost/{fault.name}"
        return (f"<Location /{fault.name}>\n  ProxyPass {to} {_OPTIONS}\n</Location>")

    def command(self):
        return [find_program("apache2"), "-d", self.folder, "-f", self.folder / "apache.conf",
                "-DFOREGROUND"]
