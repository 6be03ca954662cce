// SPDX-License-Identifier: MIT
//
// How it works: one easy handle per sender, reset around each use; libcurl keeps its connections
// over a reset. libcurl calls the progress function about once a second while it waits, which is
// where cancel() is noticed, and where a limit is kept in the one phase that CURLOPT_TIMEOUT does
// not cover: waiting for the answer to QUIT after the mail was accepted.
//
// Which recipient was refused is learnt from the dialogue as libcurl's debug function shows it: the
// reply after each RCPT TO. Only the reply to the newest command is kept besides.
#include "alerts/curl_send.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include "alerts/channel.h"
#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

constexpr size_t kMaxAnswerRead = 16 * 1024;
constexpr size_t kMaxReplyKept = 1024;
constexpr long kTimeoutMs =
    std::chrono::duration_cast<std::chrono::milliseconds>(kSendTimeout).count();
constexpr Duration kQuitPatience = std::chrono::seconds(1);
constexpr curl_off_t kLongestRetryAfterS = 24 * 3600;

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* pointer) const { Free(pointer); }
};
using UrlHandle = std::unique_ptr<CURLU, Freer<CURLU, curl_url_cleanup>>;
using Easy = std::unique_ptr<CURL, Freer<CURL, curl_easy_cleanup>>;
using List = std::unique_ptr<curl_slist, Freer<curl_slist, curl_slist_free_all>>;

std::optional<std::string> part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) {
    return std::nullopt;
  }
  std::string copy = text;
  curl_free(text);
  return copy;
}

List list_of(const std::vector<std::string>& lines) {
  List list;
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    GW_ASSERT(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

// A wrong option is our own mistake: the distribution's libcurl knows every one that is used here.
template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  GW_ASSERT(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

struct Limit {
  const std::atomic<bool>& is_cancelled;
  SteadyTime deadline;
};

int check_limit(void* limit_pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const Limit& limit = *static_cast<Limit*>(limit_pointer);
  return limit.is_cancelled || system_clock().steady() >= limit.deadline ? 1 : 0;
}

struct HttpState {
  CURL* handle = nullptr;
  int status = 0;
  std::string body;
  bool has_enough = false;
};

// Whether a header line announces a transfer coding but chunked. libcurl would unpack it, unasked
// and without a limit of time: a few kilobytes can keep it busy for hours.
bool is_packed(std::string_view line) {
  static constexpr std::string_view kField = "transfer-encoding:";
  if (line.size() < kField.size() || ascii_lower(line.substr(0, kField.size())) != kField) {
    return false;
  }
  std::string coding = ascii_lower(line.substr(kField.size()));
  std::erase_if(coding, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return coding != "chunked";
}

size_t take_http_header(char* data, size_t size, size_t count, void* state_pointer) {
  HttpState& state = *static_cast<HttpState*>(state_pointer);
  const std::string_view line(data, size * count);
  if (is_packed(line)) {
    return CURL_WRITEFUNC_ERROR;
  }
  if (line == "\r\n" || line == "\n") {
    long status = 0;
    curl_easy_getinfo(state.handle, CURLINFO_RESPONSE_CODE, &status);
    state.status = status >= 200 ? static_cast<int>(status) : 0;
  }
  return size * count;
}

size_t take_http_body(char* data, size_t size, size_t count, void* state_pointer) {
  HttpState& state = *static_cast<HttpState*>(state_pointer);
  const size_t room = kMaxAnswerRead - state.body.size();
  state.body.append(data, std::min(room, size * count));
  state.has_enough = size * count > room;
  return state.has_enough ? CURL_WRITEFUNC_ERROR : size * count;
}

struct MailState {
  const Mail& mail;
  Limit& limit;
  size_t sent = 0;       // bytes of the content handed over
  size_t recipient = 0;  // how many RCPT TO were sent
  bool awaits_rcpt = false;
  bool has_quit = false;
  MailAnswer answer;
};

size_t give_mail(char* buffer, size_t size, size_t count, void* state_pointer) {
  MailState& state = *static_cast<MailState*>(state_pointer);
  const size_t length = std::min(size * count, state.mail.content.size() - state.sent);
  std::memcpy(buffer, state.mail.content.data() + state.sent, length);
  state.sent += length;
  return length;
}

size_t ignore_output(char*, size_t size, size_t count, void*) {
  return size * count;
}

// Takes the last line of a reply ("250 OK", not "250-STARTTLS").
void take_reply(MailState& state, std::string_view line) {
  int code = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), code);
  if (error != std::errc() || end != line.data() + 3 || (line.size() > 3 && line[3] == '-')) {
    return;
  }
  const std::string reply(
      line.substr(0, std::min(line.find_last_not_of("\r\n") + 1, kMaxReplyKept)));
  state.answer.code = code;
  state.answer.reply = reply;
  if (state.awaits_rcpt && code >= 400 && state.recipient <= state.mail.to.size()) {
    state.answer.refused.push_back({state.mail.to.at(state.recipient - 1), code, reply});
  }
  state.awaits_rcpt = false;
}

int watch_dialogue(CURL*, curl_infotype type, char* data, size_t size, void* state_pointer) {
  MailState& state = *static_cast<MailState*>(state_pointer);
  std::string_view text(data, size);
  if (type == CURLINFO_HEADER_OUT && text.starts_with("QUIT")) {
    state.has_quit = true;
    state.limit.deadline = system_clock().steady() + kQuitPatience;
  } else if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT) {
    state.awaits_rcpt = text.starts_with("RCPT TO:") && type == CURLINFO_HEADER_OUT;
    state.recipient += state.awaits_rcpt ? 1 : 0;
    state.answer.code = 0;
    state.answer.reply.clear();
  } else if (type == CURLINFO_HEADER_IN && !state.has_quit) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size() - 1);
      take_reply(state, text.substr(0, end + 1));
      text.remove_prefix(end + 1);
    }
  }
  return 0;
}

