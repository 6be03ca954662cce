// SPDX-License-Identifier: MIT
//
// An Internet message (RFC 5322) with a plain text, made with GMime.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/time.h"

namespace gatewatch::alerts {

struct MailText {
  std::string from;  // bare addresses
  std::vector<std::string> to;
  std::string subject;  // UTF-8, one line
  WallTime date;
  std::string message_id;   // "left@right", without < >
  std::string thread_root;  // the message id of the thread's first message; empty: this is it
  std::string body;         // UTF-8, lines end with "\n"
  // Of the same kind, attached as a file of this name; empty: nothing is.
  std::string attachment;
  std::string attachment_name;
};

// The message as it goes over the wire: ASCII only, CRLF line ends, no line over 998 bytes, header
// words encoded after RFC 2047, the text as quoted-printable; marked as made by a machine, so that
// out-of-office robots keep quiet. What is not UTF-8, and line breaks in a header field, are made
// visible instead of being passed on. The same bytes for the same text.
// Thread: any.
[[nodiscard]] std::string compose_mail(const MailText& mail);

}  // namespace gatewatch::alerts
