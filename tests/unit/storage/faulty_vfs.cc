// SPDX-License-Identifier: MIT
#include "tests/unit/storage/faulty_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstddef>
#include <new>

namespace gatewatch::storage::testing {
namespace {

// SQLite knows one such disk by name, so its state is one for the process.
sqlite3_vfs faulty;
sqlite3_vfs* below = nullptr;
std::mutex hook_mutex;
FaultyVfs::Hook current_hook;
std::atomic<int> open_count{0};

struct File {
  sqlite3_file base;
  const char* name;
  sqlite3_file* real;
};

size_t real_offset() {
  constexpr size_t kAlign = alignof(std::max_align_t);
  return (sizeof(File) + kAlign - 1) / kAlign * kAlign;
}

File* of(sqlite3_file* file) {
  return reinterpret_cast<File*>(file);
}
sqlite3_file* real_of(sqlite3_file* file) {
  return of(file)->real;
}

int ask_hook(FaultyVfs::Operation operation, sqlite3_file* file) {
  FaultyVfs::Hook hook;
  {
    const std::lock_guard lock(hook_mutex);
    hook = current_hook;
  }
  return hook ? hook(operation, of(file)->name == nullptr ? "" : of(file)->name) : SQLITE_OK;
}

int on_close(sqlite3_file* file) {
  const int code = real_of(file)->pMethods->xClose(real_of(file));
  --open_count;
  return code;
}
int on_read(sqlite3_file* file, void* bytes, int length, sqlite3_int64 offset) {
  return real_of(file)->pMethods->xRead(real_of(file), bytes, length, offset);
}
int on_write(sqlite3_file* file, const void* bytes, int length, sqlite3_int64 offset) {
  const int code = ask_hook(FaultyVfs::Operation::Write, file);
  return code != SQLITE_OK ? code
                           : real_of(file)->pMethods->xWrite(real_of(file), bytes, length, offset);
}
int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
int on_sync(sqlite3_file* file, int flags) {
  const int code = ask_hook(FaultyVfs::Operation::Sync, file);
  return code != SQLITE_OK ? code : real_of(file)->pMethods->xSync(real_of(file), flags);
}
int on_file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int on_lock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}
int on_unlock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int on_check_lock(sqlite3_file* file, int* held) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}
int on_control(sqlite3_file* file, int operation, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
int on_sector_size(sqlite3_file* file) {
  return real_of(file)->pMethods->xSectorSize(real_of(file));
}
int on_characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
int on_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  const int code = ask_hook(FaultyVfs::Operation::MapIndex, file);
  return code != SQLITE_OK
             ? code
             : real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}
int on_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void on_shm_barrier(sqlite3_file* file) {
  real_of(file)->pMethods->xShmBarrier(real_of(file));
}
int on_shm_unmap(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

const sqlite3_io_methods kMethods{
    2,
    on_close,
    on_read,
    on_write,
    on_truncate,
    on_sync,
    on_file_size,
    on_lock,
    on_unlock,
    on_check_lock,
    on_control,
    on_sector_size,
    on_characteristics,
    on_shm_map,
    on_shm_lock,
    on_shm_barrier,
    on_shm_unmap,
    nullptr,
    nullptr,
};

int on_open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out) {
  auto* ours = new (file) File{{nullptr}, name, nullptr};
  ours->real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) + real_offset());
  const int code = below->xOpen(below, name, ours->real, flags, out);
  if (code == SQLITE_OK) {
    ++open_count;
    ours->base.pMethods = &kMethods;
  }
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)) {
  below = real_;
  faulty = *real_;
  faulty.zName = "faulty";
  faulty.szOsFile = real_->szOsFile + static_cast<int>(real_offset());
  faulty.xOpen = on_open;
  sqlite3_vfs_register(&faulty, 1);
}

FaultyVfs::~FaultyVfs() {
  set_hook(nullptr);
  sqlite3_vfs_unregister(&faulty);
  sqlite3_vfs_register(real_, 1);
}

void FaultyVfs::set_hook(Hook hook) {
  const std::lock_guard lock(hook_mutex);
  current_hook = std::move(hook);
}

int FaultyVfs::open_files() const {
  return open_count;
}

}  // namespace gatewatch::storage::testing
