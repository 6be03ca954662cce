// SPDX-License-Identifier: MIT
//
// HTTP/1.0 has no transfer codings. libcurl would unpack an answer that has one all the same,
// without a limit of time, so that its header is where it is refused.
#include "logs/status_page.h"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::logs {
namespace {

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* pointer) const { Free(pointer); }
};
using UrlHandle = std::unique_ptr<CURLU, Freer<CURLU, curl_url_cleanup>>;
using Easy = std::unique_ptr<CURL, Freer<CURL, curl_easy_cleanup>>;

// A wrong option is our own mistake: the distribution's libcurl knows every one that is used here.
template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  GW_ASSERT(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) {
    return {};
  }
  std::string copy = text;
  curl_free(text);
  return copy;
}

struct Page {
  std::string body;
  std::string error;  // why it was refused
};

size_t take_header(char* data, size_t size, size_t count, void* page_pointer) {
  static constexpr std::string_view kField = "transfer-encoding:";
  const std::string_view line(data, size * count);
  if (line.size() >= kField.size() && ascii_lower(line.substr(0, kField.size())) == kField) {
    static_cast<Page*>(page_pointer)->error = "it answers with a transfer coding";
    return CURL_WRITEFUNC_ERROR;
  }
  return size * count;
}

size_t take_body(char* data, size_t size, size_t count, void* page_pointer) {
  Page& page = *static_cast<Page*>(page_pointer);
  if (page.body.size() + size * count > kMaxStatusPage) {
    page.error = "the page is over " + std::to_string(kMaxStatusPage) + " bytes";
    return CURL_WRITEFUNC_ERROR;
  }
  page.body.append(data, size * count);
  return size * count;
}

// In words that are the same each time, so that the same trouble is not told as news.
std::string explain(CURLcode code, const char* details) {
  switch (static_cast<int>(code)) {
    case CURLE_OPERATION_TIMEDOUT:
      return "timed out";
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
      return "it ends the connection without an answer";
    case CURLE_OUT_OF_MEMORY:
      return "the header of its answer is too large";
    default:
      return printable(*details != '\0' ? details : curl_easy_strerror(code));
  }
}

}  // namespace

bool is_page_url(const std::string& text) {
  const UrlHandle url(curl_url());
  GW_ASSERT(url != nullptr);
  if (!is_printable_utf8(text) || text.find("://") == std::string::npos ||
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return false;
  }
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  return (scheme == "http" || scheme == "https") && !part_of(url.get(), CURLUPART_HOST).empty() &&
         part_of(url.get(), CURLUPART_USER).empty() &&
         part_of(url.get(), CURLUPART_PASSWORD).empty();
}

std::expected<std::string, std::string> get_status_page(const std::string& url, Duration timeout) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  GW_ASSERT(ready == CURLE_OK);
  const Easy handle(curl_easy_init());
  GW_ASSERT(handle != nullptr);
  Page page;
  std::array<char, CURL_ERROR_SIZE> details{};
  CURL* easy = handle.get();
  set(easy, CURLOPT_URL, url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_0));
  set(easy, CURLOPT_USERAGENT, "gatewatch");
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_TIMEOUT_MS,
      static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count()));
  // A name server that does not answer must not hold us longer than the time-out.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_ERRORBUFFER, details.data());
  set(easy, CURLOPT_HEADERFUNCTION, take_header);
  set(easy, CURLOPT_HEADERDATA, &page);
  set(easy, CURLOPT_WRITEFUNCTION, take_body);
  set(easy, CURLOPT_WRITEDATA, &page);
  const CURLcode code = curl_easy_perform(easy);
  if (!page.error.empty()) {
    return std::unexpected(page.error);
  }
  if (code != CURLE_OK) {
    return std::unexpected(explain(code, details.data()));
  }
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) {
    return std::unexpected("it answers " + std::to_string(status));
  }
  return std::move(page.body);
}

}  // namespace gatewatch::logs
