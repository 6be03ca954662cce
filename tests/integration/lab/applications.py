# SPDX-License-Identifier: MIT
"""Answers of applications that themselves say 502 and the like, in the forms that frameworks give
them."""

from lab.answers import answer

_DATE = "Date: Mon, 23 Nov 2026 15:00:00 GMT"
_TEXT = "Content-Type: text/plain; charset=utf-8"
_HTML = "Content-Type: text/html; charset=utf-8"
_JSON = "Content-Type: application/json"
_EXPRESS = "X-Powered-By: Express"


def _bad_gateway(body, *fields):
    return answer(502, "Bad Gateway", body, *fields)


ANSWERS = {
    "express_send_status": _bad_gateway(b"Bad Gateway", _EXPRESS, _TEXT, 'ETag: W/"b-2hlvtk"',
                                        _DATE),
    "express_end": answer(503, "Service Unavailable", b"", _EXPRESS, _DATE),
    "koa_status": _bad_gateway(b"Bad Gateway", _TEXT, _DATE),
    "node_empty": _bad_gateway(b"", _DATE),
    "starlette_text": answer(504, "Gateway Timeout", b"Gateway Timeout", _DATE, "Server: uvicorn",
                             _TEXT),
    "fastapi_json": _bad_gateway(b'{"detail":"Bad Gateway"}', _DATE, "Server: uvicorn", _JSON),
    "go_http_error": _bad_gateway(b"Bad Gateway\n", _TEXT, "X-Content-Type-Options: nosniff",
                                  _DATE),
    "flask": answer(503, "SERVICE UNAVAILABLE", b"<!doctype html>\n<html lang=en>\n"
                    b"<title>503 Service Unavailable</title>\n<h1>Service Unavailable</h1>\n",
                    "Server: Werkzeug/2.2.2 Python/3.11.2", _DATE, _HTML),
    "rails_html": _bad_gateway(b"<!DOCTYPE html>\n<title>Something went wrong (502)</title>\n",
                               "X-Request-Id: 1-2-3", "X-Runtime: 0.003", _HTML),
    "spring_json": answer(502, "", b'{"status":502,"error":"Bad Gateway","path":"/x"}', _JSON,
                          _DATE),
    "plain_html": _bad_gateway(b"<html><head><title>502 Bad Gateway</title></head><body><center>"
                               b"<h1>502 Bad Gateway</h1></center></body></html>", _HTML),
    "problem_json": answer(503, "Service Unavailable", b'{"type":"about:blank","status":503}',
                           "Content-Type: application/problem+json", "Server: Kestrel", _DATE),
    "php_html": answer(504, "Gateway Timeout", b"<h1>Gateway Timeout</h1>",
                       "X-Powered-By: PHP/8.2.7", _HTML),
    "mentions_nginx": _bad_gateway(b"<h1>Our nginx could not reach the backend</h1>", _HTML),
    "text_like_envoys": answer(503, "Service Unavailable", b"no healthy upstreams known to the app",
                               _TEXT, _DATE),
    "own_500": answer(500, "Internal Server Error", b"Internal Server Error", _TEXT, _DATE),
}
