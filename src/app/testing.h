// SPDX-License-Identifier: Apache-2.0
// The program in a folder of its own, with captured output and a clock that stands still. Used by the
// tests of this folder.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "app/program.h"

namespace weir::app {

struct Output {
  int exit_code = 0;
  std::string out;
  std::string err;
};

class TestProgram {
 public:
  TestProgram() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-app-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~TestProgram() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }

  Output run(const std::vector<std::string>& arguments) {
    Output output;
    const io::FixedEnvironment world(environment);
    output.exit_code = run_program({.arguments = arguments,
                                    .out = [&](std::string_view text) { output.out += text; },
                                    .err = [&](std::string_view text) { output.err += text; },
                                    .environment = world,
                                    .clock = clock,
                                    .cancelled = cancelled,
                                    .working_folder = folder_,
                                    .out_stream = stream,
                                    .err_stream = stream,
                                    .width = width});
    return output;
  }
  void write(const std::string& path, std::string_view text) const {
    const auto full = std::filesystem::path(folder_) / path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full, std::ios::binary) << text;
  }
  void set_time(std::string_view time) {
    clock.advance(std::chrono::microseconds(parse_timestamp(time)->micros - clock.now().micros));
  }
  bool has(const std::string& path) const {
    return std::filesystem::exists(std::filesystem::path(folder_) / path);
  }
  const std::string& folder() const { return folder_; }

  io::ManualClock clock{*parse_timestamp("2022-01-27T08:00:00Z")};
  std::atomic<bool> cancelled{false};
  std::map<std::string, std::string> environment{{"LANG", "C.UTF-8"}};
  World::Stream stream = World::Stream::Pipe;
  std::size_t width = 0;

 private:
  std::string folder_;
};

}  // namespace weir::app
