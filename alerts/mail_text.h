// SPDX-License-Identifier: MIT
//
// What a mail about an incident says.
#pragma once

#include "alerts/message.h"
#include "alerts/mime.h"

namespace gatewatch::alerts {

// Everything but sender and recipients. The subject is the same for all messages of an incident,
// and all but the first refer to the first: Gmail begins a new conversation where the subject
// changes, so the state stands first in the text instead, where previews show it. A diagnosis is
// attached. Times are local, with their offset. Pure, given the machine's time zone.
[[nodiscard]] MailText mail_text(const Message& message);

}  // namespace gatewatch::alerts
