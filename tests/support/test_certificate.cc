// SPDX-License-Identifier: MIT
#include "tests/support/test_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace gatewatch::testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

constexpr long kSecondsPerDay = 24 * 60 * 60;

bool is_address(const std::string& subject) {
  return subject.find_first_not_of("0123456789.") == std::string::npos;
}

void add_extension(X509* certificate, int which, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TestCertificate::TestCertificate(const std::string& subject, int first_day, int last_day) {
  files_ = {directory_.file("certificate.pem"), directory_.file("key.pem")};

  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate certificate(X509_new(), &X509_free);
  X509* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), getpid());
  X509_gmtime_adj(X509_getm_notBefore(raw), first_day * kSecondsPerDay);
  X509_gmtime_adj(X509_getm_notAfter(raw), last_day * kSecondsPerDay);
  X509_set_pubkey(raw, key.get());
  const auto* name = reinterpret_cast<const unsigned char*>("gatewatch test");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_ASC, name, -1, -1, 0);
  X509_set_issuer_name(raw, X509_get_subject_name(raw));
  add_extension(raw, NID_subject_alt_name, (is_address(subject) ? "IP:" : "DNS:") + subject);
  add_extension(raw, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(raw, key.get(), EVP_sha256());

  const File out(std::fopen(files_.certificate_file.c_str(), "w"), &std::fclose);
  PEM_write_X509(out.get(), raw);
  const File key_out(std::fopen(files_.key_file.c_str(), "w"), &std::fclose);
  PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

}  // namespace gatewatch::testing
