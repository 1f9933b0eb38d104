// SPDX-License-Identifier: Apache-2.0
// OriginalLog: the log of a run of an original configuration, in the form that such jobs had: a file
// with everything, and what is INFO and above on the console. Used by original_run.cc. Thread-safe.
#pragma once

#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "app/console.h"
#include "base/result.h"
#include "execution/observer.h"
#include "io/clock.h"
#include "model/time_zone.h"

namespace weir::app {

enum class LogLevel { Debug, Info, Warning, Error };

class OriginalLog final : public execution::Observer {
 public:
  /// Appends to weir.log in a folder, which is made when it is missing. Times are those of `zone`.
  static Result<std::unique_ptr<OriginalLog>> open(const std::string& folder, const io::Clock& clock,
                                                   model::TimeZone zone, const Console& console);
  /// Replaces these in everything that follows.
  void hide(std::vector<std::string> secrets) { secrets_ = std::move(secrets); }

  /// Each line of the message becomes one of the log: "INFO:weir:2024-05-14 01:00:03,417:message".
  void write(LogLevel level, std::string_view message);
  void on_event(const state::Run& run, const state::Event& event) override;
  void on_progress(const state::Run&, const execution::Progress&) override {}

  const std::string& path() const { return path_; }

 private:
  OriginalLog(std::string path, std::ofstream file, const io::Clock& clock, model::TimeZone zone,
              const Console& console)
      : path_(std::move(path)),
        file_(std::move(file)),
        clock_(clock),
        zone_(std::move(zone)),
        console_(console) {}

  std::string path_;
  std::mutex mutex_;  ///< guards file_
  std::ofstream file_;
  std::vector<std::string> secrets_;
  const io::Clock& clock_;
  const model::TimeZone zone_;
  const Console& console_;
};

/// A console that prints what another one prints, with every secret replaced by ***. The other one
/// must outlive it.
Console redacting_console(const Console& console, const std::vector<std::string>& secrets);
std::string redacted(std::string_view text, const std::vector<std::string>& secrets);

}  // namespace weir::app
