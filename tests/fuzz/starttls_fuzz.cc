// SPDX-License-Identifier: MIT
//
// Any bytes through StartTlsTalk: within its limits it says a bounded number of things, ends in one
// of its states, and takes nothing behind the go-ahead. Byte by byte, no split is looser.
#include "core/assert.h"
#include "core/text.h"
#include "probe/kinds/starttls.h"
#include "tests/fuzz/fuzz_input.h"

namespace gatewatch::fuzz {
namespace {

using probe::StartTls;
using probe::StartTlsTalk;
using State = StartTlsTalk::State;

constexpr size_t kMostRepeated = size_t{32} * 1024;
constexpr size_t kMostSaid = 64;

template <typename NextSize>
State talk(StartTls protocol, std::string_view bytes, NextSize next_size) {
  StartTlsTalk talk(protocol);
  std::string said = talk.take_output();
  size_t taken = 0;
  while (taken < bytes.size() && talk.state() != State::Failed) {
    const bool had_ended = talk.state() == State::Go;
    const std::string_view piece = bytes.substr(taken, next_size(bytes.size() - taken));
    const State state = talk.take(piece);
    GW_ASSERT(state == talk.state());
    GW_ASSERT(!had_ended || state == State::Failed);
    GW_ASSERT((state == State::Failed) == !talk.error().empty());
    GW_ASSERT(is_printable_utf8(talk.error()) && talk.error().size() <= 2 * kMaxRemoteText);
    said += talk.take_output();
    taken += piece.size();
  }
  GW_ASSERT(said.size() <= kMostSaid && !talk.awaited().empty());
  GW_ASSERT(talk.state() == State::Failed || bytes.size() <= probe::kMaxStartTlsBytes);
  return talk.state();
}

}  // namespace
}  // namespace gatewatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gatewatch::fuzz;
  FuzzInput input(data, size);
  const unsigned seed = input.control();
  const size_t most = 1 + input.control() % 64;
  const auto protocol = static_cast<StartTls>(input.control() % 5);
  const std::string bytes = with_repetition(input, kMostRepeated);
  const State state = talk(protocol, bytes, PieceSizes(seed, most));
  const State slow = talk(protocol, bytes, [](size_t) { return size_t{1}; });
  GW_ASSERT(state == State::Failed || state == slow);
  return 0;
}
