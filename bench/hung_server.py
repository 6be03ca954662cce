# SPDX-License-Identifier: MIT
"""hung_server.py PORT ADDRESS...: accepts connections, reads nothing, says nothing, and forgets
them when the other side has closed."""

import select
import socket
import sys


def main():
    port = int(sys.argv[1])
    poll = select.epoll()
    listeners, held = {}, {}
    for address in sys.argv[2:]:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(4096)
        listeners[listener.fileno()] = listener
        poll.register(listener, select.EPOLLIN)
    while True:
        for number, _ in poll.poll():
            if number in listeners:
                connection, _ = listeners[number].accept()
                held[connection.fileno()] = connection
                poll.register(connection, select.EPOLLRDHUP)
            else:
                poll.unregister(number)
                held.pop(number).close()


if __name__ == "__main__":
    main()
