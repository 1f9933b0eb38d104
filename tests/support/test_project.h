// SPDX-License-Identifier: Apache-2.0
// A project in a temporary folder and the real program to run on it, for tests that need processes:
// crashes, signals, full disks, two at once. One thread at a time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir::support {

/// How a process ended.
struct Ended {
  int exit_code = 0;   ///< 128 + the signal's number when a signal ended it
  std::string output;  ///< standard output and error as they came
};

class TestProject {
 public:
  using Variables = std::map<std::string, std::string>;

  /// A folder of its own below `parent`, removed with the object.
  explicit TestProject(const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  ~TestProject();
  TestProject(const TestProject&) = delete;
  TestProject& operator=(const TestProject&) = delete;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;

  /// Runs weir in the project's folder to its end.
  Ended weir(const std::vector<std::string>& arguments, const Variables& variables = {}) const;
  /// Starts weir; its output goes to the file output.txt.
  pid_t start(const std::vector<std::string>& arguments, const Variables& variables = {}) const;
  /// Waits for a started process; after `patience`, when given, sends it `signal` first.
  Ended wait(pid_t process, std::optional<std::chrono::microseconds> patience = std::nullopt,
             int signal = 9) const;

  /// All rows of a query on a SQLite file, "a|b|NULL\n" a row; the error's text when it fails.
  std::string query(const std::string& database, const std::string& sql) const;

 private:
  std::filesystem::path folder_;
};

/// The request-log pipeline on days of small generated logs, as tests like it: duplicates, private
/// addresses and broken lines included. Days start at 2024-05-01.
void write_request_log_project(const TestProject& project, int days, int rows_a_day);

/// What the pipeline of write_request_log_project() must have loaded and set aside: the table's rows,
/// the ledger's counts and the quarantined lines, without what differs from run to run.
std::string loaded_state(const TestProject& project);

}  // namespace weir::support
