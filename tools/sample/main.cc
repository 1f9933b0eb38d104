// SPDX-License-Identifier: Apache-2.0
// weir-sample: writes request logs to try weir with.
#include <CLI/CLI.hpp>
#include <iostream>

#include "base/text.h"
#include "tools/sample/geo.h"
#include "tools/sample/month.h"

namespace {

int report(const weir::Error& error) {
  std::cerr << "weir-sample: " << error.to_string() << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  weir::sample::SampleOptions options;
  std::string from = "2024-05-01";
  CLI::App app("Writes invented request logs, one JSON-lines file a day, and geo.mmdb for their addresses.",
               "weir-sample");
  app.add_option("folder", options.folder, "Folder to write to; made when missing.")->required();
  app.add_option("--from", from, "First day.")->capture_default_str();
  app.add_option("--days", options.days, "Number of days.")
      ->capture_default_str()
      ->check(CLI::Range(1, 3660));
  app.add_option("--rows", options.rows, "Lines in all.")->capture_default_str();
  app.add_option("--seed", options.seed, "The same seed gives the same bytes.")->capture_default_str();
  app.add_option("--duplicates", options.duplicates_percent, "Percent of lines that repeat an earlier one.")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 50.0));
  app.add_option("--broken", options.broken_percent, "Percent of lines that are damaged.")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 50.0));
  CLI11_PARSE(app, argc, argv);

  const auto first = weir::parse_date(from);
  if (!first)
    return report(
        {weir::ErrorCode::InvalidConfig, "--from is '" + from + "'; write a date as in 2024-05-01"});
  options.from = *first;
  const auto summary = weir::sample::write_sample(options);
  if (!summary) return report(summary.error());
  const auto geo = weir::sample::write_geo_database(options.folder + "/geo.mmdb");
  if (!geo) return report(geo.error());
  std::cout << weir::counted(summary->lines, "line") << " (" << weir::human_bytes(summary->bytes) << ") in "
            << weir::counted(summary->files, "file") << " in " << options.folder << ": "
            << weir::counted(summary->duplicates, "duplicate") << ", "
            << weir::with_thousands(summary->broken) << " broken.\n";
  return 0;
}
