// SPDX-License-Identifier: MIT
#include "probe/net/socket_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace gatewatch::probe {
namespace {

TEST(SocketAddress, ReadsNumericAddressesOfBothFamilies) {
  const auto v4 = to_socket_address("192.0.2.7", 8080);
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->family(), AF_INET);
  sockaddr_in in{};
  std::memcpy(&in, v4->get(), sizeof in);
  EXPECT_EQ(ntohs(in.sin_port), 8080);
  EXPECT_EQ(ntohl(in.sin_addr.s_addr), 0xC0000207U);

  const auto v6 = to_socket_address("2001:db8::1", 443);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->family(), AF_INET6);
  EXPECT_EQ(v6->length, sizeof(sockaddr_in6));
}

TEST(SocketAddress, TakesTheZoneOfAnIpv6Address) {
  const auto address = to_socket_address("fe80::1%lo", 80);
  ASSERT_TRUE(address);
  sockaddr_in6 in{};
  std::memcpy(&in, address->get(), sizeof in);
  EXPECT_EQ(in.sin6_scope_id, 1U);  // the loopback interface is the first
}

TEST(SocketAddress, IsNotMadeOfANameOrOfBrackets) {
  for (const char* text : {"localhost", "[::1]", "", "1.2.3", "1.2.3.4:80"}) {
    EXPECT_FALSE(to_socket_address(text, 80)) << text;
  }
}

TEST(SocketAddress, HoldsAUnixPathThatFits) {
  EXPECT_EQ(to_socket_address("/run/app.sock")->family(), AF_UNIX);
  EXPECT_TRUE(to_socket_address("/" + std::string(106, 'x')));
  EXPECT_FALSE(to_socket_address("/" + std::string(107, 'x')));
  EXPECT_FALSE(to_socket_address(""));
}

TEST(MetadataAddress, IsKnownInEveryForm) {
  for (const char* address :
       {"169.254.169.254", "169.254.170.2", "100.100.100.200", "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe", "fd00:ec2::254", "fd00:0ec2:0::254", "::169.254.169.254",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd20:ce::254"}) {
    EXPECT_TRUE(is_metadata_address(address)) << address;
  }
  for (const char* address : {"169.254.169.253", "127.0.0.1", "fd00:ec2::253", "::1", "name", ""}) {
    EXPECT_FALSE(is_metadata_address(address)) << address;
  }
}

TEST(UnspecifiedAddress, IsKnownInEveryForm) {
  for (const char* address : {"0.0.0.0", "::", "::ffff:0.0.0.0", "64:ff9b::"}) {
    EXPECT_TRUE(is_unspecified_address(address)) << address;
  }
  for (const char* address : {"127.0.0.1", "::1", "0.0.0.1", "2001:db8::", "name", ""}) {
    EXPECT_FALSE(is_unspecified_address(address)) << address;
  }
}

}  // namespace
}  // namespace gatewatch::probe
