// SPDX-License-Identifier: MIT
#include "probe/net/address.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

TEST(ParseAddress, TellsAddressesFromNames) {
  EXPECT_EQ(parse_address("192.0.2.1")->family, Address::Family::V4);
  EXPECT_EQ(parse_address("2001:db8::1")->family, Address::Family::V6);
  EXPECT_EQ(parse_address("fe80::1%eth0")->text, "fe80::1%eth0");
  for (const char* name : {"", "shop", "192.0.2", "192.0.2.1.2", "[::1]", "1.2.3.4 "}) {
    EXPECT_FALSE(parse_address(name)) << name;
  }
}

TEST(ParseEndpoint, ReadsAnAddressWithAndWithoutAPort) {
  const Address v4{Address::Family::V4, "192.0.2.53"};
  const Address v6{Address::Family::V6, "2001:db8::53"};
  EXPECT_EQ(parse_endpoint("192.0.2.53"), (Endpoint{v4, 0}));
  EXPECT_EQ(parse_endpoint("192.0.2.53:5353"), (Endpoint{v4, 5353}));
  EXPECT_EQ(parse_endpoint("2001:db8::53"), (Endpoint{v6, 0}));
  EXPECT_EQ(parse_endpoint("[2001:db8::53]"), (Endpoint{v6, 0}));
  EXPECT_EQ(parse_endpoint("[2001:db8::53]:65535"), (Endpoint{v6, 65535}));
}

TEST(ParseEndpoint, RefusesTheRest) {
  for (const char* text :
       {"", "dns.example.com", "192.0.2", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536",
        "192.0.2.53:53x", ":53", "[192.0.2.53]:53", "[2001:db8::53", "[2001:db8::53]x53", "[]:53",
        "192.0.2.53 ", "192.0.2.53,192.0.2.54"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

TEST(ParseEndpoint, ReadsWhatToStringWrites) {
  for (const char* text : {"192.0.2.53", "192.0.2.53:53", "2001:db8::53", "[2001:db8::53]:53"}) {
    EXPECT_EQ(to_string(*parse_endpoint(text)), text);
  }
}

// The addresses that are kept of one IPv4 and one IPv6 address.
std::vector<Address> kept(bool v4_routed, bool v6_routed) {
  Routes routes([=](const Address& address) {
    return address.family == Address::Family::V4 ? v4_routed : v6_routed;
  });
  std::vector<Address> addresses{{Address::Family::V4, "192.0.2.1"},
                                 {Address::Family::V6, "2001:db8::1"}};
  routes.drop_unroutable(addresses, SteadyTime(1h));
  return addresses;
}

TEST(Routes, LeaveOutAFamilyWithoutOneUnlessBothAre) {
  EXPECT_EQ(kept(true, true).size(), 2U);
  EXPECT_EQ(kept(false, false).size(), 2U);
  ASSERT_EQ(kept(true, false).size(), 1U);
  EXPECT_EQ(kept(true, false)[0].text, "192.0.2.1");
  ASSERT_EQ(kept(false, true).size(), 1U);
  EXPECT_EQ(kept(false, true)[0].text, "2001:db8::1");
}

TEST(Routes, KeepAFamilyThatIsAlone) {
  Routes routes([](const Address&) { return false; });
  std::vector<Address> addresses{{Address::Family::V6, "2001:db8::1"},
                                 {Address::Family::V6, "2001:db8::2"}};
  routes.drop_unroutable(addresses, SteadyTime(1h));
  EXPECT_EQ(addresses.size(), 2U);
}

TEST(Routes, AreLookedForAgainAfterFiveSeconds) {
  int looked = 0;
  Routes routes([&looked](const Address&) { return ++looked > 1; });
  const Address address{Address::Family::V4, "192.0.2.1"};
  EXPECT_FALSE(routes.leads_to(address, SteadyTime(1h)));
  EXPECT_FALSE(routes.leads_to(address, SteadyTime(1h + 4s)));
  EXPECT_TRUE(routes.leads_to(address, SteadyTime(1h + 5s)));
}

TEST(Routes, LeadToLoopback) {
  Routes routes;
  EXPECT_TRUE(routes.leads_to({Address::Family::V4, "127.0.0.1"}, SteadyTime(1h)));
}

}  // namespace
}  // namespace gatewatch::probe
