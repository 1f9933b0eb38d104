// SPDX-License-Identifier: Apache-2.0
#include "migrate/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "base/text.h"

namespace weir::migrate {
namespace {

/// A sentence of the decisions as lines of a comment.
std::string comment(const std::string& text) {
  std::string out;
  std::string line = "#  ";
  for (const auto& word : split(text, ' ')) {
    if (line.size() + 1 + word.size() > 100) {
      out += line + "\n";
      line = "#  ";
    }
    line += " " + word;
  }
  return out + line + "\n";
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  write_json_string(out, text);
  return out;
}

std::string named(const std::string& text) {
  constexpr std::array<std::string_view, 9> kWords = {"true", "false", "null", "yes", "no",
                                                      "on",   "off",   "y",    "n"};
  const bool letters = !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == text.npos;
  const bool word = std::find(kWords.begin(), kWords.end(), text) != kWords.end();
  return letters && !word ? text : quoted(text);
}

std::string list_of(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (const auto& name : names) shown.push_back(named(name));
  return "[" + join(shown) + "]";
}

std::string decisions_text(const std::string& file, const std::vector<std::string>& decided) {
  auto text = fmt::format("# Made of {} by `weir migrate`. What was decided:\n", file);
  for (const auto& each : decided) text += comment("- " + each);
  return text;
}

std::string line(std::string_view key, std::string_view value, std::string_view missing) {
  if (value.empty()) return fmt::format("    # {}: {}\n", key, missing);
  return fmt::format("    {}: {}\n", key, quoted(value));
}

std::string bucket_yaml(std::string_view of, const std::string& bucket) {
  return fmt::format(
             "  # The bucket of the {}. Who reads it is said by\n"
             "  # AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the machine's role.\n"
             "  bucket:\n    type: s3\n",
             of) +
         line("bucket", bucket);
}

std::string warehouse_yaml(const Surroundings& around, const std::string& schema,
                           const std::string& staging) {
  const bool redshift = around.kind == WarehouseKind::Redshift;
  auto text =
      fmt::format("\n  # The tables, and weir's ledger of what is in them.\n  warehouse:\n    type: {}\n",
                  redshift ? "redshift" : "postgres");
  text += line("host", around.host, "name of the server; without it the variable PGHOST");
  text += fmt::format("    port: {}\n", around.port);
  text += line("database", around.database, "its name; without it the variable PGDATABASE");
  text += line("user", around.user, "who logs in; without it the variable PGUSER");
  text += line("password", around.password);
  text += line("schema", schema);
  if (!redshift) return text;
  text += line("iam_role", around.copy_role,
               "ARN of a role that may read the bucket; without it the keys go into COPY");
  return text + fmt::format("    staging: {{ connection: bucket, prefix: {} }}\n", quoted(staging));
}

}  // namespace weir::migrate
