// SPDX-License-Identifier: Apache-2.0
// Users, what is known of them, their roles and groups.
#include "base/text.h"
#include "sandbox/looker/data/world.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::array<std::string_view, 20> kFirstNames = {
    "Ana",   "Björn", "Chidi", "Dana", "Elif",  "Farid", "Grace", "Hiro", "Ines", "Jonas",
    "Kavya", "Liam",  "Mei",   "Noor", "Oscar", "Priya", "Quinn", "Rosa", "Sean", "Zoë"};
constexpr std::array<std::string_view, 16> kLastNames = {
    "Abara", "Baker",  "Costa", "Dubois", "Eriksen", "Fischer", "García",  "Haddad",
    "Ito",   "Jansen", "Khan",  "Lopez",  "Müller",  "Nowak",   "O'Brien", "Singh"};
constexpr std::array<std::string_view, 4> kZones = {"America/Vancouver", "Europe/Berlin", "Asia/Tokyo",
                                                    "UTC"};
constexpr std::array<std::string_view, 4> kRoles = {"Admin", "Developer", "User", "Viewer"};
constexpr std::array<std::string_view, 6> kGroups = {"All Users",  "Finance",   "Sales, EMEA",
                                                     "Operations", "Marketing", "Analysts"};
constexpr std::array<std::string_view, 3> kLogins = {"email", "saml", "google"};

struct Names {
  std::string_view first, last;
};

Names names_of(std::uint64_t seed, Row row) {
  return {Chance(seed, "user.first").pick(row, kFirstNames), Chance(seed, "user.last").pick(row, kLastNames)};
}

std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : lower(name)) {
    if (c >= 'a' && c <= 'z') letters += c;
  }
  return letters;
}

/// "sean.obrien17@example.com": letters of ASCII only, and one address for each user.
std::string address_of(const Names& names, Row row) {
  return fmt::format("{}.{}{}@example.com", letters_of(names.first), letters_of(names.last), row + 1);
}

/// One in a dozen administers, three develop, the others look.
std::int64_t role_of(std::uint64_t seed, Row row) {
  const double share = row == 0 ? 0 : Chance(seed, "user.role").share(row);
  if (share < 0.04) return 1;
  if (share < 0.15) return 2;
  return share < 0.6 ? 3 : 4;
}

bool is_disabled(std::uint64_t seed, Row row) {
  return row > 0 && Chance(seed, "user.is_disabled").happens(row, 0.06);
}

