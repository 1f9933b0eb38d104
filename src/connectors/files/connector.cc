// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/connector.h"

#include <filesystem>

#include "connectors/files/destination.h"
#include "connectors/files/source.h"
#include "connectors/files/source_reading.h"

namespace weir::files {
namespace {

struct FilesConnection {
  std::string folder = ".";
};

const config::Spec<FilesConnection>& connection_spec() {
  static const auto spec = config::Spec<FilesConnection>("files", "A folder of files on this machine.")
                               .field("folder", &FilesConnection::folder,
                                      "Folder that a source's paths start at and a destination writes into, "
                                      "relative to the project.");
  return spec;
}

class FilesConnector final : public sdk::Connector {
 public:
  const config::Description& connection() const override { return connection_spec().description(); }
  const config::Description* source() const override { return &spec().description(); }
  const config::Description* source_table() const override { return &source_table_spec().description(); }
  const config::Description* destination() const override { return &write_spec().description(); }

  Result<std::unique_ptr<sdk::Source>> make_source(const sdk::ConnectorContext& context,
                                                   const sdk::ConnectorNodes& nodes,
                                                   config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto folder = folder_of(context, nodes, diagnostics);
    const auto options = read_source(spec(), nodes, diagnostics);
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Source>();
    return files::make_source(options.source, options.tables, make_local_place(folder));
  }

  Result<std::unique_ptr<sdk::Destination>> make_destination(
      const sdk::ConnectorContext& context, const sdk::ConnectorNodes& nodes,
      config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto folder = folder_of(context, nodes, diagnostics);
    const auto options = write_spec().read(nodes.options, diagnostics);
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Destination>();
    return make_files_destination(options, folder);
  }

 private:
  static const config::Spec<FilesSourceOptions>& spec() {
    static const auto spec = source_spec("files", "Reads files on this machine.");
    return spec;
  }
  static const config::Spec<FilesDestinationOptions>& write_spec() {
    static const auto spec =
        destination_spec("files", "Writes tables as CSV, JSON lines or Parquet files into a folder.",
                         "Folder to write to, inside the connection's; made when missing.");
    return spec;
  }
  static std::string folder_of(const sdk::ConnectorContext& context, const sdk::ConnectorNodes& nodes,
                               config::Diagnostics& diagnostics) {
    const auto connection = connection_spec().read(nodes.connection, diagnostics);
    return (std::filesystem::path(context.project_folder) / connection.folder).lexically_normal().string();
  }
};

}  // namespace

const sdk::Connector& connector() {
  static const FilesConnector connector;
  return connector;
}

}  // namespace weir::files
