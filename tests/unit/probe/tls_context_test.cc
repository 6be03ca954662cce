// SPDX-License-Identifier: MIT
#include "probe/net/tls_context.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificate.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Held = std::unique_ptr<SSL_CTX, FreeContext>;  // so that no other gets its place

struct Contexts {
  Contexts() { put(first); }

  void put(const testing::TestCertificate& certificate) const {
    write_over(settings.ca_file, certificate.files().certificate_file);
  }
  // As "cp" does; the file's time, which steps by some milliseconds, is another afterwards.
  static void write_over(const std::string& file, const std::string& source) {
    std::error_code ignored;
    const auto before = std::filesystem::last_write_time(file, ignored);
    do {
      std::filesystem::copy_file(source, file, std::filesystem::copy_options::overwrite_existing);
    } while (std::filesystem::last_write_time(file) == before);
  }
  // Null where there is none.
  Held find() {
    SSL_CTX* found = contexts.find(settings).value_or(nullptr);
    if (found != nullptr) {
      SSL_CTX_up_ref(found);
    }
    return Held(found);
  }
  [[nodiscard]] static bool trusts(const Held& context, const testing::TestCertificate& one) {
    SSL_CTX* its = SSL_CTX_new(TLS_client_method());
    SSL_CTX_use_certificate_file(its, one.files().certificate_file.c_str(), SSL_FILETYPE_PEM);
    X509_STORE_CTX* check = X509_STORE_CTX_new();
    X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(context.get()), SSL_CTX_get0_certificate(its),
                        nullptr);
    const bool is_trusted = X509_verify_cert(check) == 1;
    X509_STORE_CTX_free(check);
    SSL_CTX_free(its);
    return is_trusted;
  }

  testing::TestCertificate first{"127.0.0.1"};
  testing::TestCertificate second{"127.0.0.1"};
  testing::TempDir directory;
  TlsSettings settings{.ca_file = directory.file("ca.pem")};
  testing::ManualClock clock;
  TlsContexts contexts{clock};
};

TEST(TlsContexts, StayWhereTheFileDoes) {
  Contexts at;
  const Held before = at.find();
  at.contexts.refresh();
  EXPECT_EQ(at.find(), before);
  at.clock.advance(TlsContexts::kRefreshEvery);
  EXPECT_EQ(at.find(), before);
}

TEST(TlsContexts, AreMadeAnewWhereTheFileIsWrittenAnew) {
  Contexts at;
  const Held before = at.find();
  EXPECT_TRUE(Contexts::trusts(before, at.first));
  at.put(at.second);
  EXPECT_EQ(at.find(), before);  // nobody has asked to look yet
  at.contexts.refresh();
  const Held after = at.find();
  EXPECT_NE(after, before);
  EXPECT_TRUE(Contexts::trusts(after, at.second));
  EXPECT_FALSE(Contexts::trusts(after, at.first));
}

TEST(TlsContexts, NoticeAFileThatTookTheOthersPlaceWithItsSizeAndTime) {
  Contexts at;
  const Held before = at.find();
  const std::string other = at.directory.file("other.pem");
  std::filesystem::copy_file(at.settings.ca_file, other);
  std::filesystem::last_write_time(other, std::filesystem::last_write_time(at.settings.ca_file));
  std::filesystem::rename(other, at.settings.ca_file);
  at.contexts.refresh();
  EXPECT_NE(at.find(), before);
}

TEST(TlsContexts, NoticeWhatIsWrittenOnceADayWithoutARefresh) {
  Contexts at;
  const Held before = at.find();
  at.put(at.second);
  at.clock.advance(TlsContexts::kRefreshEvery);
  EXPECT_NE(at.find(), before);
}

TEST(TlsContexts, StayInUseWhereTheFileIsGoneAndAreMadeAnewOnceItIsBack) {
  Contexts at;
  const Held before = at.find();
  std::filesystem::remove(at.settings.ca_file);
  at.contexts.refresh();
  EXPECT_EQ(at.find(), before);
  TlsContexts others(at.clock);
  EXPECT_FALSE(others.find(at.settings).has_value());
  at.put(at.second);
  at.contexts.refresh();
  EXPECT_NE(at.find(), before);
}

TEST(TlsContexts, AreMadeAnewWhereTheFileWasWrittenAMomentAgo) {
  Contexts at;  // its clock is not the files'
  TlsContexts contexts(system_clock());
  SSL_CTX* found = contexts.find(at.settings).value();
  SSL_CTX_up_ref(found);
  const Held before(found);
  contexts.refresh();
  EXPECT_NE(contexts.find(at.settings).value(), before.get());
}

TEST(TlsContexts, NoticeANewKey) {
  Contexts at;
  at.settings.certificate_file = at.first.files().certificate_file;
  at.settings.key_file = at.first.files().key_file;
  const Held before = at.find();
  Contexts::write_over(at.settings.certificate_file, at.second.files().certificate_file);
  Contexts::write_over(at.settings.key_file, at.second.files().key_file);
  at.contexts.refresh();
  EXPECT_NE(at.find(), before);
}

}  // namespace
}  // namespace gatewatch::probe
