// SPDX-License-Identifier: Apache-2.0
// Parts that commands share: their common options, the end of their actions, words. Used by the commands.
// Functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/command.h"
#include "app/console.h"
#include "app/load_job.h"
#include "base/result.h"
#include "config/diagnostics.h"

namespace weir::app {

inline constexpr std::string_view kOnlyPipeline = "Which pipeline; may be left out when there is only one.";
inline constexpr std::string_view kAllPipelines = "Which pipeline; default: all.";

/// The argument that names a pipeline, or several.
Option pipeline_option(Destination destination, std::string_view doc);
/// Both ends of a range of partitions.
Option from_option(std::string& from);
Option to_option(std::string& to);
Option keep_going_option(bool& keep_going);
/// Partitions to load side by side, and their number once it is known to be sensible.
Option jobs_option(std::int64_t& jobs);
Result<std::size_t> checked_jobs(std::int64_t jobs);
LoadOptions::OnBadObject on_bad_object(bool keep_going);
/// What a person may write for them, as a paragraph of the help.
inline constexpr std::string_view kRangeForms =
    "Both ends of a range are included: --from 2024-05-01 --to 2024-05-31 is all of May. A date such as "
    "2024-05-01 stands for that day, for all of its hours, or for the week or month that it lies in; "
    "2024-05-01T07 names one hour, 2024-W18 a week, 2024-05 a month.";

/// How many errors there are for a person to mend.
std::size_t problems_in(const config::Diagnostics& diagnostics);

/// The exit code of an action: its own, or that of the error, which is reported with what may help.
ExitCode finished(const Result<ExitCode>& result, const Console& console, std::string_view help = {});

/// "the partition is", "all 3 partitions are".
std::string all_are(std::uint64_t number, std::string_view one);

}  // namespace weir::app
