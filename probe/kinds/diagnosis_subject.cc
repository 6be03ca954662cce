// SPDX-License-Identifier: MIT
#include "probe/kinds/diagnosis_subject.h"

#include <utility>

#include "probe/kinds/http_prober.h"
#include "probe/kinds/prober.h"

namespace gatewatch::probe {

DiagnosisSubject Prober::subject() const {
  return {};
}

DiagnosisSubject HttpProber::subject() const {
  return subject_of(settings_);
}

DiagnosisSubject subject_of(std::shared_ptr<const HttpSettings> settings) {
  const Url& peer = settings->proxy ? *settings->proxy : settings->url;
  DiagnosisSubject subject;
  subject.host = peer.host;
  subject.port = peer.port;
  subject.has_tcp = true;
  if (!settings->proxy && peer.scheme == "https") {
    subject.tls = settings->tls;
  }
  subject.found_by = {settings->resolver, settings->ip_family, settings->connect_to};
  subject.http = std::move(settings);
  return subject;
}

}  // namespace gatewatch::probe
