// SPDX-License-Identifier: MIT
//
// How TLS is spoken to a target: certificates that are trusted and shown, loaded once and shared by
// all connections with the same settings.
//
// Thread: one at a time (the loop's).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

struct ssl_ctx_st;      // NOLINT(readability-identifier-naming): OpenSSL's own
struct ssl_session_st;  // NOLINT(readability-identifier-naming)
struct x509_store_st;   // NOLINT(readability-identifier-naming)

namespace gatewatch::probe {

enum class TlsVersion : uint8_t { Tls12, Tls13 };

struct TlsSettings {
  bool verify = true;            // the certificate: its chain, its dates, its name
  std::string ca_file;           // PEM, trusted instead of the system's; empty: the system's
  std::string certificate_file;  // PEM, with its chain, shown to a server that asks; empty: none
  std::string key_file;          // PEM; empty: in certificate_file
  TlsVersion least = TlsVersion::Tls12;

  auto operator<=>(const TlsSettings&) const = default;
};

// What a later connection to the same server may take up instead of a full handshake.
class TlsSession {
 public:
  TlsSession() = default;
  ~TlsSession() { forget(); }
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  void forget() { keep(nullptr); }
  // Takes over the reference.
  void keep(ssl_session_st* session);
  [[nodiscard]] ssl_session_st* get() const { return session_; }

 private:
  ssl_session_st* session_ = nullptr;
};

class TlsContexts {
 public:
  // Lifetime: the clock outlives it.
  explicit TlsContexts(const Clock& clock);
  ~TlsContexts();
  TlsContexts(const TlsContexts&) = delete;
  TlsContexts& operator=(const TlsContexts&) = delete;

  // The context for these settings. Reads the files at the first call, and looks after refresh(),
  // or when they have been in use for kRefreshEvery, whether one of them is another or was written
  // since: only then it reads them again (where that fails the old ones stay in use). The error
  // names the file. A context stays valid as long as a connection holds it (SSL_new() takes a
  // reference).
  [[nodiscard]] std::expected<ssl_ctx_st*, std::string> find(const TlsSettings& settings);

  // Has each file looked at when it is next needed, and forgets what was not asked for since the
  // refresh before.
  void refresh();

  static constexpr Duration kRefreshEvery = std::chrono::hours(24);
  static constexpr Duration kUnsettled = std::chrono::seconds(1);
  static constexpr size_t kMaxContexts = 1'024;  // more: those are made anew for each connection

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  struct FreeStore {
    void operator()(x509_store_st* store) const;
  };
  using Context = std::unique_ptr<ssl_ctx_st, FreeContext>;
  using Store = std::unique_ptr<x509_store_st, FreeStore>;
  // What tells a file from another, or from what it was before it was written. Empty: there is
  // none, or it was written within kUnsettled, so that a next write might leave the same times.
  struct Stamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size = 0;  // bytes
    int64_t modified_ns = 0;
    int64_t changed_ns = 0;  // contents or attributes
    bool operator==(const Stamp&) const = default;
  };
  using Stamps = std::vector<std::optional<Stamp>>;
  struct Entry {
    Context context;
    Stamps stamps;
    SteadyTime look_again_at;
    bool used = true;  // since the last refresh
  };

  [[nodiscard]] std::optional<Stamp> stamp_of(const std::string& file) const;
  [[nodiscard]] Stamps stamps_of(const TlsSettings& settings) const;
  [[nodiscard]] static bool are_same(const Stamps& before, const Stamps& now);
  [[nodiscard]] std::expected<Context, std::string> make(const TlsSettings& settings);
  [[nodiscard]] std::expected<x509_store_st*, std::string> store_for(const std::string& ca_file);

  const Clock& clock_;
  std::map<TlsSettings, Entry> contexts_;
  Context transient_;  // the newest beyond kMaxContexts
  // The system's, which many contexts share; parsing it takes tens of milliseconds.
  Store system_store_;
  std::optional<Stamp> system_store_stamp_;
  SteadyTime system_store_again_at_;  // till then it is used without its file, too
};

// What a peer may send before its handshake is done: OpenSSL goes on with messages that mean
// nothing (HelloRequest of TLS 1.2) for as long as they come, without a return.
inline constexpr uint64_t kMaxHandshakeBytes = 128 * 1024;
// The same on a whole connection, where the reader of what is within does not return either
// (libcurl with the frames of HTTP/2).
inline constexpr uint64_t kMaxConnectionBytes = 1024 * 1024;

enum class TlsLimit : uint8_t { Handshake, Connection };

// Has every connection of `context` end as if its peer had closed it, once that has sent more.
void limit_peer(ssl_ctx_st* context, TlsLimit limit);

// The file with the certificates that this system trusts.
[[nodiscard]] std::string system_ca_file();

}  // namespace gatewatch::probe
