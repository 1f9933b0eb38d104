// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/archive.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "sandbox/http/gzip.h"
#include "sandbox/s3/instant.h"

namespace weir::sandbox::s3 {
namespace {

constexpr int kUsers = 250;
constexpr int kActivities = 2000;
constexpr std::size_t kBlock = 512;  // of tar

constexpr std::array<std::string_view, 12> kFirst = {"Ana",  "Björn", "Chidi", "Dana", "Elif",  "Farid",
                                                     "Hiro", "Ines",  "Mei",   "Noor", "Priya", "Zoë"};
constexpr std::array<std::string_view, 10> kLast = {"Abara", "Dubois", "García", "Ito",     "Khan",
                                                    "Lopez", "Müller", "Nowak",  "O'Brien", "Singh"};
/// Names that a reader of CSV, or of text with | between fields, can get wrong.
constexpr std::array<std::string_view, 8> kGroups = {
    "Editors", "Web, Mobile", "Health | Safety",    "\"Night\" desk", "Parks \\ Forests",
    "NA",      "-",           "First - Second tier"};
constexpr std::array<std::string_view, 3> kSites = {"GOV", "HLTH", "ENV"};
constexpr std::array<std::string_view, 4> kActivitiesOf = {"Login", "Publish", "Group Add", "Group Remove"};

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& from, int number) {
  return from[static_cast<std::size_t>(number) % N];
}

std::string quoted(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string person(int user) { return fmt::format("{} {}", pick(kFirst, user * 5), pick(kLast, user * 7)); }

std::string address_of(int user) { return fmt::format("user{}@example.org", user); }

std::string account_of(int user) {
  return fmt::format("{}{:03}", std::string(1, "ABCDEFGH"[user % 8]), user);
}

/// "2024-05-13 09:15:22.125", so long before midnight.
std::string moment(Date day, std::int64_t seconds_before, int milliseconds) {
  std::string text = to_string(Timestamp{midnight(day).micros - seconds_before * kSecondMicros});
  text[10] = ' ';
  return fmt::format("{}.{:03}", text.substr(0, 19), milliseconds);
}

std::string groups_file() {
  std::string csv = "ID,NAME,ACTIVE,SITE_KEY\n";
  for (int i = 0; i < static_cast<int>(kGroups.size()); ++i) {
    csv += fmt::format("{:04},{},{},{}\n", i + 1, quoted(pick(kGroups, i)), i % 5 != 4, pick(kSites, i));
  }
  return csv;
}

std::string members_file() {
  std::string csv = "ID,USER_ID,EMAIL,GROUP_ID,GROUP_NAME,SITE_KEY,IS_GROUP_MGR\n";
  for (int user = 0; user < kUsers; ++user) {
    const int group = user * 3 % static_cast<int>(kGroups.size());
    csv +=
        fmt::format("{},u-{},{},{:04},{},{},{}\n", 1000 + user, user, user % 17 == 5 ? "" : address_of(user),
                    group + 1, quoted(pick(kGroups, group)), pick(kSites, group), user % 20 == 0);
  }
  return csv;
}

std::string activity_file(Date day) {
  std::string csv = "USER_ID,USER_IDIR,ACTIVITY_TYPE,MEMO,ACTIVITY_DATE\n";
  for (int i = 0; i < kActivities; ++i) {
    const int user = i * 37 % kUsers;
    const std::string_view type = pick(kActivitiesOf, i % 11);
    const bool is_of_group = type.starts_with("Group");
    const std::string memo =
        is_of_group         ? fmt::format("{} - {} - by {}", person(user), pick(kGroups, i), person(i % 9))
        : type == "Publish" ? fmt::format("Page {}\nof \"{}\"", i, pick(kSites, i))
                            : std::string();
    csv += fmt::format("u-{},{},{},{},{}\n", user, account_of(user), type, quoted(memo),
                       moment(day, std::int64_t{1} + (kActivities - i) * std::int64_t{41}, i % 1000));
  }
  return csv;
}

std::string status_file(Date day) {
  std::string csv = "ID,ORGANIZATION,USER_ID,USER_NAME,EMAIL,CREATED_DT,STATUS\n";
  for (int user = 0; user < kUsers; ++user) {
    csv += fmt::format(
        "{},{},u-{},{},{},{},{}\n", 40 + user, user % 3 == 0 ? "IDIR" : "BCeID", user, quoted(person(user)),
        address_of(user),
        moment(day, std::int64_t{86'400} * (30 + std::int64_t{3} * user) + std::int64_t{61} * user, 0),
        user % 12 == 7 ? "INACTIVE" : "ACTIVE");
  }
  return csv;
}

/// One file in the form ustar (POSIX.1-1988).
std::string tar_entry(const std::string& name, const std::string& content, Timestamp changed) {
  std::string entry(kBlock, '\0');
  entry.replace(0, name.size(), name);
  entry.replace(100, 24, std::string("0000644\0000000000\0000000000\0", 24));
  entry.replace(124, 12, fmt::format("{:011o} ", content.size()));
  entry.replace(136, 12, fmt::format("{:011o} ", changed.micros / kSecondMicros));
  entry.replace(148, 8, "        ");  // the checksum counts itself as blanks
  entry.replace(156, 1, "0");
  entry.replace(257, 8, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : entry) sum += static_cast<unsigned char>(c);
  entry.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  entry += content;
  entry.resize((entry.size() + kBlock - 1) / kBlock * kBlock, '\0');
  return entry;
}

}  // namespace

std::string cms_archive_key(Timestamp now) {
  std::string day = to_string(day_of(now));
  std::erase(day, '-');
  return "client/cmslite_gdx/cms-analytics-csv." + day + ".tgz";
}

std::string cms_archive(Timestamp now) {
  const Date day = day_of(now);
  const Timestamp changed = midnight(day);
  const std::string tar = tar_entry("analytics_group.csv", groups_file(), changed) +
                          tar_entry("analytics_user_group.csv", members_file(), changed) +
                          tar_entry("analytics_user_activity.csv", activity_file(day), changed) +
                          tar_entry("analytics_user_status.csv", status_file(day), changed) +
                          std::string(2 * kBlock, '\0');
  std::string packed;
  Gzip().pack(tar, Gzip::More::No, packed);
  return packed;
}

}  // namespace weir::sandbox::s3
