// SPDX-License-Identifier: MIT
#include "probe/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/assert.h"
#include "core/log.h"
#include "core/text.h"

namespace gatewatch::probe {
namespace {

// Why the last call into OpenSSL failed; forgets it.
std::string last_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  std::string text = reason != nullptr ? reason : "error " + std::to_string(code);
  ERR_clear_error();
  return printable(text);
}

// Called for each session that a server offers; 1 keeps it.
int take_session(SSL* ssl, SSL_SESSION* session) {
  auto* kept = static_cast<TlsSession*>(SSL_get_app_data(ssl));
  if (kept == nullptr) {
    return 0;
  }
  kept->keep(session);
  return 1;
}

// OpenSSL calls this for each record and each message, and looks at the shutdown flag before it
// goes on with the next one.
void count_bytes(int /*is_ours*/, int /*version*/, int /*type*/, const void* /*bytes*/,
                 size_t /*size*/, SSL* ssl, void* whole_connection) {
  const uint64_t most = whole_connection != nullptr ? kMaxConnectionBytes : kMaxHandshakeBytes;
  const bool counts = whole_connection != nullptr || SSL_is_init_finished(ssl) == 0;
  if (counts && BIO_number_read(SSL_get_rbio(ssl)) > most) {
    SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
  }
}

// Anything else (a FIFO, a terminal) might keep its reader waiting.
bool is_plain_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

void limit_peer(SSL_CTX* context, TlsLimit limit) {
  SSL_CTX_set_msg_callback(context, &count_bytes);
  SSL_CTX_set_msg_callback_arg(context, limit == TlsLimit::Connection ? context : nullptr);
}

std::string system_ca_file() {
  if (const char* file = std::getenv("SSL_CERT_FILE")) {
    return file;
  }
  static constexpr std::array<const char*, 3> kUsual{"/etc/ssl/certs/ca-certificates.crt",
                                                     "/etc/pki/tls/certs/ca-bundle.crt",
                                                     "/etc/ssl/cert.pem"};
  for (const char* file : kUsual) {
    if (access(file, R_OK) == 0) {
      return file;
    }
  }
  return X509_get_default_cert_file();
}

void TlsSession::keep(ssl_session_st* session) {
  SSL_SESSION_free(std::exchange(session_, session));
}

void TlsContexts::FreeContext::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

void TlsContexts::FreeStore::operator()(x509_store_st* store) const {
  X509_STORE_free(store);
}

TlsContexts::TlsContexts(const Clock& clock) : clock_(clock) {}
TlsContexts::~TlsContexts() = default;

std::expected<ssl_ctx_st*, std::string> TlsContexts::find(const TlsSettings& settings) {
  const SteadyTime now = clock_.steady();
  const auto known = contexts_.find(settings);
  if (known != contexts_.end()) {
    known->second.used = true;
    if (now < known->second.look_again_at) {
      return known->second.context.get();
    }
  }
  const SteadyTime again = now + kRefreshEvery;
  Stamps stamps = stamps_of(settings);  // before the files are read: what comes later is noticed
  if (known != contexts_.end() && are_same(known->second.stamps, stamps)) {
    known->second.look_again_at = again;
    return known->second.context.get();
  }
  std::expected<Context, std::string> made = make(settings);
  if (known != contexts_.end()) {
    known->second.look_again_at = again;
    if (made) {
      known->second.context = std::move(*made);
      known->second.stamps = std::move(stamps);
    } else {
      log(LogLevel::Warning, "certificates can't be read again, the old ones stay in use",
          {{"error", made.error()}});
    }
    return known->second.context.get();
  }
  if (!made) {
    return std::unexpected(made.error());
  }
  if (contexts_.size() >= kMaxContexts) {
    transient_ = std::move(*made);
    return transient_.get();
  }
  Entry entry{std::move(*made), std::move(stamps), again};
  return contexts_.emplace(settings, std::move(entry)).first->second.context.get();
}

std::optional<TlsContexts::Stamp> TlsContexts::stamp_of(const std::string& file) const {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) {
    return std::nullopt;
  }
  const auto ns = [](const timespec& time) {
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  const auto age = clock_.wall() - WallTime(std::chrono::microseconds(ns(found.st_ctim) / 1'000));
  if (std::chrono::abs(age) < kUnsettled) {
    return std::nullopt;
  }
  return Stamp{found.st_dev, found.st_ino, found.st_size, ns(found.st_mtim), ns(found.st_ctim)};
}

TlsContexts::Stamps TlsContexts::stamps_of(const TlsSettings& settings) const {
  Stamps stamps;
  if (settings.verify) {
    stamps.push_back(stamp_of(settings.ca_file.empty() ? system_ca_file() : settings.ca_file));
  }
  for (const std::string& file : {settings.certificate_file, settings.key_file}) {
    if (!file.empty()) {
      stamps.push_back(stamp_of(file));
    }
  }
  return stamps;
}

bool TlsContexts::are_same(const Stamps& before, const Stamps& now) {
  return before == now && std::find(now.begin(), now.end(), std::nullopt) == now.end();
}

void TlsContexts::refresh() {
  std::erase_if(contexts_, [](const auto& known) { return !known.second.used; });
  for (auto& [settings, entry] : contexts_) {
    entry.used = false;
    entry.look_again_at = SteadyTime::min();
  }
  system_store_again_at_ = SteadyTime::min();
}

std::expected<x509_store_st*, std::string> TlsContexts::store_for(const std::string& ca_file) {
  const SteadyTime now = clock_.steady();
  const bool is_system = ca_file.empty();
  const std::string file = is_system ? system_ca_file() : ca_file;
  const std::optional<Stamp> stamp = is_system ? stamp_of(file) : std::nullopt;
  if (is_system && system_store_ &&
      (stamp ? stamp == system_store_stamp_ : now < system_store_again_at_)) {
    X509_STORE_up_ref(system_store_.get());
    return system_store_.get();
  }
  if (!is_plain_file(file)) {
    return std::unexpected("cannot read the certificates of " + file + ": not a file");
  }
  Store store(X509_STORE_new());
  GW_ASSERT(store != nullptr);
  if (X509_STORE_load_file(store.get(), file.c_str()) != 1) {
    return std::unexpected("cannot read the certificates of " + file + ": " + last_error());
  }
  if (!is_system) {
    return store.release();
  }
  X509_STORE_up_ref(store.get());
  system_store_ = std::move(store);
  system_store_stamp_ = stamp;
  system_store_again_at_ = now + kRefreshEvery;
  return system_store_.get();
}

std::expected<TlsContexts::Context, std::string> TlsContexts::make(const TlsSettings& settings) {
  Context context(SSL_CTX_new(TLS_client_method()));
  GW_ASSERT(context != nullptr);
  SSL_CTX* ctx = context.get();
  SSL_CTX_set_min_proto_version(
      ctx, settings.least == TlsVersion::Tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // Without AUTO_RETRY a record that is no data ends a read, so that a server that sends nothing
  // else does not hold the loop.
  SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Many servers end a connection without close_notify; whether a body is whole, HTTP tells.
  SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ctx, &take_session);
  SSL_CTX_set_verify(ctx, settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (settings.verify) {
    const std::expected<X509_STORE*, std::string> store = store_for(settings.ca_file);
    if (!store) {
      return std::unexpected(store.error());
    }
    SSL_CTX_set_cert_store(ctx, *store);
  }
  limit_peer(ctx, TlsLimit::Handshake);
  // Nobody is there to be asked for the words that a key is encrypted with.
  SSL_CTX_set_default_passwd_cb(ctx, [](char*, int, int, void*) { return 0; });
  for (const std::string& file : {settings.certificate_file, settings.key_file}) {
    if (!file.empty() && !is_plain_file(file)) {
      return std::unexpected("cannot use " + file + ": not a file");
    }
  }
  if (!settings.certificate_file.empty()) {
    const std::string& key =
        settings.key_file.empty() ? settings.certificate_file : settings.key_file;
    if (SSL_CTX_use_certificate_chain_file(ctx, settings.certificate_file.c_str()) != 1) {
      return std::unexpected("cannot use the certificate of " + settings.certificate_file + ": " +
                             last_error());
    }
    if (SSL_CTX_use_PrivateKey_file(ctx, key.c_str(), SSL_FILETYPE_PEM) != 1) {
      return std::unexpected("cannot use the key of " + key + ": " + last_error());
    }
  }
  return context;
}

}  // namespace gatewatch::probe
