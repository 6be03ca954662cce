// SPDX-License-Identifier: MIT
#include "probe/net/endpoint.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

std::string error_of(std::string_view url) {
  const auto endpoint = parse_endpoint_url(url);
  return endpoint ? "" : endpoint.error();
}

TEST(ParseEndpointUrl, TakesHostPortAndRestApart) {
  const auto endpoint = parse_endpoint_url("dns://NS1.Example.com:5353/Www.example.com?a=b");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->host, "ns1.example.com");
  EXPECT_EQ(endpoint->port, 5353);
  EXPECT_FALSE(endpoint->is_address);
  EXPECT_EQ(endpoint->rest, "/Www.example.com?a=b");
}

TEST(ParseEndpointUrl, LeavesOutWhatIsNotThere) {
  for (const char* url : {"icmp://router", "icmp://router:"}) {
    const auto endpoint = parse_endpoint_url(url);
    ASSERT_TRUE(endpoint) << url;
    EXPECT_EQ(endpoint->port, 0) << url;
    EXPECT_EQ(endpoint->rest, "") << url;
  }
  EXPECT_EQ(parse_endpoint_url("tcp://mail.example.com.:25")->host, "mail.example.com.");
}

TEST(ParseEndpointUrl, ReadsAddresses) {
  EXPECT_TRUE(parse_endpoint_url("tcp://192.0.2.1:22")->is_address);
  const auto six = parse_endpoint_url("tcp://[2001:DB8::1]:22");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "2001:db8::1");
  EXPECT_EQ(six->port, 22);
  EXPECT_TRUE(six->is_address);
  EXPECT_EQ(parse_endpoint_url("icmp://[fe80::1%Eth0]")->host, "fe80::1%Eth0");
  EXPECT_EQ(parse_endpoint_url("icmp://[fe80::1%25eth0]")->host, "fe80::1%eth0");
}

TEST(ParseEndpointUrl, SaysWhatIsWrong) {
  EXPECT_EQ(error_of("mail.example.com:25"), "has no scheme");
  EXPECT_EQ(error_of("tcp://"), "has no host");
  EXPECT_EQ(error_of("tcp://:25"), "has no host");
  EXPECT_EQ(error_of("tcp:///x"), "has no host");
  for (const char* url :
       {"tcp://h:0", "tcp://h:65536", "tcp://h:22x", "tcp://h:-1", "tcp://h:+1"}) {
    EXPECT_EQ(error_of(url), "has a port that is not a number from 1 to 65535") << url;
  }
  EXPECT_EQ(error_of("tcp://2001:db8::1:22"), "has an IPv6 address without brackets around it");
  EXPECT_EQ(error_of("tcp://[2001:db8::1:22"), "has a \"[\" without its \"]\"");
  EXPECT_EQ(error_of("tcp://[192.0.2.1]:22"), "has brackets around what is not an IPv6 address");
  EXPECT_EQ(error_of("tcp://[::1]22"), "has something between \"]\" and the port");
  EXPECT_EQ(error_of("tcp://m\xC3\xBCller.example:22"),
            "has a host that is not ASCII; write it in its xn-- form");
  for (const std::string& host :
       {std::string("a b"), std::string("a..b"), std::string(".a"), std::string("a$b"),
        std::string(64, 'a'), std::string("a\0b", 3)}) {
    EXPECT_EQ(error_of("tcp://" + host + ":22"), "has a host that is neither a name nor an address")
        << host;
  }
}

TEST(ParseEndpointUrl, DoesNotRepeatAPassword) {
  EXPECT_EQ(error_of("tcp://mon:geheim@shop:22"),
            "has a user or password, which this kind does not send");
}

TEST(HostAndPort, PutsBracketsAroundIpv6) {
  EXPECT_EQ(host_and_port("shop.example.com", 25), "shop.example.com:25");
  EXPECT_EQ(host_and_port("2001:db8::1", 53), "[2001:db8::1]:53");
}

}  // namespace
}  // namespace gatewatch::probe
