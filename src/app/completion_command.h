// SPDX-License-Identifier: Apache-2.0
// Shell completion: static scripts made from the command tree. Only names of pipelines are asked for
// while typing, through `weir __complete pipelines`. Used by the command line and by tests.
#pragma once

#include <string>

#include "app/command.h"

namespace weir::app {

std::string bash_completion(const Command& root);
std::string zsh_completion(const Command& root);

}  // namespace weir::app
