// SPDX-License-Identifier: MIT
#include "probe/net/certificate.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string>
#include <string_view>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) {
    return "";
  }
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[digest.at(i) >> 4U];
    hex += kDigits[digest.at(i) & 0xFU];
  }
  return hex;
}

std::string text_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
  constexpr unsigned long kForm =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (bio == nullptr || X509_NAME_print_ex(bio.get(), name, 0, kForm) < 0) {
    return "";
  }
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return length > 0 ? printable({text, static_cast<size_t>(length)}) : "";
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) {
    return {};
  }
  using namespace std::chrono;
  const year_month_day date(year(utc.tm_year + 1900), month(static_cast<unsigned>(utc.tm_mon) + 1),
                            day(static_cast<unsigned>(utc.tm_mday)));
  return sys_days(date) + hours(utc.tm_hour) + minutes(utc.tm_min) + seconds(utc.tm_sec);
}

std::string_view bytes_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<size_t>(std::max(ASN1_STRING_length(string), 0))};
}

// Empty where it is neither a DNS name nor an address.
std::string text_of(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) {
    return printable(bytes_of(name.d.dNSName));
  }
  if (name.type == GEN_IPADD) {
    const std::string_view bytes = bytes_of(name.d.iPAddress);
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
    if ((bytes.size() == 4 || bytes.size() == 16) &&
        inet_ntop(family, bytes.data(), text.data(), text.size()) != nullptr) {
      return text.data();
    }
  }
  return "";
}

std::vector<std::string> names_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  const int count = all == nullptr ? 0 : sk_GENERAL_NAME_num(all.get());
  for (int i = 0; i < count && names.size() < kMaxCertificateNames; ++i) {
    std::string name = text_of(*sk_GENERAL_NAME_value(all.get(), i));
    if (!name.empty()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

// Of what the peer sent, which OpenSSL limits to 100 kB.
WallTime earliest_end(const SSL* connection) {
  WallTime earliest = WallTime::max();
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(connection);
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    earliest = std::min(earliest, time_of(X509_get0_notAfter(sk_X509_value(chain, i))));
  }
  return earliest;
}

}  // namespace

std::shared_ptr<const CertificateInfo> read_certificate(
    const x509_st* certificate, const std::shared_ptr<const CertificateInfo>& known,
    WallTime others_expire) {
  std::string fingerprint = fingerprint_of(certificate);
  const WallTime not_after = time_of(X509_get0_notAfter(certificate));
  const WallTime expires = std::min(not_after, others_expire);
  if (known != nullptr && known->fingerprint == fingerprint && known->expires == expires) {
    return known;
  }
  CertificateInfo info;
  info.fingerprint = std::move(fingerprint);
  info.subject = text_of(X509_get_subject_name(certificate));
  info.issuer = text_of(X509_get_issuer_name(certificate));
  info.names = names_of(certificate);
  info.not_before = time_of(X509_get0_notBefore(certificate));
  info.not_after = not_after;
  info.expires = expires;
  return std::make_shared<const CertificateInfo>(std::move(info));
}

std::shared_ptr<const CertificateInfo> peer_certificate(
    const ssl_st* connection, const std::shared_ptr<const CertificateInfo>& known) {
  const X509* certificate = SSL_get0_peer_certificate(connection);
  return certificate == nullptr ? nullptr
                                : read_certificate(certificate, known, earliest_end(connection));
}

std::vector<std::shared_ptr<const CertificateInfo>> peer_chain(const ssl_st* connection) {
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(connection);
  std::vector<std::shared_ptr<const CertificateInfo>> all;
  for (int i = 0; chain != nullptr && i < std::min(sk_X509_num(chain), kMaxChain); ++i) {
    all.push_back(read_certificate(sk_X509_value(chain, i), nullptr));
  }
  return all;
}

}  // namespace gatewatch::probe
