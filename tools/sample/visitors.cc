// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/visitors.h"

#include <fmt/format.h>

#include <array>

#include "tools/sample/places.h"

namespace weir::sample {
namespace {

constexpr std::array<std::string_view, 10> kBrowsers = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 "
    "Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 "
    "Safari/537.36 "
    "Edg/123.0.2420.97",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.4.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.82 "
    "Mobile "
    "Safari/537.36",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 "
    "Safari/537.36"};
constexpr std::array<std::string_view, 8> kScripts = {"python-requests/2.31.0",
                                                      "curl/7.88.1",
                                                      "curl/8.4.0",
                                                      "pandas/2.2 Python-urllib/3.11",
                                                      "python-httpx/0.27.0",
                                                      "Wget/1.21.3",
                                                      "R (4.3.3 x86_64-pc-linux-gnu x86_64 linux-gnu)",
                                                      "Go-http-client/2.0"};
constexpr std::array<std::string_view, 9> kCrawlers = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
    "+http://www.bing.com/bingbot.htm) "
    "Chrome/116.0.1938.76 Safari/537.36",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot; help@moz.com)",
    "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 "
    "(compatible; "
    "PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"};
constexpr std::array<std::string_view, 4> kScanners = {
    "Mozilla/5.0 zgrab/0.x", "masscan/1.3 (https://github.com/robertdavidgraham/masscan)",
    "() { :; }; echo \"vulnerable\\n\"",
    "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)"};

// Crawlers and nightly scripts are few but busy, so they hold most of the first ranks.
VisitorKind draw_kind(std::size_t rank, Random& random) {
  const auto roll = random.below(100);
  if (rank < 12) return roll < 60 ? VisitorKind::Crawler : VisitorKind::Script;
  if (rank < 60) {
    return roll < 25 ? VisitorKind::Crawler : roll < 60 ? VisitorKind::Script : VisitorKind::Person;
  }
  return roll < 4    ? VisitorKind::Scanner
         : roll < 8  ? VisitorKind::Crawler
         : roll < 28 ? VisitorKind::Script
                     : VisitorKind::Person;
}

// Inside networks, health checks and documentation ranges: what no database can place.
std::string private_address(Random& random) {
  switch (random.below(6)) {
    case 0:
      return fmt::format("10.{}.{}.{}", random.below(8), random.below(256), random.between(1, 254));
    case 1:
      return fmt::format("192.168.{}.{}", random.below(3), random.between(1, 254));
    case 2:
      return fmt::format("172.{}.0.{}", random.between(16, 31), random.between(1, 254));
    case 3:
      return "127.0.0.1";
    case 4:
      return fmt::format("fd00:{:x}::{:x}", random.below(0xffff), random.between(1, 0xffff));
    default:
      return fmt::format("100.64.{}.{}", random.below(16), random.between(1, 254));
  }
}

std::string draw_address(const Weighted& homes, Random& random) {
  const auto home = homes.draw(random);
  const auto host = random.below(1U << 16);
  const auto roll = random.below(1000);
  if (roll < 15) return private_address(random);
  if (roll < 35)
    return fmt::format("45.{}.{}.{}", 3 + host % 250, host >> 8, 1 + host % 254);  // in no network
  if (roll < 155) return ipv6_address(home, random.below(1U << 28));
  return ipv4_address(home, host);
}

Visitor make_visitor(std::size_t rank, const Weighted& homes, Random& random) {
  Visitor visitor;
  visitor.kind = draw_kind(rank, random);
  visitor.address = draw_address(homes, random);
  visitor.interest = random.below(1U << 16);
  visitor.protocol = "HTTP/1.1";
  switch (visitor.kind) {
    case VisitorKind::Person:
      visitor.user_agent = random.pick(std::span<const std::string_view>(kBrowsers));
      if (random.per_mille(700)) visitor.protocol = "HTTP/2";
      break;
    case VisitorKind::Script:
      visitor.user_agent = random.pick(std::span<const std::string_view>(kScripts));
      break;
    case VisitorKind::Crawler:
      visitor.user_agent = random.pick(std::span<const std::string_view>(kCrawlers));
      break;
    case VisitorKind::Scanner:
      visitor.user_agent = random.pick(std::span<const std::string_view>(kScanners));
      break;
  }
  return visitor;
}

}  // namespace

Visitors::Visitors(std::size_t count, std::uint64_t seed) : popularity_(zipf_weights(count, 25)) {
  std::vector<std::uint32_t> weights;
  for (const auto& place : places()) weights.push_back(place.weight);
  const Weighted homes(weights);
  Random random(mix(seed ^ 0x7669736974ULL));
  visitors_.reserve(count);
  for (std::size_t rank = 0; rank < count; ++rank) visitors_.push_back(make_visitor(rank, homes, random));
}

}  // namespace weir::sample
