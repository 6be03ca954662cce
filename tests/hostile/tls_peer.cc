// SPDX-License-Identifier: MIT
//
// The first flight is made in memory: the client's hello is read from the socket by hand and put
// into OpenSSL, and what OpenSSL would answer is taken out in pieces.
#include "tests/hostile/tls_peer.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "tests/hostile/steps.h"

namespace gatewatch::testing {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

int select_h2(SSL* /*ssl*/, const unsigned char** selected, unsigned char* length,
              const unsigned char* /*offered*/, unsigned /*offered_length*/, void* /*argument*/) {
  static constexpr std::array<unsigned char, 2> kH2{'h', '2'};
  *selected = kH2.data();
  *length = kH2.size();
  return SSL_TLSEXT_ERR_OK;
}

Context make_context(const TlsPeer& peer) {
  Context context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX_use_certificate_chain_file(context.get(), peer.certificate.certificate_file.c_str());
  SSL_CTX_use_PrivateKey_file(context.get(), peer.certificate.key_file.c_str(), SSL_FILETYPE_PEM);
  switch (peer.version) {
    case TlsPeer::Version::Any:
      break;
    case TlsPeer::Version::Only1_0:
      SSL_CTX_set_security_level(context.get(), 0);  // the least at which it is allowed
      SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
      SSL_CTX_set_max_proto_version(context.get(), TLS1_VERSION);
      break;
    case TlsPeer::Version::Only1_2:
      SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
      break;
    case TlsPeer::Version::Only1_3:
      SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
      break;
  }
  if (peer.selects_h2) {
    SSL_CTX_set_alpn_select_cb(context.get(), &select_h2, nullptr);
  }
  return context;
}

bool write_all(SSL* ssl, std::string_view text) {
  return SSL_write(ssl, text.data(), static_cast<int>(text.size())) ==
         static_cast<int>(text.size());
}

bool read_head(SSL* ssl) {
  std::string head;
  std::array<char, 1024> buffer{};
  while (head.find("\r\n\r\n") == std::string::npos) {
    const int count = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
    if (count <= 0) {
      return false;
    }
    head.append(buffer.data(), static_cast<size_t>(count));
  }
  return true;
}

bool end_in_order(SSL* ssl) {
  SSL_shutdown(ssl);
  return false;
}

// What OpenSSL answers to the bytes that come first.
std::string first_flight(SSL* ssl, int socket) {
  BIO* from_client = BIO_new(BIO_s_mem());
  BIO* to_client = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, from_client, to_client);
  std::array<char, 4096> hello{};
  const ssize_t count = recv(socket, hello.data(), hello.size(), 0);
  if (count <= 0) {
    return {};
  }
  BIO_write(from_client, hello.data(), static_cast<int>(count));
  SSL_accept(ssl);  // goes as far as it can
  std::string flight(BIO_ctrl_pending(to_client), '\0');
  BIO_read(to_client, flight.data(), static_cast<int>(flight.size()));
  return flight;
}

}  // namespace

Step speak_tls(TlsPeer peer, TlsTalk talk) {
  return perform([peer = std::move(peer), talk = std::move(talk)](int socket) {
    const Context context = make_context(peer);
    const Session session(SSL_new(context.get()), &SSL_free);
    SSL_set_fd(session.get(), socket);
    return SSL_accept(session.get()) == 1 && talk(session.get());
  });
}

Step begin_tls(TlsPeer peer, size_t bytes, Duration every) {
  return perform([peer = std::move(peer), bytes, every](int socket) {
    const Context context = make_context(peer);
    const Session session(SSL_new(context.get()), &SSL_free);
    const std::string flight = first_flight(session.get(), socket).substr(0, bytes);
    return drip(flight, every).action(socket);
  });
}

TlsTalk tls_says(std::string text) {
  return [text = std::move(text)](SSL* ssl) {
    return read_head(ssl) && write_all(ssl, text) && end_in_order(ssl);
  };
}

TlsTalk tls_says_and_drops(std::string text) {
  return [text = std::move(text)](SSL* ssl) {
    return read_head(ssl) && write_all(ssl, text) && false;
  };
}

TlsTalk tls_begins_with(std::string text) {
  return [text = std::move(text)](SSL* ssl) {
    write_all(ssl, text);
    while (read_head(ssl)) {
    }
    return false;
  };
}

TlsTalk tls_floods_with(std::string text, std::string more) {
  return [text = std::move(text), more = std::move(more)](SSL* ssl) {
    bool goes_on = write_all(ssl, text);
    while (goes_on) {
      goes_on = write_all(ssl, more);
    }
    return false;
  };
}

TlsTalk tls_floods_with_tickets() {
  return [](SSL* ssl) {
    // A ticket that cannot be sent is no error to OpenSSL.
    while (wait_unless_closed(SSL_get_fd(ssl), Duration::zero()) &&
           SSL_new_session_ticket(ssl) == 1 && SSL_do_handshake(ssl) == 1) {
    }
    return false;
  };
}

TlsTalk tls_floods_with_key_updates() {
  return [](SSL* ssl) {
    while (SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl) == 1) {
    }
    return false;
  };
}

TlsTalk tls_renegotiates(std::string text) {
  return [text = std::move(text)](SSL* ssl) {
    return read_head(ssl) && SSL_renegotiate(ssl) == 1 && SSL_do_handshake(ssl) == 1 &&
           write_all(ssl, text) && end_in_order(ssl);
  };
}

}  // namespace gatewatch::testing
