// SPDX-License-Identifier: MIT
//
// Names are put together by hand, because OpenSSL's own way of writing them stops at a NUL.
#include "tests/support/certificate_authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <utility>
#include <vector>

namespace gatewatch::testing {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

constexpr long kSecondsPerDay = 24 * 60 * 60;

Key make_key() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

void add_extension(X509* certificate, int which, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_common_name(X509* certificate, const std::string& name) {
  X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, V_ASN1_UTF8STRING,
                             reinterpret_cast<const unsigned char*>(name.data()),
                             static_cast<int>(name.size()), -1, 0);
}

void add_dns_name(X509* certificate, const std::string& name) {
  GENERAL_NAMES* names = sk_GENERAL_NAME_new_null();
  GENERAL_NAME* entry = GENERAL_NAME_new();
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
  GENERAL_NAME_set0_value(entry, GEN_DNS, text);
  sk_GENERAL_NAME_push(names, entry);
  X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
  GENERAL_NAMES_free(names);
}

Certificate blank(const Key& key, const std::string& common_name, int first_day, int last_day) {
  static long last_serial = 0;
  Certificate made(X509_new(), &X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++last_serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), first_day * kSecondsPerDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), last_day * kSecondsPerDay);
  X509_set_pubkey(made.get(), key.get());
  set_common_name(made.get(), common_name);
  return made;
}

void sign(const Certificate& certificate, const Certificate& issuer, const Key& issuer_key) {
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  X509_sign(certificate.get(), issuer_key.get(), EVP_sha256());
}

void write_certificates(const std::string& path, const std::vector<Certificate>& chain) {
  const File out(std::fopen(path.c_str(), "w"), &std::fclose);
  for (const Certificate& certificate : chain) {
    PEM_write_X509(out.get(), certificate.get());
  }
}

}  // namespace

struct CertificateAuthority::Identity {
  Key key;
  Certificate certificate;
};

CertificateAuthority::CertificateAuthority() : self_(std::make_unique<Identity>()) {
  self_->key = make_key();
  self_->certificate = blank(self_->key, "gatewatch test authority", -1, 2);
  add_extension(self_->certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  sign(self_->certificate, self_->certificate, self_->key);
  write_certificates(certificate_file(), {self_->certificate});
}

CertificateAuthority::~CertificateAuthority() = default;

ServerCertificate CertificateAuthority::issue(const CertificateSpec& spec) {
  const std::string number = std::to_string(++issued_);
  ServerCertificate files{directory_.file("certificate" + number + ".pem"),
                          directory_.file("key" + number + ".pem")};
  Identity issuer = *self_;
  std::vector<Certificate> intermediates;  // the one next to the authority first
  for (int i = 0; i < spec.intermediates; ++i) {
    Identity next{make_key(), {}};
    next.certificate = blank(next.key, "intermediate " + std::to_string(i), -1, 2);
    add_extension(next.certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    sign(next.certificate, issuer.certificate, issuer.key);
    intermediates.push_back(next.certificate);
    issuer = std::move(next);
  }
  const Key key = make_key();
  const Certificate leaf = blank(key, spec.common_name, spec.first_day, spec.last_day);
  if (spec.dns_name.empty()) {
    add_extension(leaf.get(), NID_subject_alt_name, "IP:127.0.0.1");
  } else {
    add_dns_name(leaf.get(), spec.dns_name);
  }
  if (spec.comment_bytes > 0) {
    add_extension(leaf.get(), NID_netscape_comment, std::string(spec.comment_bytes, 'x'));
  }
  if (spec.self_signed) {
    issuer = {key, leaf};
  }
  sign(leaf, issuer.certificate, issuer.key);

  std::vector<Certificate> chain{leaf};
  chain.insert(chain.end(), intermediates.rbegin(), intermediates.rend());
  write_certificates(files.certificate_file, chain);
  const File key_out(std::fopen(files.key_file.c_str(), "w"), &std::fclose);
  PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return files;
}

}  // namespace gatewatch::testing
