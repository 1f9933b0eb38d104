// SPDX-License-Identifier: Apache-2.0
// `weir reference`: the reference pages, made from the same descriptions that read the files. Used by
// the command line and by tests.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace weir::app {

struct ReferencePage {
  std::string name;  ///< "transforms.md"
  std::string text;
};

std::vector<ReferencePage> reference_pages();

struct ReferenceOptions {
  std::string folder;
  bool check = false;
};
ExitCode reference(const ReferenceOptions& options, Context& context);

}  // namespace weir::app
