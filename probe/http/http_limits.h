// SPDX-License-Identifier: MIT
//
// How much of one HTTP answer is taken, whatever its sender would like. Where a limit on the head
// is broken, the answer is no HTTP; where one on the framing of the body is, the body is broken.
#pragma once

#include <cstddef>

namespace gatewatch::probe {

// Of all heads of one answer, interim ones too, with their line ends.
inline constexpr size_t kMaxHeadBytes = size_t{64} * 1024;
inline constexpr size_t kMaxHeadFields = 500;  // in each head
inline constexpr size_t kMaxInterimAnswers = 10;
inline constexpr size_t kMaxBlankLines = 4;  // before the status lines of one answer

// Of a body, without the framing of its chunks: then the answer counts as complete. And of what a
// body is once its content coding is taken off.
inline constexpr size_t kMaxBodyBytes = size_t{256} * 1024;

inline constexpr size_t kMaxChunkSizeDigits = 16;  // leading zeros too
// Of all chunks of one body: what stands between their sizes and the ends of those lines.
inline constexpr size_t kMaxChunkExtensionBytes = size_t{16} * 1024;
inline constexpr size_t kMaxTrailerBytes = size_t{8} * 1024;  // line ends too

}  // namespace gatewatch::probe
