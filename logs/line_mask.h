// SPDX-License-Identifier: MIT
//
// Log lines are shown in mails and on pages: what in them may be a secret is not.
#pragma once

#include <string>
#include <string_view>

namespace gatewatch::logs {

// The text with "***" in place of
// - what follows a "?" up to a space, or to a quotation mark that ends a word,
// - what stands before the "@" of a URL's host,
// - the value in `header: "NAME: VALUE"`,
// - the word after Bearer, Basic, Digest or Negotiate,
// - the value of each pair `name=value` and `name: value`, with or without quotation marks, whose
//   name has in it: secret, token, key, passw, pwd, auth, cookie, sess, credential, or is "sid". A
//   value of words without quotation marks reaches to the end of the text, or of the quotation.
// Rather hides too much than too little. Costs a few passes over the text.
[[nodiscard]] std::string mask_secrets(std::string_view text);

}  // namespace gatewatch::logs
