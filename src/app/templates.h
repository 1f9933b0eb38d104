// SPDX-License-Identifier: Apache-2.0
// The projects that `weir init` can make. Used by init and its tests. Read-only.
#pragma once

#include <string_view>
#include <vector>

namespace weir::app {

/// The day in the samples, which becomes one of the last days: history then is a few days long.
inline constexpr std::string_view kSampleDay = "2022-01-24";

struct TemplateFile {
  std::string_view path;
  std::string_view text;
};

struct Template {
  std::string_view name;
  std::string_view summary;
  std::string_view first_step;  ///< what a person does first
  std::vector<TemplateFile> files;
  std::string_view folder;           ///< of input, to be made; empty: none
  std::vector<TemplateFile> sample;  ///< a few rows to try it with; kSampleDay stands for a day of late
  /// To try it with weir-sandbox: in place of files of the same path, and more. kSampleDay as above.
  std::vector<TemplateFile> sandbox{};
  std::string_view sandbox_command = "weir-sandbox";
  std::string_view sandbox_step{};  ///< a command that puts rows into it before all others; empty: none
};

/// looker.ini of the stand-in.
inline constexpr std::string_view kSandboxIni =
    "# Of weir-sandbox, which anybody may ask.\n[Looker]\nbase_url=http://127.0.0.1:8086\nclient_id=sandbox\n"
    "client_secret=sandbox-secret\n";

const std::vector<Template>& templates();
Template request_logs_template();
Template request_logs_bigquery_template();
Template access_log_template();
Template cms_archives_template();
Template looker_database_template();
Template looker_template();
Template content_usage_template();
Template content_usage_daily_template();
Template content_usage_bigquery_template();

}  // namespace weir::app
