// SPDX-License-Identifier: Apache-2.0
// The documentation agrees with the program: complete configuration in it is valid, the folders it
// describes are those that exist.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/support/test_project.h"

namespace weir {
namespace {

namespace fs = std::filesystem;
using support::TestProject;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> pages() {
  std::vector<fs::path> found = {fs::path(WEIR_SOURCE_DIR) / "README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(WEIR_SOURCE_DIR) / "docs")) {
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  }
  return found;
}

/// Blocks of YAML that begin with a comment that names a file of a project.
std::vector<std::pair<std::string, std::string>> project_files(const std::string& page) {
  std::vector<std::pair<std::string, std::string>> files;
  const std::string fence = "```yaml\n";
  for (auto at = page.find(fence); at != std::string::npos; at = page.find(fence, at + 1)) {
    const auto begin = at + fence.size();
    const auto block = page.substr(begin, page.find("```", begin) - begin);
    const std::regex title("^# (weir\\.yaml|pipelines/[a-z_]+\\.yaml)\n");
    if (std::smatch match; std::regex_search(block, match, title)) files.emplace_back(match[1], block);
  }
  return files;
}

TEST(Docs, pipelines_in_the_pages_are_valid) {
  int checked = 0;
  for (const auto& page : pages()) {
    const auto files = project_files(read(page));
    for (const auto& [name, block] : files) {
      const TestProject project;
      project.write("weir.yaml",
                    "connections:\n  logs: {type: files}\n  warehouse: {type: sqlite, path: usage.db}\n"
                    "  database: {type: postgres, host: 127.0.0.1, port: 1}\n");
      // A page that shows its project's connections is judged with them.
      for (const auto& [other, text] : files) {
        if (other == "weir.yaml" || name == "weir.yaml") project.write(other, text);
      }
      project.write(name, block);
      if (files.size() == 1 && name == "weir.yaml") {
        project.write(
            "pipelines/p.yaml",
            "pipeline: p\nsource: {connection: logs, path: a.jsonl}\ndestination: {connection: warehouse, "
            "table: t}\n");
      }
      const auto ended = project.weir({"check"});
      // What it points at is not there; only the configuration is judged.
      EXPECT_NE(ended.exit_code, 2) << page << ": " << name << "\n" << ended.output;
      ++checked;
    }
  }
  EXPECT_GT(checked, 3);
}

TEST(Docs, the_reference_is_what_the_program_says) {
  const TestProject project;
  const auto ended =
      project.weir({"reference", (fs::path(WEIR_SOURCE_DIR) / "docs/reference").string(), "--check"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output << "\nRun tools/dev docs.";
}

TEST(Docs, the_architecture_names_every_folder) {
  const auto page = read(fs::path(WEIR_SOURCE_DIR) / "ARCHITECTURE.md");
  for (const auto& entry : fs::directory_iterator(fs::path(WEIR_SOURCE_DIR) / "src")) {
    if (!entry.is_directory()) continue;
    EXPECT_NE(page.find(entry.path().filename().string() + "/"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace weir
