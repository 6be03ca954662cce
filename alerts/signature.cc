// SPDX-License-Identifier: MIT
#include "alerts/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "core/assert.h"

namespace gatewatch::alerts {
namespace {

constexpr std::string_view kKeyPrefix = "whsec_";
constexpr std::string_view kBase64Letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kLongestKeyText = (kLongestKey + 2) / 3 * 4;
constexpr size_t kDigestSize = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::optional<Secret> parse_signing_key(std::string_view text) {
  if (!text.starts_with(kKeyPrefix)) {
    return std::nullopt;
  }
  text.remove_prefix(kKeyPrefix.size());
  if (text.size() % 4 != 0 || text.empty() || text.size() > kLongestKeyText) {
    return std::nullopt;
  }
  const size_t letters = text.find_last_not_of('=') + 1;
  const size_t padding = text.size() - letters;
  if (padding > 2 || text.find_first_not_of(kBase64Letters) < letters) {
    return std::nullopt;
  }
  std::array<unsigned char, kLongestKeyText> decoded{};
  const int length = EVP_DecodeBlock(decoded.data(), bytes_of(text), static_cast<int>(text.size()));
  GW_ASSERT(length >= 0);
  const size_t size = static_cast<size_t>(length) - padding;
  if (size < kShortestKey || size > kLongestKey) {
    return std::nullopt;
  }
  return Secret(std::string(decoded.begin(), decoded.begin() + static_cast<std::ptrdiff_t>(size)));
}

std::string sign(const Secret& key, std::string_view id, std::string_view timestamp,
                 std::string_view body) {
  GW_ASSERT(id.find('.') == std::string_view::npos);
  std::string content(id);
  content.append(".").append(timestamp).append(".").append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const std::string& secret = key.reveal();
  GW_ASSERT(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(content),
                 content.size(), digest.data(), &length) != nullptr);
  GW_ASSERT(length == kDigestSize);
  std::array<unsigned char, (kDigestSize + 2) / 3 * 4 + 1> encoded{};
  const int encoded_length =
      EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(kDigestSize));
  return "v1," + std::string(encoded.begin(), encoded.begin() + encoded_length);
}

}  // namespace gatewatch::alerts