std::string words_of(CURLcode code, const std::array<char, CURL_ERROR_SIZE>& details) {
  return details.front() != '\0' ? details.data() : curl_easy_strerror(code);
}

std::optional<Duration> retry_after_of(CURL* handle) {
  curl_off_t seconds = 0;
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds);
  if (seconds <= 0) {
    return std::nullopt;
  }
  return std::chrono::seconds(std::min(seconds, kLongestRetryAfterS));
}

}  // namespace

bool Url::is_loopback() const {
  const std::string name = ascii_lower(host);
  return name == "localhost" || name.ends_with(".localhost") || name == "[::1]" ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos);
}

std::optional<Url> parse_url(const std::string& text) {
  const UrlHandle handle(curl_url());
  GW_ASSERT(handle != nullptr);
  if (!is_printable_utf8(text) || text.find("://") == std::string::npos ||
      curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK) {
    return std::nullopt;
  }
  Url url;
  url.scheme = ascii_lower(part_of(handle.get(), CURLUPART_SCHEME).value_or(""));
  url.host = part_of(handle.get(), CURLUPART_HOST).value_or("");
  if (url.host.empty()) {
    return std::nullopt;
  }
  const std::string port = part_of(handle.get(), CURLUPART_PORT).value_or("");
  std::from_chars(port.data(), port.data() + port.size(), url.port);
  url.has_credentials = part_of(handle.get(), CURLUPART_USER).has_value();
  url.has_path = part_of(handle.get(), CURLUPART_PATH).value_or("/") != "/" ||
                 part_of(handle.get(), CURLUPART_QUERY).has_value() ||
                 part_of(handle.get(), CURLUPART_FRAGMENT).has_value();
  return url;
}

struct CurlSender::Impl {
  Easy handle;
  std::array<char, CURL_ERROR_SIZE> details{};

  // What every transfer has in common. The handle points to variables of the caller until it is
  // reset.
  CURL* prepare(Limit& limit, const std::string& ca_file) {
    CURL* easy = handle.get();
    curl_easy_reset(easy);
    details.fill('\0');
    set(easy, CURLOPT_ERRORBUFFER, details.data());
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_TIMEOUT_MS, kTimeoutMs);
    set(easy, CURLOPT_NOPROGRESS, 0L);
    set(easy, CURLOPT_XFERINFOFUNCTION, check_limit);
    set(easy, CURLOPT_XFERINFODATA, &limit);
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    // A name server that does not answer must not hold us longer than the time-out.
    set(easy, CURLOPT_QUICK_EXIT, 1L);
    if (!ca_file.empty()) {
      set(easy, CURLOPT_CAINFO, ca_file.c_str());
    }
    return easy;
  }
};

