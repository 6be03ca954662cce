# SPDX-License-Identifier: MIT
"""An upstream that fails on a schedule: it stops listening, as a crashed application does."""

import http.server
import threading

# Seconds of health before the first failure, of each failure, and of health after it.
HEALTHY_FIRST = 10
FAILING = 12
HEALTHY_BETWEEN = 30


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"the demo shop is open\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Upstream:
    """Listens on a free loopback port, `port`, which stays its own while it fails."""

    def __init__(self, say):
        self._say = say
        self._stopping = threading.Event()
        self._server = self._listen(0)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._follow_schedule, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        self._stopping.set()
        self._thread.join()

    @staticmethod
    def _listen(port):
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), _Handler)

    def _serve(self, seconds):
        """Answers for that long, then closes the listening socket."""
        server = self._server or self._listen(self.port)
        self._server = None
        worker = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        worker.start()
        self._stopping.wait(seconds)
        server.shutdown()
        worker.join()
        server.server_close()

    def _follow_schedule(self):
        seconds = HEALTHY_FIRST
        while not self._stopping.is_set():
            self._serve(seconds)
            if self._stopping.is_set():
                return
            self._say("upstream", f"stops listening for {FAILING} s: nginx answers 502 now")
            self._stopping.wait(FAILING)
            self._say("upstream", f"is back for {HEALTHY_BETWEEN} s")
            seconds = HEALTHY_BETWEEN
