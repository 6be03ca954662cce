// SPDX-License-Identifier: MIT
//
// Log lines are shown in mails and on pages: what in them may be a secret is not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatewatch::logs {

// So much of a text is looked at.
inline constexpr size_t kMaxMaskedText = size_t{4} * 1024;  // bytes

// The text with "***" in place of
// - what follows a "?" up to a space, or to a quotation mark that ends a word,
// - what stands between "://" and the last "@" of a word, but where a host without a port, or an IP
//   address with or without one, and a slash come first,
// - the value in `header: "NAME: VALUE"`,
// - the word after Bearer, Basic, Digest, Negotiate or NTLM; with a "name=" behind such a word, or
//   behind AWS4-HMAC-SHA256, all that follows in the quotation or the text,
// - a JSON Web Token, or another word that begins with "eyJ", as JSON in base64 does,
// - the value of each pair `name=value`, `name: value` and `name => value`, whose name has in it:
//   secret, token, key, passw, passphrase, passcode, pwd, auth, cookie, sess, credential, jwt,
//   signature, csrf, xsrf, or is "sid" or ends in "pass". A value without quotation marks ends at a
//   blank with no ";" before it; where it may be of several words (`name: value`), with the
//   quotation or the text.
// All of this also where it was escaped up to four times over, by percent-encoding or in JSON.
// Rather hides too much than too little.
//
// Of a text over kMaxMaskedText its beginning up to the last blank within that, and "…": the word
// that is cut there may be a secret that only its end would show. Costs a few passes over that.
[[nodiscard]] std::string mask_secrets(std::string_view text);

}  // namespace gatewatch::logs