CurlSender::CurlSender() : impl_(std::make_unique<Impl>()) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  GW_ASSERT(ready == CURLE_OK);
  impl_->handle.reset(curl_easy_init());
  GW_ASSERT(impl_->handle != nullptr);
}

CurlSender::~CurlSender() = default;

HttpAnswer CurlSender::post(const HttpRequest& request) {
  Limit limit{is_cancelled_, system_clock().steady() + kSendTimeout};
  CURL* easy = impl_->prepare(limit, request.ca_file);
  const List headers = list_of(request.headers);
  HttpState state{.handle = easy, .body = {}};
  set(easy, CURLOPT_URL, request.url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_HTTPHEADER, headers.get());
  set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  set(easy, CURLOPT_POSTFIELDS, request.body.data());
  set(easy, CURLOPT_HEADERFUNCTION, take_http_header);
  set(easy, CURLOPT_HEADERDATA, &state);
  set(easy, CURLOPT_WRITEFUNCTION, take_http_body);
  set(easy, CURLOPT_WRITEDATA, &state);
  const CURLcode code = curl_easy_perform(easy);

  HttpAnswer answer;
  answer.status = state.status;
  answer.body = std::move(state.body);
  if (answer.status == 0) {
    answer.error = code == CURLE_OK ? "no answer" : words_of(code, impl_->details);
  } else {
    answer.retry_after = retry_after_of(easy);
  }
  curl_easy_reset(easy);
  return answer;
}

MailAnswer CurlSender::mail(const MailServer& server, const Mail& mail) {
  GW_ASSERT(!mail.to.empty());
  Limit limit{is_cancelled_, system_clock().steady() + kSendTimeout};
  CURL* easy = impl_->prepare(limit, server.ca_file);
  const List recipients = list_of(mail.to);
  MailState state{.mail = mail, .limit = limit, .answer = {}};
  const std::string url = (server.tls == TlsUse::Implicit ? "smtps://" : "smtp://") + server.host +
                          ':' + std::to_string(server.port);
  set(easy, CURLOPT_URL, url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(easy, CURLOPT_FORBID_REUSE, 1L);
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  const long use_ssl = server.tls == TlsUse::Required      ? CURLUSESSL_ALL
                       : server.tls == TlsUse::WhenOffered ? CURLUSESSL_TRY
                                                           : CURLUSESSL_NONE;
  set(easy, CURLOPT_USE_SSL, use_ssl);
  if (server.tls == TlsUse::WhenOffered && server.ca_file.empty()) {
    set(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!server.username.empty()) {
    set(easy, CURLOPT_USERNAME, server.username.c_str());
    set(easy, CURLOPT_PASSWORD, server.password.reveal().c_str());
  }
  set(easy, CURLOPT_MAIL_FROM, mail.from.c_str());
  set(easy, CURLOPT_MAIL_RCPT, recipients.get());
  // One wrong address must not keep the mail from the others.
  set(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  set(easy, CURLOPT_UPLOAD, 1L);
  set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.content.size()));
  set(easy, CURLOPT_READFUNCTION, give_mail);
  set(easy, CURLOPT_READDATA, &state);
  set(easy, CURLOPT_WRITEFUNCTION, ignore_output);
  set(easy, CURLOPT_VERBOSE, 1L);
  set(easy, CURLOPT_DEBUGFUNCTION, watch_dialogue);
  set(easy, CURLOPT_DEBUGDATA, &state);
  const CURLcode code = curl_easy_perform(easy);

  curl_easy_reset(easy);
  MailAnswer answer = std::move(state.answer);
  answer.is_accepted = code == CURLE_OK;
  answer.login_denied = code == CURLE_LOGIN_DENIED;
  if (!answer.is_accepted) {
    answer.error = words_of(code, impl_->details);
  }
  return answer;
}

}  // namespace gatewatch::alerts
