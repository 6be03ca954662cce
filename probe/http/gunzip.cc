// SPDX-License-Identifier: MIT
#include "probe/http/gunzip.h"

#define ZLIB_CONST  // zlib does not write to its input
#include <zlib.h>

#include <array>
#include <new>

#include "core/assert.h"
#include "probe/http/http_framing.h"
#include "probe/http/http_line.h"

namespace gatewatch::probe {
namespace {

constexpr int kGzipOnly = 16;  // added to the window's size for zlib
constexpr size_t kStepBytes = size_t{16} * 1024;
constexpr std::string_view kMagic = "\x1f\x8b";

// zlib's state, and where it stands in the input.
class Inflater {
 public:
  explicit Inflater(std::string_view packed) {
    stream_.next_in = reinterpret_cast<const Bytef*>(packed.data());
    stream_.avail_in = static_cast<uInt>(packed.size());
    if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Appends at most kStepBytes; zlib's code.
  int step(std::string& out) {
    stream_.next_out = buffer_.data();
    stream_.avail_out = kStepBytes;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    out.append(reinterpret_cast<const char*>(buffer_.data()), kStepBytes - stream_.avail_out);
    return code;
  }

  // After the end of a member: whether another one follows, which is then begun.
  bool begin_next_member() {
    const std::string_view rest(reinterpret_cast<const char*>(stream_.next_in), stream_.avail_in);
    return rest.starts_with(kMagic) && inflateReset(&stream_) == Z_OK;
  }

 private:
  z_stream stream_{};
  std::array<Bytef, kStepBytes> buffer_;
};

}  // namespace

std::expected<DecodedBody, std::string_view> gunzip(const CodedBody& body) {
  GW_ASSERT(body.bytes.size() <= kMaxBodyBytes);
  if (!body.bytes.starts_with(kMagic.substr(0, body.bytes.size()))) {
    return std::unexpected("the body is not gzip");
  }
  Inflater inflater(body.bytes);
  DecodedBody plain;
  plain.bytes.reserve(kMaxBodyBytes + kStepBytes);
  while (true) {
    const int code = inflater.step(plain.bytes);
    if (plain.bytes.size() > kMaxBodyBytes) {
      plain.bytes.resize(kMaxBodyBytes);
      plain.is_cut = true;
      return plain;
    }
    switch (code) {
      case Z_OK:
        break;
      case Z_STREAM_END:
        if (!inflater.begin_next_member()) {
          plain.is_cut = body.is_cut;
          return plain;
        }
        break;
      case Z_BUF_ERROR:
        if (body.is_cut) {
          plain.is_cut = true;
          return plain;
        }
        return std::unexpected("the gzip body ends early");
      case Z_MEM_ERROR:
        throw std::bad_alloc();
      default:
        return std::unexpected("the gzip body is corrupt");
    }
  }
}

std::expected<DecodedBody, std::string_view> decode_content(std::string_view content_encoding,
                                                            const CodedBody& body) {
  std::string_view coding;
  bool nested = false;
  for_each_element(content_encoding, [&](std::string_view element) {
    if (!element.empty() && !equal_ignoring_case(element, "identity")) {
      nested = nested || !coding.empty();
      coding = element;
    }
  });
  if (nested) {
    return std::unexpected("more than one content coding");
  }
  if (coding.empty() || body.bytes.empty()) {
    return DecodedBody{std::string(body.bytes), body.is_cut};
  }
  if (!equal_ignoring_case(coding, "gzip") && !equal_ignoring_case(coding, "x-gzip")) {
    return std::unexpected("a content coding other than gzip");
  }
  return gunzip(body);
}

}  // namespace gatewatch::probe
