// SPDX-License-Identifier: Apache-2.0
// SecretReference: where a password or token is kept. The configuration holds only references, so
// this is safe to print; resolve() fetches the value at the moment of use.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "config/diagnostics.h"

namespace weir::io {
class Environment;
}

namespace weir::config {

enum class SecretPlace { Environment, File, Command };

struct SecretReference {
  SecretPlace place = SecretPlace::Environment;
  std::string name;  ///< of the variable or file, or the command line; empty: no secret is given
  Position at;

  bool empty() const { return name.empty(); }
  /// "env:PGPASSWORD", "file:/run/secrets/token", "command:pass show warehouse".
  std::string to_string() const;
};

/// Fetches the value. One newline at its end is dropped. A file path is relative to the working
/// directory; a command is run by the shell and must exit with status 0. Messages name the
/// reference, never the value; a file that every user may read is a warning in `diagnostics`.
Result<Secret> resolve(const SecretReference& reference, const io::Environment& environment,
                       Diagnostics& diagnostics);

}  // namespace weir::config
