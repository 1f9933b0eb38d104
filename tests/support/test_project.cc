// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_project.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace weir::support {
namespace {

namespace fs = std::filesystem;

/// The program under test; the build tells where it is.
fs::path program() { return fs::path(WEIR_PROGRAM); }

std::vector<std::string> environment_with(const TestProject::Variables& variables) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  for (const auto& [name, value] : variables) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

TestProject::TestProject(const fs::path& parent) {
  auto name = (parent / "weir-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder in " + parent.string());
  folder_ = name;
}

TestProject::~TestProject() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void TestProject::write(const std::string& name, const std::string& text) const {
  fs::create_directories(path(name).parent_path());
  std::ofstream(path(name), std::ios::binary) << text;
}

std::string TestProject::read(const std::string& name) const {
  std::ifstream file(path(name), std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

pid_t TestProject::start(const std::vector<std::string>& arguments, const Variables& variables) const {
  std::vector<std::string> command = {program().string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto variables_text = environment_with(variables);
  auto argument_pointers = pointers(command);
  auto variable_pointers = pointers(variables_text);
  const auto output = path("output.txt").string();
  const pid_t child = fork();
  if (child != 0) return child;
  const int file = open(output.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  const bool ready = chdir(folder_.c_str()) == 0 && dup2(file, 1) == 1 && dup2(file, 2) == 2;
  if (ready) execve(command.front().c_str(), argument_pointers.data(), variable_pointers.data());
  _exit(127);
}

Ended TestProject::wait(pid_t process, std::optional<std::chrono::microseconds> patience, int signal) const {
  int status = 0;
  if (patience) {
    // SIGCHLD stays pending while it is blocked, so an early end is not missed.
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_ended, nullptr);
    const auto micros = patience->count();
    const timespec limit{micros / 1'000'000, micros % 1'000'000 * 1000};
    if (waitpid(process, &status, WNOHANG) == 0) {
      if (sigtimedwait(&child_ended, nullptr, &limit) < 0) kill(process, signal);
      waitpid(process, &status, 0);
    }
    sigprocmask(SIG_UNBLOCK, &child_ended, nullptr);
  } else {
    waitpid(process, &status, 0);
  }
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), read("output.txt")};
}

Ended TestProject::weir(const std::vector<std::string>& arguments, const Variables& variables) const {
  return wait(start(arguments, variables));
}

std::string TestProject::query(const std::string& database, const std::string& sql) const {
  sqlite3* handle = nullptr;
  std::string text;
  const auto row = [](void* out, int count, char** values, char**) {
    auto& rows = *static_cast<std::string*>(out);
    for (int i = 0; i < count; ++i)
      rows += std::string(i == 0 ? "" : "|") + (values[i] == nullptr ? "NULL" : values[i]);
    rows += "\n";
    return 0;
  };
  char* message = nullptr;
  const auto file = path(database).string();
  if (sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK ||
      sqlite3_exec(handle, sql.c_str(), row, &text, &message) != SQLITE_OK) {
    text = fmt::format("error: {}\n", message == nullptr ? sqlite3_errmsg(handle) : message);
  }
  sqlite3_free(message);
  sqlite3_close(handle);
  return text;
}

void write_request_log_project(const TestProject& project, int days, int rows_a_day) {
  project.write("weir.yaml", R"(connections:
  logs: {type: files, folder: logs}
  warehouse: {type: sqlite, path: warehouse.db}
)");
  project.write("pipelines/requests.yaml", R"(pipeline: requests
partitions: {every: day, from: 2024-05-01, column: timestamp}
source:
  connection: logs
  path: "{{ partition.date }}.jsonl"
  columns: {insertId: text, timestamp: timestamp, httpRequest: json}
transforms:
  - snake_case: columns
  - unpack: {column: http_request, fields: {requestUrl: text, status: integer, remoteIp: text}, keep: false}
  - snake_case: columns
  - parse_url: request_url
  - filter: {column: request_url_path, starts_with: [/pudl, /ferc1]}
  - deduplicate: {key: [insert_id], keep: first}
checks:
  - not_null: [insert_id]
destination: {connection: warehouse, table: requests, write: replace_partition, key: [insert_id]}
)");
  for (int day = 1; day <= days; ++day) {
    std::string lines;
    for (int i = 0; i < rows_a_day; ++i) {
      // Every fifth entry stands twice, every seventh asks for something else, a few are broken.
      const auto id = fmt::format("{:02}-{:06}", day, i % 5 == 4 ? i - 1 : i);
      const auto path = i % 7 == 3 ? "/favicon.ico" : i % 2 == 0 ? "/pudl/plants" : "/ferc1/steam";
      auto line = fmt::format(
          R"({{"insertId":"{}","timestamp":"2024-05-{:02}T{:02}:00:00Z","httpRequest":{{"requestUrl":"https://data.example.org{}?n={}","status":200,"remoteIp":"10.0.0.{}"}}}})",
          id, day, i % 24, path, i, i % 250);
      if (i % 97 == 50) line = line.substr(0, line.size() / 2);
      if (i % 89 == 40)
        line = fmt::format(
            R"({{"timestamp":"2024-05-{:02}T01:00:00Z","httpRequest":{{"requestUrl":"https://data.example.org/pudl"}}}})",
            day);
      lines += line + "\n";
    }
    project.write(fmt::format("logs/2024-05-{:02}.jsonl", day), lines);
  }
}

std::string loaded_state(const TestProject& project) {
  std::string text = project.query("warehouse.db", "SELECT * FROM requests ORDER BY insert_id");
  text += project.query("warehouse.db",
                        "SELECT partition, table_name, rows_read, rows_loaded, rows_filtered, "
                        "rows_deduplicated, rows_quarantined, content_hash "
                        "FROM _weir_loads l WHERE load_id = (SELECT max(load_id) FROM _weir_loads m WHERE "
                        "m.partition = l.partition) ORDER BY partition");
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(project.path(".weir/quarantine"))) {
    // What a load prepared that was never published is no quarantine; the next load drops it.
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
      // Who set the row aside and when differs from run to run.
      text += file.filename().string() + " " + line.substr(0, line.find("\"run_id\"")) + "\n";
    }
  }
  return text;
}

}  // namespace weir::support
