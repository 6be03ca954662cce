// SPDX-License-Identifier: MIT
#include "probe/net/certificate.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatewatch::probe {
namespace {

// For shop.example.com, www.example.com, 192.0.2.1 and 2001:db8::1 and a mail address, from
// 2026-01-02T03:04:05Z to 2049-12-31T23:59:59Z; its subject has a comma, an umlaut and a bell.
constexpr std::string_view kPem = R"pem(-----BEGIN CERTIFICATE-----
MIIBsjCCAVmgAwIBAgIBATAKBggqhkjOPQQDAjAnMRYwFAYDVQQKDA1HcsO2w59l
LCBMdGQHMQ0wCwYDVQQDDARzaG9wMB4XDTI2MDEwMjAzMDQwNVoXDTQ5MTIzMTIz
NTk1OVowJzEWMBQGA1UECgwNR3LDtsOfZSwgTHRkBzENMAsGA1UEAwwEc2hvcDBZ
MBMGByqGSM49AgEGCCqGSM49AwEHA0IABIyltooK3Tk9zc5dP467d83A9e4j0b50
Y+XW7Z3vdMXvsKxYOIJuoZWH7vqXfa3E9jUPrl7l/EtgIhpXQ8MFQAmjdjB0MFMG
A1UdEQRMMEqCEHNob3AuZXhhbXBsZS5jb22CD3d3dy5leGFtcGxlLmNvbYENYUBl
eGFtcGxlLmNvbYcEwAACAYcQIAENuAAAAAAAAAAAAAAAATAdBgNVHQ4EFgQUDDVl
8zUejihtmkNv8TaX1FrcpBQwCgYIKoZIzj0EAwIDRwAwRAIfTb6+1s72kcJ5T3UV
GC17nP8R+1snUkwV3tnkgcJsAAIhALwVxr1bhNlO/MsdhcEybF2PyOJc7oy6HG0C
pm/C5fIe
-----END CERTIFICATE-----
)pem";

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

Certificate parse(std::string_view pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Certificate certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  return certificate;
}

TEST(ReadCertificate, TellsWhatItSays) {
  const auto info = read_certificate(parse(kPem).get(), nullptr);
  EXPECT_EQ(info->fingerprint, "ce50cddfcae8d67ba768c1dd7532f635292e7cef3ed3285c39b7f473ead914ec");
  EXPECT_EQ(info->subject, "CN=shop,O=Größe\\, Ltd\\07");
  EXPECT_EQ(info->issuer, info->subject);
  EXPECT_EQ(info->names, (std::vector<std::string>{"shop.example.com", "www.example.com",
                                                   "192.0.2.1", "2001:db8::1"}));
  EXPECT_EQ(format_utc(info->not_before), "2026-01-02T03:04:05.000Z");
  EXPECT_EQ(format_utc(info->not_after), "2049-12-31T23:59:59.000Z");
}

TEST(ReadCertificate, GivesBackWhatIsKnown) {
  const Certificate certificate = parse(kPem);
  const auto first = read_certificate(certificate.get(), nullptr);
  EXPECT_EQ(read_certificate(certificate.get(), first), first);
  const auto other = std::make_shared<const CertificateInfo>(CertificateInfo{.fingerprint = "00"});
  const auto again = read_certificate(certificate.get(), other);
  EXPECT_NE(again, other);
  EXPECT_EQ(*again, *first);
}

TEST(ReadCertificate, ExpiresWithTheFirstOfItsChain) {
  const Certificate certificate = parse(kPem);
  const auto alone = read_certificate(certificate.get(), nullptr);
  EXPECT_EQ(alone->expires, alone->not_after);
  const WallTime sooner = alone->not_after - std::chrono::hours(1);
  const auto with_others = read_certificate(certificate.get(), alone, sooner);
  EXPECT_EQ(with_others->expires, sooner);
  EXPECT_EQ(with_others->not_after, alone->not_after);
  EXPECT_EQ(read_certificate(certificate.get(), with_others, sooner), with_others);
}

TEST(ReadCertificate, KeepsABoundedNumberOfNames) {
  const Certificate certificate(X509_new());
  std::string names;
  for (int i = 0; i < 500; ++i) {
    names += (i == 0 ? "DNS:n" : ",DNS:n") + std::to_string(i);
  }
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  const auto info = read_certificate(certificate.get(), nullptr);
  ASSERT_EQ(info->names.size(), kMaxCertificateNames);
  EXPECT_EQ(info->names.back(), "n99");
}

TEST(ReadCertificate, TakesACertificateThatSaysNothing) {
  const Certificate certificate(X509_new());
  const auto info = read_certificate(certificate.get(), nullptr);
  EXPECT_EQ(info->subject, "");
  EXPECT_TRUE(info->names.empty());
  EXPECT_EQ(info->not_after, WallTime());
}

}  // namespace
}  // namespace gatewatch::probe
