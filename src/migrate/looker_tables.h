// SPDX-License-Identifier: Apache-2.0
// The JSON configuration of a job that copies four tables of Looker's database into objects, a day at a
// time, and what it means as a weir project. Used by the commands. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "migrate/project_text.h"

namespace weir::migrate {

struct LookerTablesJob {
  std::string name;  ///< of the pipeline, made of the file's name
  std::string file;  ///< as the user named it
  std::string bucket;
  std::string source;
  std::string destination;
  std::string directory;
  /// Columns of the table `user` to be hidden, and how: an addition that the original ignored.
  std::vector<std::pair<std::string, std::string>> mask;

  /// The beginning of the keys of all objects, with a slash at its end.
  std::string folder() const { return source + "/" + directory + "/"; }
  /// The keys of a day's objects, in the order in which the tables are written.
  std::vector<std::string> keys(const std::string& day) const;
};

/// Where Looker's database is, which the original had in its code or took from the environment.
struct LookerServer {
  std::string host;  ///< empty: not known
  std::uint16_t port = 3306;
  std::string database = "looker";
  std::string user;                         ///< empty: not known
  std::string password = "env:lookerpass";  ///< where it is kept
  std::string tls;                          ///< empty: as the host asks for
  std::string zone = "UTC";                 ///< in which days begin and end
  std::string datetime_zone = "UTC";        ///< of the database's times
};

/// Every problem goes to `diagnostics` with its place; nothing when there is one.
std::optional<LookerTablesJob> read_looker_tables(std::string_view text, const std::string& file,
                                                  config::Diagnostics& diagnostics);

/// `first_day` is the first that is due by itself, as in 2024-05-13.
MigratedProject write_project(const LookerTablesJob& job, const LookerServer& server,
                              const std::string& first_day);

}  // namespace weir::migrate
