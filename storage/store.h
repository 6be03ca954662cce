// SPDX-License-Identifier: MIT
//
// The open database, as its one writer uses it: the statements, each meant to run inside a
// Transaction on connection().
//
// Thread: one at a time. Fails: throws SqliteError, and StorageError from opening; after a
// transaction that was not committed forget_ids() must be called.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/incident.h"
#include "core/notification.h"
#include "core/push_state.h"
#include "core/sample.h"
#include "core/time.h"
#include "storage/keepsakes.h"
#include "storage/sqlite.h"
#include "storage/writer.h"

namespace gatewatch::storage {

// Numbers for texts, kept in a table and remembered in memory.
class Dictionary {
 public:
  static constexpr size_t kMaxRemembered = 8'192;

  Dictionary(Connection& connection, const std::string& table, const std::string& column);

  // The number of `text`, which is entered where it is new.
  int64_t id_of(const std::string& text);
  void forget() { ids_.clear(); }

 private:
  Statement find_;
  Statement enter_;
  std::unordered_map<std::string, int64_t> ids_;
};

class Store {
 public:
  // The log is copied into the main file when it has grown by this many pages (4 MiB).
  static constexpr int64_t kCheckpointPages = 1'024;
  // The most microseconds by which a sample is moved to keep its key its own.
  static constexpr int64_t kMaxShift = 1'000;

  // So many answers of failing servers are kept, the newest, give or take a tenth.
  static constexpr int64_t kMaxAnswers = 50'000;

  // So many certificates of one target are kept: a server may show a new one at each handshake.
  static constexpr int64_t kMaxCertificates = 64;

  // Opens, makes or migrates the database and checks it for damage, as long as `hurried` says no.
  // Throws StorageError: Corrupt, Foreign, NewerSchema and what SqliteError knows.
  Store(const std::string& path, const std::function<bool()>& hurried);

  [[nodiscard]] Connection& connection() { return *connection_; }

  // Stores a sample, with the certificate it carries where the target has not shown that before (in
  // the place of the one seen longest ago, where the target has kMaxCertificates);
  // one with the key of another is moved to the next free microsecond. With
  // `again`, one that is there already with all it says is left as it is. False where kMaxShift
  // did not find a place.
  bool put_sample(const Sample& sample, bool again);
  // Stores the incident as it is now (none where its id is empty) and its messages as pending; a
  // message that is there already stays as it is.
  void put_transition(const Transition& transition);
  void put_settlement(const std::string& id, const DeliveryProgress& progress, WallTime now);
  void put_open_incident(const Incident& incident);
  // In the place of what is known of the target; nothing is any more where it is gone.
  void put_job(const PushState& state);

  [[nodiscard]] Keepsakes& keepsakes() { return keepsakes_; }

  // Takes up incidents, notifications and states of jobs that can still be read from a damaged
  // database; returns how many rows of the first two. Never throws for what is damaged there.
  int64_t salvage(Connection& damaged);

  // One piece of prune_rows(), in a transaction of its own. True where more is left.
  bool prune(WallTime before);

  void checkpoint_where_due();
  void forget_ids();

 private:
  // The number of `address`, which a sample of that instant names.
  int64_t use_address(const std::string& address, int64_t at);
  void put_certificate(const Sample& sample, int64_t target, std::optional<int64_t> address);
  void put_evidence(const Sample& sample, int64_t at, int64_t target);
  void put_answer(const Sample& sample, int64_t at, int64_t target);
  [[nodiscard]] bool is_there(const Sample& sample, int64_t at, int64_t target);
  void cut_answers();
  void forget_addresses();

  std::unique_ptr<Connection> connection_;
  int64_t checkpoint_at_ = kCheckpointPages;
  Dictionary targets_;
  Dictionary addresses_;
  Dictionary answerers_;
  Statement use_address_;
  // When the database says that an address was last used, by its number.
  std::unordered_map<int64_t, int64_t> address_used_;
  Statement sample_;
  Statement same_sample_;
  Statement evidence_;
  Statement answer_;
  Statement cut_answers_;
  int64_t answers_since_cut_ = 1;  // an earlier run may have left too many
  Statement certificate_;
  Statement cut_certificates_;
  // When the database says that a target's certificate was last seen, by the target's number and
  // the fingerprint; forgotten where there are too many.
  std::unordered_map<std::string, int64_t> seen_;
  Statement incident_;
  Statement notification_;
  Statement settlement_;
  Statement push_;
  Statement gone_push_;
  Keepsakes keepsakes_;
};

}  // namespace gatewatch::storage
