// SPDX-License-Identifier: Apache-2.0
#include "tests/support/server_process.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

namespace weir::support {
namespace {

pid_t start(const ServerScript& script, const std::vector<std::string>& arguments) {
  const auto child = ::fork();
  if (child != 0) return child;
  std::vector<const char*> words = {"env", "bash", script.path};
  for (const auto& argument : arguments) words.push_back(argument.c_str());
  words.push_back(nullptr);
  ::execv("/usr/bin/env", const_cast<char* const*>(words.data()));
  ::_exit(127);
}

}  // namespace

void no_server(const ServerScript& script, const std::string& reason) {
  fmt::print(stderr, "the {} server for tests cannot be had: {}\n", script.server, reason);
  ::_exit(1);
}

ServerProcess::ServerProcess(const ServerScript& script, const std::string& from) : script_(script) {
  auto pattern = (std::filesystem::temp_directory_path() / "weir-server-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) no_server(script_, "no folder for it can be made");
  folder_ = pattern;
  const std::vector<std::string> init = {"init", folder_};
  const std::vector<std::string> copy = {"copy", folder_, from};
  int status = 0;
  ::waitpid(start(script_, from.empty() ? init : copy), &status, 0);
  if (status != 0) no_server(script_, "its data cannot be made; the lines above say why");
  run();
}

ServerProcess::~ServerProcess() {
  if (process_ > 0) {
    ::kill(process_, script_.stop_signal);
    ::waitpid(process_, nullptr, 0);
  }
  std::filesystem::remove_all(folder_);
}

void ServerProcess::kill() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

void ServerProcess::run() { process_ = start(script_, {"run", folder_}); }

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace weir::support
