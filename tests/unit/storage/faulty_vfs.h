// SPDX-License-Identifier: MIT
//
// A disk for SQLite that fails or hangs on demand: while an object lives, every file that is opened
// goes through it on its way to the real one.
//
// Thread: the hook runs on the thread that uses the disk. Lifetime: outlives its open files.
#pragma once

#include <functional>
#include <mutex>
#include <string>

struct sqlite3_vfs;

namespace gatewatch::storage::testing {

class FaultyVfs {
 public:
  enum class Operation { Write, Sync, MapIndex };
  // Returns an SQLite result code; 0 lets the operation pass.
  using Hook = std::function<int(Operation operation, const std::string& file)>;

  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  void set_hook(Hook hook);
  [[nodiscard]] int open_files() const;

 private:
  sqlite3_vfs* real_;
};

}  // namespace gatewatch::storage::testing