/// Nothing of those who have never been there.
Value last_login(const SharedWorld& world, const Window& window, Row row, std::string_view subject,
                 double never) {
  const Chance chance(world->seed, subject);
  if (chance.happens(row, never)) return {};
  const std::int64_t days = static_cast<std::int64_t>(chance.skewed_below(row + 1'000'000, 90));
  const std::int64_t second = static_cast<std::int64_t>(chance.below(row + 2'000'000, 86'400));
  return time_value((window.newest.micros / kDay - 1 - days) * kDay + second * kSecond);
}

}  // namespace

View user_view(const SharedWorld& world, const Window& /*window*/) {
  const std::uint64_t seed = world->seed;
  ViewMaker view("user", "User");
  view.add("id", Type::Integer, number_of_row)
      .add("name", Type::Text,
           [seed](Row row, Scratch& scratch) {
             const Names names = names_of(seed, row);
             return text_of(scratch, "{} {}", names.first, names.last);
           })
      .add("first_name", Type::Text,
           [seed](Row row, Scratch&) { return text_value(names_of(seed, row).first); })
      .add("last_name", Type::Text,
           [seed](Row row, Scratch&) { return text_value(names_of(seed, row).last); })
      .add("email", Type::Text,
           [seed](Row row, Scratch& scratch) {
             return text_value(scratch.keep(address_of(names_of(seed, row), row)));
           })
      .add("created", Type::Time,
           [world](Row row, Scratch&) { return time_value(world->creation("user", row, world->users)); })
      .add("is_disabled", Type::Flag,
           [seed](Row row, Scratch&) { return flag_value(is_disabled(seed, row)); })
      .add("dev_branch_name", Type::Text,
           [seed](Row row, Scratch& scratch) {
             return role_of(seed, row) > 2 ? Value{} : text_of(scratch, "dev-user-{}-x{}", row + 1, row % 7);
           })
      .add("home_space_id", Type::Text,
           [](Row row, Scratch& scratch) { return text_of(scratch, "{}", 100 + row); })
      .add("timezone", Type::Text,
           [seed](Row row, Scratch&) {
             const Chance chance(seed, "user.timezone");
             return chance.happens(row + 5000, 0.3) ? Value{} : text_value(chance.pick(row, kZones));
           })
      .add("edit_link", Type::Text,
           [](Row row, Scratch& scratch) { return text_of(scratch, "/admin/users/{}/edit", row + 1); })
      .add(
          "is_looker", Type::Flag, [](Row, Scratch&) { return flag_value(false); }, "Is Looker Employee")
      .hidden("role_id", Type::Integer,
              [seed](Row row, Scratch&) { return integer_value(role_of(seed, row)); })
      .hidden("group_id", Type::Integer,
              [seed](Row row, Scratch&) {
                const Chance chance(seed, "user.group");
                return integer_value(static_cast<std::int64_t>(chance.below(row, kGroups.size())) + 1);
              })
      .measure({.name = "count"});
  return std::move(view).of(world->users);
}

View user_facts_view(const SharedWorld& world, const Window& window) {
  const std::uint64_t seed = world->seed;
  const auto has_role = [seed](std::int64_t least) {
    return [seed, least](Row row, Scratch&) { return flag_value(role_of(seed, row) <= least); };
  };
  const auto never = [](Row, Scratch&) { return flag_value(false); };
  const auto sessions = [seed](std::string_view subject, double none) {
    return [chance = Chance(seed, subject), none](Row row, Scratch&) {
      return chance.happens(row, none) ? number_value(0)
                                       : number_value(1 + static_cast<double>(chance.below(row + 7000, 3)));
    };
  };
  ViewMaker view("user_facts", "User Facts");
  view.add("user_id", Type::Integer, number_of_row)
      .add("external_id", Type::Text, nothing)
      .add("is_admin", Type::Flag, has_role(1))
      .add("is_developer", Type::Flag, has_role(2))
      .add("is_explorer", Type::Flag, has_role(3))
      .add("is_viewer", Type::Flag, has_role(4))
      .add("is_embed", Type::Flag, never)
      .add("is_content_saver", Type::Flag, has_role(3))
      .add("is_sql_runner", Type::Flag, has_role(2))
      .add("is_looker_employee", Type::Flag, never)
      .add("active_ui_sessions", Type::Number, sessions("user_facts.ui", 0.6))
      .add("active_api_sessions", Type::Number, sessions("user_facts.api", 0.95))
      .add("has_ui_credentials", Type::Flag, has_role(4))
      .add("has_api_credentials", Type::Flag, has_role(1))
      .add("last_ui_login", Type::Time,
           [world, window](Row row, Scratch&) {
             return last_login(world, window, row, "user_facts.last_ui_login", 0.05);
           })
      .add("last_ui_login_credential_type", Type::Text,
           [seed](Row row, Scratch&) {
             return text_value(Chance(seed, "user_facts.login").pick(row, kLogins));
           })
      .add("last_api_login", Type::Time, [world, window](Row row, Scratch&) {
        return last_login(world, window, row, "user_facts.last_api_login", 0.9);
      });
  View made = std::move(view).of(world->users);
  made.primary_key = "user_id";
  return made;
}

View role_view(const SharedWorld& /*world*/, const Window& /*window*/) {
  ViewMaker view("role", "Role");
  view.add("id", Type::Integer, number_of_row)
      .add("name", Type::Text, [](Row row, Scratch&) { return text_value(kRoles.at(row)); })
      .add("built_in", Type::Flag, [](Row row, Scratch&) { return flag_value(row == 0); })
      .add("model_set_id", Type::Integer, [](Row, Scratch&) { return integer_value(1); })
      .add("permission_set_id", Type::Integer, number_of_row)
      .measure({.name = "count"});
  return std::move(view).of(static_cast<std::int64_t>(kRoles.size()));
}

View group_view(const SharedWorld& /*world*/, const Window& /*window*/) {
  ViewMaker view("group", "Group");
  view.add("id", Type::Integer, number_of_row)
      .add("name", Type::Text, [](Row row, Scratch&) { return text_value(kGroups.at(row)); })
      .add("external_group_id", Type::Text, nothing)
      .measure({.name = "count"});
  return std::move(view).of(static_cast<std::int64_t>(kGroups.size()));
}

}  // namespace weir::sandbox::looker
