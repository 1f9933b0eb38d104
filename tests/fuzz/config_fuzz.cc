// SPDX-License-Identifier: Apache-2.0
// Feeds arbitrary bytes to the reader of configuration files: it must end, report problems with a
// place in the file, and never crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/variants.h"

namespace {

using namespace weir::config;

enum class Mode { Append, Merge };
struct Step {
  std::string column;
  OrderedTextMap names;
};
struct Options {
  std::string table;
  std::int64_t port = 5432;
  double share = 1;
  bool header = true;
  Mode write = Mode::Append;
  Duration timeout;
  ByteSize memory;
  TextList key;
  SecretReference password;
  std::vector<std::string> steps;
};

Variants<std::string> steps() {
  return Variants<std::string>::by_verb("step", "A step.")
      .add(Spec<Step>("drop", "Drops.").field("column", &Step::column, "Which.").required().shorthand(),
           [](const Step& step) { return step.column; })
      .add(Spec<Step>("rename", "Renames.").field("names", &Step::names, "Old: new.").whole_value(),
           [](const Step& step) { return step.names.empty() ? std::string() : step.names.front().first; });
}

const Spec<Options>& options_spec() {
  static const auto spec =
      Spec<Options>("table", "A table.")
          .field("table", &Options::table, "Its name.")
          .required()
          .field("port", &Options::port, "A port.")
          .range(1, 65535)
          .field("share", &Options::share, "A part.")
          .field("header", &Options::header, "Whether there is one.")
          .choice("write", &Options::write, {{"append", Mode::Append}, {"merge", Mode::Merge}}, "How.")
          .field("timeout", &Options::timeout, "How long.")
          .field("memory", &Options::memory, "How much.")
          .field("key", &Options::key, "Which columns.")
          .field("password", &Options::password, "A secret.")
          .list("steps", &Options::steps, steps(), "What is done.");
  return spec;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Diagnostics diagnostics;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto node = parse_yaml(text, "fuzz.yaml", diagnostics);
  if (!node && diagnostics.ok()) std::abort();  // refused without a reason
  if (node) {
    const auto options = options_spec().read(*node, diagnostics);
    if (diagnostics.ok() && (options.port < 1 || options.port > 65535)) std::abort();
    static_cast<void>(to_json(*node));
  }
  static_cast<void>(diagnostics.to_string());
  static_cast<void>(diagnostics.to_json());
  return 0;
}
