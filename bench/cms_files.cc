// SPDX-License-Identifier: Apache-2.0
// Invents the four CSV files of a CMS archive, the same ones in every run: one row in twelve has quotes,
// delimiters, pipes, backslashes, line feeds or letters from far away.
//
//   cms_files FOLDER MEGABYTES
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

namespace {

class Random {
 public:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    auto value = state_;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }

 private:
  std::uint64_t state_ = 20220124;
};

constexpr std::string_view kHardNames[] = {"\"Doe, Jane | Web\"", "\"O\"\"Neil, \"\"Jim\"\"\"", "Zoë Müller",
                                           "\"two\nlines\"",      "\"C:\\new | \\N\"",          "日本 太郎",
                                           "\"🌊, \"\"tide\"\"\"", "\"back\\slash\\\""};
constexpr std::string_view kNames[] = {"Ada King", "Grace Hopper", "Alan Turing", "Mary Shelley",
                                       "Ivan Petrov"};
constexpr std::string_view kGroups[] = {"Web Editors", "News - Desk",   "Content Admins",
                                        "Translators", "Équipe Québec", "Service BC"};
constexpr std::string_view kTypes[] = {"Login", "Add to group", "Remove from group", "Publish page"};

class Writer {
 public:
  using Row = std::function<void(Random&, std::uint64_t, std::string&)>;

  /// One file of about so many bytes.
  static void write(const std::string& path, const char* header, std::uint64_t bytes, const Row& row) {
    auto* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) fail(path);
    Random random;
    std::string text = header;
    std::uint64_t written = 0;
    for (std::uint64_t number = 1; written + text.size() < bytes || number == 1; ++number) {
      row(random, number, text);
      if (text.size() < (1U << 20U)) continue;
      put(file, text, path);
      written += text.size();
      text.clear();
    }
    put(file, text, path);
    if (std::fclose(file) != 0) fail(path);
  }

 private:
  static void put(std::FILE* file, const std::string& text, const std::string& path) {
    if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) fail(path);
  }
  [[noreturn]] static void fail(const std::string& path) {
    std::perror(path.c_str());
    std::exit(1);
  }
};

std::string_view pick_name(Random& random) {
  if (random.below(12) == 0) return kHardNames[random.below(std::size(kHardNames))];
  return kNames[random.below(std::size(kNames))];
}

void add_time(Random& random, std::string& text) {
  fmt::format_to(std::back_inserter(text), "2024-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", 1 + random.below(12),
                 1 + random.below(28), random.below(24), random.below(60), random.below(60),
                 random.below(1000));
}

void activity(Random& random, std::uint64_t /*number*/, std::string& text) {
  fmt::format_to(std::back_inserter(text), "u-{:07},IDIR{:05},{},", random.below(1'000'000),
                 random.below(50'000), kTypes[random.below(std::size(kTypes))]);
  switch (random.below(12)) {
    case 0:
      break;  // no memo
    case 1:
      text += pick_name(random);
      break;
    default:
      fmt::format_to(std::back_inserter(text), "Added by admin {} - {} {} - site {}", random.below(300),
                     kGroups[random.below(std::size(kGroups))], random.below(2000), random.below(100));
  }
  text += ',';
  add_time(random, text);
  text += '\n';
}

void status(Random& random, std::uint64_t number, std::string& text) {
  fmt::format_to(std::back_inserter(text), "{:06},IDIR,u-{:07},{},user{}@example.org,", number,
                 random.below(1'000'000), pick_name(random), random.below(1'000'000));
  add_time(random, text);
  text += random.below(10) == 0 ? ",\n" : ",ACTIVE\n";
}

void user_group(Random& random, std::uint64_t number, std::string& text) {
  fmt::format_to(std::back_inserter(text), "{},u-{:07},user{}@example.org,{:04},{} {},GOV,{}\n", number,
                 random.below(1'000'000), random.below(1'000'000), random.below(9999),
                 kGroups[random.below(std::size(kGroups))], random.below(2000),
                 random.below(9) == 0 ? "true" : "false");
}

void group(Random& random, std::uint64_t number, std::string& text) {
  fmt::format_to(std::back_inserter(text), "{:04},{},{},NA\n", number, pick_name(random),
                 random.below(9) == 0 ? "false" : "true");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: cms_files FOLDER MEGABYTES\n");
    return 2;
  }
  const std::string folder = argv[1];
  const auto part = std::strtoull(argv[2], nullptr, 10) * 10'000;  // a hundredth
  Writer::write(folder + "/analytics_user_activity.csv",
                "USER_ID,USER_IDIR,ACTIVITY_TYPE,MEMO,ACTIVITY_DATE\n", 55 * part, activity);
  Writer::write(folder + "/analytics_user_status.csv",
                "ID,ORGANIZATION,USER_ID,USER_NAME,EMAIL,CREATED_DT,STATUS\n", 25 * part, status);
  Writer::write(folder + "/analytics_user_group.csv",
                "ID,USER_ID,EMAIL,GROUP_ID,GROUP_NAME,SITE_KEY,IS_GROUP_MGR\n", 17 * part, user_group);
  Writer::write(folder + "/analytics_group.csv", "ID,NAME,ACTIVE,SITE_KEY\n", 3 * part, group);
  return 0;
}
