// SPDX-License-Identifier: Apache-2.0
#include "app/command_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace weir::app {

Option pipeline_option(Destination destination, std::string_view doc) {
  return {"pipeline",
          "PIPELINE",
          std::string(doc),
          destination,
          Option::Need::Optional,
          {},
          Option::Completes::Pipelines};
}

Option from_option(std::string& from) {
  return {"--from", "DATE", "First partition. Default: the first there is.", &from};
}

Option to_option(std::string& to) {
  return {"--to", "DATE", "Last partition, included. Default: the last that is complete.", &to};
}

Option keep_going_option(bool& keep_going) {
  return {"--keep-going", "", "Of objects, go on behind one that cannot be loaded. Default: stop there.",
          &keep_going};
}

Option jobs_option(std::int64_t& jobs) {
  return {"-j,--jobs", "N", "Partitions of a pipeline to load side by side, 1 to 64. Default: 1.", &jobs};
}

Result<std::size_t> checked_jobs(std::int64_t jobs) {
  constexpr std::int64_t kMostJobs = 64;
  if (jobs < 1 || jobs > kMostJobs)
    return fail(ErrorCode::InvalidConfig, "--jobs is a number from 1 to {}, but is {}", kMostJobs, jobs);
  return static_cast<std::size_t>(jobs);
}

LoadOptions::OnBadObject on_bad_object(bool keep_going) {
  return keep_going ? LoadOptions::OnBadObject::GoOn : LoadOptions::OnBadObject::Stop;
}

std::size_t problems_in(const config::Diagnostics& diagnostics) {
  const auto all = diagnostics.sorted();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const auto& each) { return each.severity == config::Severity::Error; }));
}

ExitCode finished(const Result<ExitCode>& result, const Console& console, std::string_view help) {
  return result.ok() ? *result : console.report(result.error(), help);
}

std::string all_are(std::uint64_t number, std::string_view one) {
  return number == 1 ? fmt::format("the {} is", one) : fmt::format("all {} are", counted(number, one));
}

}  // namespace weir::app
