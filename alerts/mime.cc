// SPDX-License-Identifier: MIT
#include "alerts/mime.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>

#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

constexpr size_t kLongestSubject = 512;  // bytes, before encoding
constexpr size_t kLongestLine = 4096;    // bytes of one line of the text, before encoding
constexpr size_t kMostBytesOfWord = 39;  // of text: with "Subject: " the line has 73 characters
constexpr const char* kCharset = "utf-8";

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

struct FreeOptions {
  void operator()(GMimeFormatOptions* options) const { g_mime_format_options_free(options); }
};

GMimeObject* object_of(void* object) {
  return static_cast<GMimeObject*>(object);
}

// The text with every line made fit to show; its line breaks are the only control characters left.
std::string clean_lines(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    clean += printable(text.substr(0, end), kLongestLine) + '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return clean;
}

// The subject as RFC 2047 wants it: as it stands where it is ASCII, else as encoded words of at
// most 75 characters that hold whole characters of UTF-8. GMime makes longer words of long ones.
std::string encoded_words(std::string_view text) {
  const bool is_plain = text.find("=?") == std::string_view::npos &&
                        std::all_of(text.begin(), text.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (is_plain) {
    return std::string(text);
  }
  std::string words;
  while (!text.empty()) {
    size_t length = std::min(text.size(), kMostBytesOfWord);
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80) {
      --length;  // not inside a character
    }
    gchar* base64 = g_base64_encode(reinterpret_cast<const guchar*>(text.data()), length);
    words.append(words.empty() ? "" : " ").append("=?UTF-8?B?").append(base64).append("?=");
    g_free(base64);
    text.remove_prefix(length);
  }
  return words;
}

Owned<GMimePart> text_part(const std::string& text) {
  const std::string clean = clean_lines(text);
  Owned<GMimePart> part(g_mime_part_new_with_type("text", "plain"));
  g_mime_object_set_content_type_parameter(object_of(part.get()), "charset", kCharset);
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(clean.data(), clean.size()));
  const Owned<GMimeDataWrapper> content(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part.get(), content.get());
  g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  return part;
}

// The boundary is the message id's left part, which is unique, so that the same text makes the same
// bytes.
Owned<GMimeMultipart> with_attachment(GMimePart* text, const MailText& mail) {
  Owned<GMimeMultipart> parts(g_mime_multipart_new_with_subtype("mixed"));
  const std::string boundary = "=_" + mail.message_id.substr(0, mail.message_id.find('@'));
  g_mime_multipart_set_boundary(parts.get(), boundary.c_str());
  g_mime_multipart_add(parts.get(), object_of(text));
  const Owned<GMimePart> file = text_part(mail.attachment);
  g_mime_object_set_disposition(object_of(file.get()), "attachment");
  g_mime_part_set_filename(file.get(), mail.attachment_name.c_str());
  g_mime_multipart_add(parts.get(), object_of(file.get()));
  return parts;
}

void set_field(GMimeMessage* message, const char* name, const std::string& value) {
  g_mime_object_set_header(object_of(message), name, value.c_str(), kCharset);
}

void set_date(GMimeMessage* message, WallTime time) {
  GDateTime* date = g_date_time_new_from_unix_utc(
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  GW_ASSERT(date != nullptr);
  g_mime_message_set_date(message, date);
  g_date_time_unref(date);
}

}  // namespace

std::string compose_mail(const MailText& mail) {
  static const bool ready = (g_mime_init(), true);
  GW_ASSERT(ready);
  const Owned<GMimeMessage> message(g_mime_message_new(TRUE));
  g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_FROM, nullptr, mail.from.c_str());
  for (const std::string& recipient : mail.to) {
    g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_TO, nullptr, recipient.c_str());
  }
  set_field(message.get(), "Subject", encoded_words(printable(mail.subject, kLongestSubject)));
  set_date(message.get(), mail.date);
  g_mime_message_set_message_id(message.get(), mail.message_id.c_str());
  if (!mail.thread_root.empty()) {
    set_field(message.get(), "In-Reply-To", '<' + mail.thread_root + '>');
    set_field(message.get(), "References", '<' + mail.thread_root + '>');
  }
  set_field(message.get(), "Auto-Submitted", "auto-generated");
  set_field(message.get(), "X-Auto-Response-Suppress", "All");
  const Owned<GMimePart> part = text_part(mail.body);
  if (mail.attachment.empty()) {
    g_mime_message_set_mime_part(message.get(), object_of(part.get()));
  } else {
    const Owned<GMimeMultipart> parts = with_attachment(part.get(), mail);
    g_mime_message_set_mime_part(message.get(), object_of(parts.get()));
  }

  const std::unique_ptr<GMimeFormatOptions, FreeOptions> options(g_mime_format_options_new());
  g_mime_format_options_set_newline_format(options.get(), GMIME_NEWLINE_FORMAT_DOS);
  char* text = g_mime_object_to_string(object_of(message.get()), options.get());
  GW_ASSERT(text != nullptr);
  std::string bytes = text;
  g_free(text);
  return bytes;
}

}  // namespace gatewatch::alerts
